//! What a row of the benchmarks table opens to.
//!
//! It is written once for each workload, so what all its metrics share stands in the caption, and what all
//! workloads of a target share stands in [`super::measured`].

use maud::{Markup, html};
use perfaudit_result::{
    AuditState, Estimate, Figure, Metric, Of, Sampling, Throughput, Workload, WorkloadAudit,
};

use super::context::Context;
use super::text::{Block, Line};
use super::words::{self, badge};
use super::{data, figure};
use crate::quantity;

/// The message, the plots, all metrics, the audits and the facts of one workload.
pub(super) fn detail(context: &Context<'_>, index: usize, workload: &Workload) -> Markup {
    html! {
        details.fold {
            summary { "Details" }
            @if let Some(message) = &workload.message {
                pre.message tabindex="0" { (Block(message)) }
            }
            (plots(context, index, workload))
            div.halves {
                @if !workload.metrics.is_empty() { (metrics(&workload.metrics)) }
                div {
                    @for state in [AuditState::Flagged, AuditState::Informative, AuditState::NotMeasured, AuditState::Passed] {
                        (audits(workload, state))
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
                "The plots of this benchmark were left out to keep the report small. Its raw batches are in "
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
}

impl Shared {
    fn of(metrics: &[Metric]) -> Self {
        let first = metrics.first().map(|metric| &metric.figure);
        let all = |same: &dyn Fn(&Figure, &Figure) -> bool| {
            first.filter(|first| metrics.iter().all(|metric| same(&metric.figure, first)))
        };
        Self { n: all(&|a, b| a.n == b.n).map(|figure| figure.n), of: all(&|a, b| a.of == b.of).map(|figure| figure.of) }
    }
}

fn metrics(metrics: &[Metric]) -> Markup {
    let shared = Shared::of(metrics);
    html! {
        div.scroll {
            table.plain.metrics {
                caption {
                    "All metrics"
                    @if let Some(n) = shared.n { ", n = " (n) }
                    @if let Some(of) = shared.of { ", of: " (words::of(of)) }
                }
                thead { tr {
                    th { "Metric" }
                    th { "Value" }
                    th { "Interval, or why there is none" }
                    th { "Method" }
                    @if shared.n.is_none() { th { "n" } }
                    @if shared.of.is_none() { th { "Of" } }
                } }
                tbody {
                    @for (place, metric) in metrics.iter().enumerate() {
                        tr {
                            th { (Line(&metric.name.0)) }
                            td { (figure::value(&metric.figure)) }
                            td { (interval(&metric.figure)) }
                            (method(metrics, place))
                            @if shared.n.is_none() { td { (metric.figure.n) } }
                            @if shared.of.is_none() { td { (words::of(metric.figure.of)) } }
                        }
                    }
                }
            }
        }
    }
}

fn interval(of: &Figure) -> Markup {
    html! {
        @match &of.estimate {
            Estimate::WithInterval { interval, level, .. } => {
                (quantity::interval(*interval, of.unit)) " (" (quantity::level(*level)) ")"
            },
            Estimate::WithoutInterval { reason, .. } | Estimate::NotEstimable { reason } => (Line(reason)),
        }
    }
}

/// One cell for neighbours that were made the same way.
fn method(metrics: &[Metric], place: usize) -> Markup {
    let method = &metrics[place].figure.method;
    if place > 0 && metrics[place - 1].figure.method == *method {
        return html! {};
    }
    let rows = metrics[place..].iter().take_while(|metric| metric.figure.method == *method).count();
    html! { td rowspan=[(rows > 1).then_some(rows)] { (Line(&method.0)) } }
}

fn audits(workload: &Workload, state: AuditState) -> Markup {
    let audits: Vec<&WorkloadAudit> = workload.audits.iter().filter(|audit| audit.state == state).collect();
    html! {
        @if !audits.is_empty() {
            div.audits {
                (badge(words::audit(state)))
                dl { @for audit in audits { dt { (Line(&audit.rule)) } dd { (Line(&audit.message)) } } }
            }
        }
    }
}

fn facts(context: &Context<'_>, workload: &Workload) -> Markup {
    html! {
        p.muted {
            @if let Some(sampling) = &workload.sampling {
                "Sampling: " (words::sampling(sampling.mode)) ", " (iterations(sampling)) " iterations a batch. "
            }
            @if let Some(throughput) = workload.throughput { "One iteration does " (work(throughput)) ". " }
            @if let Some(duration) = workload.duration_s {
                "The process ran for " (quantity::seconds(duration))
                @if let Some(order) = workload.order { ", number " (u64::from(order) + 1) " in the run" }
                ". "
            }
            @if let Some(artifact) = &workload.samples { (context.artifact_link_as(artifact, "Raw batches")) }
        }
    }
}

fn iterations(Sampling { least_iterations, most_iterations, .. }: &Sampling) -> String {
    if least_iterations == most_iterations {
        least_iterations.to_string()
    } else {
        format!("{least_iterations} to {most_iterations}")
    }
}

fn work(throughput: Throughput) -> String {
    match throughput {
        Throughput::Bytes(bytes) => quantity::bytes(bytes),
        Throughput::Bits(bits) => format!("{bits} bits"),
        Throughput::Elements(elements) => format!("{elements} elements"),
    }
}
