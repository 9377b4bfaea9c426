//! The plan in front of the findings, and what a card of a bottleneck tells in depth.

use maud::{Markup, html};
use perfaudit_result::Finding;

use super::context::Context;
use super::text::{Line, Prose};
use crate::plan;

/// Remedies by how much work they are.
pub(super) fn plan(context: &Context<'_>) -> Markup {
    let steps = plan::steps(context.result);
    html! {
        @if let Some(nothing) = plan::no_plan(context.result) { p { (nothing) } }
        @if !steps.is_empty() {
            h3 { "Plan" }
            p.muted { (plan::ORDER) }
            @for (class, steps) in &steps {
                h4 { (class) }
                ol { @for step in steps {
                    li value=(step.priority) {
                        code { (Line(&step.finding.rule)) } " at " code { (Line(&step.place())) } ": "
                        (Prose(&step.finding.remedy)) "; " (Prose(&step.gain())) "."
                    }
                } }
            }
        }
    }
}

/// Source lines, what to write instead, and what the rank of a finding rests on; nothing for one that is no bottleneck.
pub(super) fn depth(context: &Context<'_>, finding: &Finding) -> Markup {
    let all = plan::bottlenecks(context.result);
    let one = all.iter().find(|one| std::ptr::eq(one.finding, finding));
    html! {
        @if let Some(one) = one {
            @let snippet = one.snippet();
            @if !snippet.is_empty() {
                h4 { "Root cause" }
                pre { code { (snippet.join("\n")) } }
            }
            @if !one.code.instead.is_empty() {
                h4 { "Instead, for example" }
                pre { code { (one.code.instead) } }
            }
            h4 { "In depth" }
            ul {
                li { "Priority: " (Prose(&one.rank())) }
                li { "Impact: " (Prose(&one.impact())) }
                li { "Scaling factor: " (plan::NO_SCALING) }
                li { "Work: " (one.effort()) }
                li { "Gain: " (Prose(&one.gain())) }
            }
        }
    }
}
