//! Flame graphs: what the page embeds of the stacks of a section, within a budget of bytes.

mod data;
mod tree;

use maud::{Markup, html};
use perfaudit_result::ArtifactId;

use super::context::Context;
pub(super) use data::{Cut, Graphs, Lanes, Measure, Page, Stacks, shown};

/// The place of a flame graph on the page, and what is missing of it. `of` says what frames are shares of.
pub(super) fn graph(
    context: &Context<'_>,
    place: usize,
    cut: Option<Cut>,
    profile: Option<&ArtifactId>,
    of: &str,
) -> Markup {
    let artifact = || html! { @if let Some(id) = profile { (context.artifact_link(id)) } };
    html! {
        @match cut {
            Some(cut) => {
                div.flame data-flame=(place) {}
                noscript { p.note { "The flame graph needs JavaScript. What takes most is in the table." } }
                @if cut.kept < cut.of {
                    p.note {
                        "To keep the report small, " (cut.of - cut.kept) " of " (cut.of) " frames"
                        @if cut.least_share > 0.0 { ", each below " (least(cut.least_share)) " of the " (of) "," }
                        " are drawn as \u{201c}other\u{201d} of their callers. All are in " (artifact()) "."
                    }
                }
            },
            None if profile.is_some() => {
                p.note {
                    "There is no flame graph here: the stacks were left out to keep the report small, or were not at hand. They belong in "
                    (artifact()) "."
                }
            },
            None => {},
        }
    }
}

/// `0.05 %`: finer than other shares are told.
fn least(share: f64) -> String {
    format!("{} %", share * 100.0)
}
