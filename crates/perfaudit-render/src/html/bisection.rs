//! A search for a commit.

use maud::{Markup, html};

use super::context::Context;
use super::text::{Line, Prose, Remark};
use crate::bisection;

/// What a line of a list begins with.
const ITEM: &str = "- ";

#[expect(clippy::ptr_arg, reason = "it is compared with its neighbour in a list of lines")]
fn is_item(line: &String) -> bool {
    line.starts_with(ITEM)
}

/// What was found, then the commits that were looked at.
pub(super) fn bisection(context: &Context<'_>) -> Markup {
    let Some(search) = &context.result.bisection else { return html! {} };
    let steps = bisection::steps(search);
    html! {
        h3 { "The search" }
        @for lines in bisection::told(search).chunk_by(|one, other| is_item(one) && is_item(other)) {
            @if is_item(&lines[0]) {
                ul { @for line in lines { li { (Prose(line.trim_start_matches(ITEM))) } } }
            } @else {
                p { (Prose(&lines[0])) }
            }
        }
        @if !steps.is_empty() {
            div.scroll tabindex="0" { table.plain {
                caption { "The commits that were looked at, in that order: whether they have the change" }
                thead { tr { th scope="col" { "Change" } th scope="col" { "Commit" } th scope="col" { "Evidence" } } }
                tbody { @for step in &steps {
                    tr {
                        td { (step.state) }
                        th scope="row" { bdi { (Line(&step.commit)) } }
                        td { (Remark(&step.evidence)) }
                    }
                } }
            } }
        }
        p.muted { (Line(&bisection::method(search))) }
    }
}
