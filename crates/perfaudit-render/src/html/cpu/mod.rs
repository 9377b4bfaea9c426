//! Where CPU time went: an overview of all profiles, and for each its trust, its flame graph and its hotspots.

mod data;
mod difference;
mod hotspots;
mod panel;
mod source;
mod threads;
mod waits;

use maud::{Markup, html};
use perfaudit_result::{Figure, NamedShare, WorkloadCpu};

use super::context::Context;
use super::flame::shown;
use super::text::Line;
use super::words::{self, badge};
use super::{figure, page, unseen};
use crate::cpu;

pub(super) use data::{Drawn, Embedded, drawn};

/// The section.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let profiled = cpu::by_cost(context.result);
    let mut left = context.budget.cpu_panels;
    let mut panels = Vec::new();
    for (place, row) in &profiled {
        let panel = panel::panel(context, *place, row);
        match left.checked_sub(panel.0.len()) {
            Some(after) => left = after,
            None if panels.is_empty() => left = 0,
            None => break,
        }
        panels.push(panel);
    }
    let shown: Vec<(usize, &WorkloadCpu)> = profiled[..panels.len()].to_vec();
    page::section(
        "cpu",
        &html! {
            @if profiled.is_empty() && context.result.cpu.as_ref().is_none_or(|cpu| cpu.workloads.is_empty()) {
                p { "Nothing was profiled in this run." }
            }
            @if profiled.len() > 1 { (overview(context, &profiled, panels.len())) }
            (unseen::table(context, "Not profiled", context.result.cpu.as_ref().map(|cpu| &*cpu.workloads)))
            @if panels.len() > 1 { (selector(context, &shown)) }
            @for panel in &panels { (panel) }
        },
    )
}

fn overview(context: &Context<'_>, profiled: &[(usize, &WorkloadCpu)], panels: usize) -> Markup {
    html! {
        div.scroll.tall tabindex="0" role="region" aria-label="Profiled workloads" {
            table.plain.profiles {
                caption {
                    "Profiled workloads, the slowest first"
                    @if panels < profiled.len() {
                        ". The first " (panels) " are shown in full; the others were left out to keep the report small and are in result.json"
                    }
                }
                thead { tr {
                    th scope="col" { "Workload" }
                    th scope="col" { "Trust" }
                    th.num scope="col" { "Samples" }
                    th scope="col" { "Whose code" }
                    th scope="col" { "Most self time" }
                } }
                tbody {
                    @for (rank, (place, row)) in profiled.iter().enumerate() {
                        tr {
                            th scope="row" {
                                @if rank < panels {
                                    a href={ "#" (context.cpu_anchors[*place]) } { bdi { (Line(&row.id.0)) } }
                                } @else {
                                    bdi { (Line(&row.id.0)) }
                                }
                            }
                            td { (badge(words::trust(row.trust))) }
                            td.num { @match &row.sampler { Some(sampler) => (sampler.samples), None => "-" } }
                            td { (panel::bar(&row.origins, !context.is_long())) }
                            td {
                                @if let Some(hotspot) = row.hotspots.first() {
                                    (figure::value(&hotspot.self_share)) " " bdi { (Line(&shown(&hotspot.symbol))) }
                                } @else { "-" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The choice of the one workload that is shown; without scripts all are.
fn selector(context: &Context<'_>, shown: &[(usize, &WorkloadCpu)]) -> Markup {
    html! {
        div.toolbar.script-only {
            label { span { "Workload" } select #cpu-workload {
                @for (place, row) in shown {
                    option value=(context.cpu_anchors[*place]) { (Line(&row.id.0)) }
                }
            } }
        }
    }
}

/// A share in one line, with its interval where it has one.
fn share(of: &NamedShare) -> Markup {
    html! { (Line(&of.name)) " " (inline(&of.share)) }
}

fn inline(of: &Figure) -> String {
    figure::inline(of)
}
