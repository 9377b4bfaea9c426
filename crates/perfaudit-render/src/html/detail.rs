//! What a row of the benchmarks table opens to.
//!
//! It is written once for each workload, so what all its metrics share stands in the caption, and what all
//! workloads of a target share stands in [`super::measured`].

use maud::{Markup, html};
use perfaudit_result::{
    AuditState, ConfidenceLevel, Estimate, Figure, Metric, Of, Throughput, Unit, Workload, WorkloadAudit,
};

use super::context::Context;
use super::text::{Block, Line, Prose};
use super::words::{self, badge};
use super::{data, figure};
use crate::{quantity, rows};

/// The message, the plots, all metrics, the audits and the facts of one workload.
pub(super) fn detail(context: &Context<'_>, index: usize, workload: &Workload) -> Markup {
    html! {
        details {
            summary { "Details" }
            @if let Some(message) = &workload.message {
                pre.message tabindex="0" { (Block(message)) }
            }
            (plots(context, index, workload))
            div.halves {
                @if !workload.metrics.is_empty() { (metrics(context, &workload.metrics)) }
                div {
                    @for state in [AuditState::Flagged, AuditState::Informative, AuditState::NotMeasured, AuditState::Passed] {
                        (audits(context, workload, state))
                    }
                    (facts(context, workload))
                }
            }
        }
    }
}

fn plots(context: &Context<'_>, index: usize, workload: &Workload) -> Markup {
    html! {
        @if context.plots.has(index) {
            div.plots data-plot=(index) {}
        } @else if let (Some(artifact), true) = (&workload.samples, data::of(workload, context.samples).is_some()) {
            p.note {
                "Plots were left out to keep the report small. The raw batches are in "
                (context.artifact_link(artifact)) "."
            }
        } @else if let Some(artifact) = &workload.samples {
            p.note { "The raw batches were not at hand for this report; they belong in " (context.artifact_link(artifact)) "." }
        }
    }
}

/// What the figures of a table have in common, where they do.
struct Shared {
    n: Option<u64>,
    of: Option<Of>,
    level: Option<ConfidenceLevel>,
    /// True when each was made by the method that the report states for its metric.
    method: bool,
}

impl Shared {
    fn of(context: &Context<'_>, metrics: &[Metric]) -> Self {
        Self {
            n: same(metrics.iter().map(|metric| metric.figure.n)),
            of: same(metrics.iter().map(|metric| metric.figure.of)),
            level: same(metrics.iter().filter_map(|metric| level(&metric.figure))),
            method: metrics
                .iter()
                .all(|metric| context.methods.get(&metric.name) == Some(&&metric.figure.method)),
        }
    }
}

/// The value that all items have, if they have one.
fn same<T: PartialEq>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.all(|item| item == first).then_some(first)
}

fn level(figure: &Figure) -> Option<ConfidenceLevel> {
    match figure.estimate {
        Estimate::WithInterval { level, .. } => Some(level),
        Estimate::WithoutInterval { .. } | Estimate::AtMost { .. } | Estimate::NotEstimable { .. } => None,
    }
}

fn metrics(context: &Context<'_>, metrics: &[Metric]) -> Markup {
    let shared = Shared::of(context, metrics);
    html! {
        div.scroll {
            table.plain.metrics {
                caption {
                    "All metrics"
                    @if let Some(n) = shared.n { ", n = " (n) }
                    @if let Some(of) = shared.of { ", of: " (words::of(of)) }
                    @if let Some(level) = shared.level { ", intervals at " (quantity::level(level)) }
                    @if shared.method { ", " a href="#methods" { "methods" } }
                }
                thead { tr {
                    th { "Metric" }
                    th { "Value" }
                    th { "Interval, or why none" }
                    @if !shared.method { th { "Method" } }
                    @if shared.n.is_none() { th { "n" } }
                    @if shared.of.is_none() { th { "Of" } }
                } }
                tbody {
                    @for metric in metrics {
                        tr {
                            th { (Line(rows::short_name(&metric.name))) }
                            td { (figure::value(&metric.figure)) }
                            td { (interval(&metric.figure, &shared)) }
                            @if !shared.method { td { (Line(&metric.figure.method.0)) } }
                            @if shared.n.is_none() { td { (metric.figure.n) } }
                            @if shared.of.is_none() { td { (words::of(metric.figure.of)) } }
                        }
                    }
                }
            }
        }
    }
}

fn interval(of: &Figure, shared: &Shared) -> Markup {
    html! {
        @match &of.estimate {
            Estimate::WithInterval { interval, level, .. } => {
                (quantity::interval(*interval, of.unit))
                @if shared.level.is_none() { " (" (quantity::level(*level)) ")" }
            },
            Estimate::WithoutInterval { reason, .. } | Estimate::AtMost { reason, .. } | Estimate::NotEstimable { reason } => (Line(reason)),
        }
    }
}

/// The audits in one state. In a long report, one that passed is named without its message, which result.json has.
fn audits(context: &Context<'_>, workload: &Workload, state: AuditState) -> Markup {
    let audits: Vec<&WorkloadAudit> = workload.audits.iter().filter(|audit| audit.state == state).collect();
    html! {
        @if !audits.is_empty() {
            div.audits {
                (badge(words::audit(state)))
                @if state == AuditState::Passed && context.is_long() {
                    p { @for (place, audit) in audits.iter().enumerate() { @if place > 0 { ", " } (Line(&audit.rule)) } }
                } @else {
                    dl { @for audit in audits { dt { (Line(&audit.rule)) } dd { (Prose(&audit.message)) } } }
                }
            }
        }
    }
}

fn facts(context: &Context<'_>, workload: &Workload) -> Markup {
    html! {
        p.muted {
            @if let Some(sampling) = &workload.sampling {
                @match &sampling.stated {
                    Some(stated) => {
                        (sampling.batches) " of its processes were measured, each of which states the median of "
                        (range(stated.least_samples, stated.most_samples)) " samples"
                        @if sampling.most_iterations > 0 {
                            " (" (range(sampling.least_iterations, sampling.most_iterations)) " iterations)"
                        }
                        ". "
                        @if let Some(range) = stated.range_ns {
                            "Single samples reach from "
                            (quantity::value(range.lower(), Unit::Nanoseconds)) " to "
                            (quantity::value(range.upper(), Unit::Nanoseconds)) ". "
                        }
                    },
                    None => {
                        "Sampling: " (words::sampling(sampling.mode)) ", "
                        (range(sampling.least_iterations, sampling.most_iterations)) " iterations a batch. "
                    },
                }
            }
            @if let Some(throughput) = workload.throughput { "One iteration does " (work(throughput)) ". " }
            @if let Some(duration) = workload.duration_s {
                (if workload.sampling.as_ref().is_some_and(|sampling| sampling.stated.is_some()) {
                    "Its processes ran for "
                } else {
                    "The process ran for "
                })
                (quantity::seconds(duration))
                @if let Some(order) = workload.order { ", number " (u64::from(order) + 1) " in the run" }
                ". "
            }
            @if let Some(artifact) = &workload.samples { (context.artifact_link_as(artifact, "Raw batches")) }
        }
    }
}

fn range(least: u64, most: u64) -> String {
    if least == most { least.to_string() } else { format!("{least} to {most}") }
}

fn work(throughput: Throughput) -> String {
    match throughput {
        Throughput::Bytes(bytes) => quantity::bytes(bytes),
        Throughput::Bits(bits) => format!("{bits} bits"),
        Throughput::Elements(elements) => format!("{elements} elements"),
    }
}
