//! A search for a commit.

use maud::{Markup, html};

use super::context::Context;
use super::text::{Block, Line};
use crate::bisection;

/// What was found, then the commits that were looked at.
pub(super) fn bisection(context: &Context<'_>) -> Markup {
    let Some(search) = &context.result.bisection else { return html! {} };
    let steps = bisection::steps(search);
    html! {
        h3 { "The search" }
        @for line in bisection::told(search) { p { (Line(&line)) } }
        @if !steps.is_empty() {
            div.scroll tabindex="0" { table.plain {
                caption { "The commits that were looked at, in that order: whether they have the change" }
                thead { tr { th scope="col" { "Change" } th scope="col" { "Commit" } th scope="col" { "Evidence" } } }
                tbody { @for step in &steps {
                    tr {
                        td { (step.state) }
                        th scope="row" { bdi { (Line(&step.commit)) } }
                        td { (Block(&step.evidence)) }
                    }
                } }
            } }
        }
        p.muted { (Line(&bisection::method(search))) }
    }
}
