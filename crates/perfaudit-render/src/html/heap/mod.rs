//! What workloads allocate: for each its totals, what limits them, a flame graph, and the lines that allocate most.

mod data;
mod panel;

use maud::{Markup, html};
use perfaudit_result::WorkloadHeap;

use super::context::Context;
use super::text::Line;
use super::{page, unseen};
use crate::heap;

pub(super) use data::Embedded;

/// The section.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let counted = heap::by_bytes(context.result);
    let mut left = context.budget.heap_panels;
    let mut panels = Vec::new();
    for (place, row) in &counted {
        let panel = panel::panel(context, *place, row);
        match left.checked_sub(panel.0.len()) {
            Some(after) => left = after,
            None => break,
        }
        panels.push(panel);
    }
    page::section(
        "heap",
        &html! {
            p.muted {
                "Each allocation is charged to the innermost line of the project's own code on its stack, through inlined functions. \"temp\" is the share of blocks that were freed before anything else was allocated, \"grown\" the share that came of making a smaller one larger."
            }
            @if panels.len() > 1 { (selector(context, &counted[..panels.len()])) }
            @for panel in &panels { (panel) }
            @if panels.len() < counted.len() {
                p { (counted.len() - panels.len()) " more workloads were left out to keep the report small; they are in result.json." }
            }
            (unseen::table(context, "Not counted", context.result.heap.as_ref().map(|heap| &*heap.workloads)))
        },
    )
}

/// The choice of the one workload that is shown; without scripts all are.
fn selector(context: &Context<'_>, shown: &[(usize, &WorkloadHeap)]) -> Markup {
    html! {
        div.toolbar.script-only {
            label { span { "Workload" } select #heap-workload {
                @for (place, row) in shown {
                    option value=(context.heap_anchors[*place]) { (Line(&row.id.0)) ": " (Line(&heap::in_brief(row))) }
                }
            } }
        }
    }
}
