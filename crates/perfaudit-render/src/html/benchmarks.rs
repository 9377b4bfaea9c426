//! The table of all workloads.

use maud::{Markup, html};
use perfaudit_result::{Figure, MetricName, Workload, WorkloadState};

use super::context::{Context, is_flagged};
use super::text::Line;
use super::words::{self, badge};
use super::{detail, figure, page};
use crate::{quantity, rows};

/// The columns: heading, what it means, and whether it holds numbers.
const COLUMNS: [(&str, &str, bool); 10] = [
    ("Benchmark", "Title, with package and target", false),
    (
        "p50",
        "Median time per iteration; of builds and tests that of whole runs, and of a binary its size",
        true,
    ),
    ("p95", "95th percentile of the time per iteration", true),
    ("p99", "99th percentile of the time per iteration", true),
    ("Mean", "Mean time per iteration over batches", true),
    ("Throughput", "Declared work over the median time", true),
    ("MAD / p50", "Median absolute deviation (times 1.4826) as a share of the median", true),
    ("Batches", "Number of batches, and how many independent ones they are worth", true),
    ("Of", "What one observation is", false),
    ("State", "What became of it, and what audits flagged", false),
];

/// The table with its search and filters.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let workloads = &context.result.workloads;
    page::section(
        "benchmarks",
        &html! {
            @if context.result.paired.is_some() {
                p { "Two sides were compared: see the " a href="#summary" { "summary" } "." }
            } @else if workloads.is_empty() {
                p { "This run found no benchmarks, so nothing was measured." }
                @if !context.result.next_actions.is_empty() {
                    p { "See the " a href="#summary" { "next actions" } "." }
                }
            } @else {
                (toolbar(workloads))
                noscript { p.note { "Charts, search and sorting need JavaScript. Every figure is in the tables." } }
                div.scroll.wide tabindex="0" role="region" aria-label="Table of benchmarks" {
                    table #benchmark-table {
                        caption { "Benchmarks: time per iteration with its interval. A row opens to all figures, audits and the raw batches." }
                        thead { tr {
                            @for (heading, meaning, numeric) in COLUMNS {
                                th scope="col" class=[numeric.then_some("num")] title=(meaning) {
                                    button.sort.script-only type="button" { (heading) }
                                    span.no-script { (heading) }
                                }
                            }
                        } }
                        @for (index, workload) in workloads.iter().enumerate() {
                            (row(context, index, workload))
                        }
                    }
                }
                p #no-match .muted hidden { "No benchmark matches." }
            }
        },
    )
}

fn toolbar(workloads: &[Workload]) -> Markup {
    html! {
        div.toolbar.script-only role="search" aria-label="Filter benchmarks" {
            label { span { "Search" } input #search type="search" placeholder="name, package, flag" autocomplete="off" spellcheck="false"; }
            label { span { "Show" } select #filter {
                option value="" { "all" }
                option value="flagged" { "flagged" }
                option value="failing" { "all failures" }
                option value="skipped" { "not run or unsupported" }
                @for state in WorkloadState::ALL {
                    @if workloads.iter().any(|workload| workload.state == state) {
                        option value=(state.label()) { (state.label()) }
                    }
                }
            } }
            button #expand type="button" { "Open all shown" }
            button #collapse type="button" { "Close all" }
            output #shown aria-live="polite" {}
        }
    }
}

fn row(context: &Context<'_>, index: usize, workload: &Workload) -> Markup {
    let metric = |name: MetricName| rows::figure(workload, &name);
    let own = workload.kind.own_metric();
    let p50 = metric(own.clone().unwrap_or(MetricName::WALL_TIME_P50));
    html! {
        tbody id=(context.workload_anchors[index]) data-state=(workload.state.label()) data-class=[class(workload)] {
            tr {
                th {
                    button.open { bdi { (rows::title(workload)) } }
                    span.where { (Line(&workload.package)) @if !workload.target.is_empty() { " / " (Line(&workload.target)) } @if let Some(own) = &own { ", " (Line(&own.0)) } }
                }
                (time(p50))
                (time(metric(MetricName::WALL_TIME_P95)))
                (time(metric(MetricName::WALL_TIME_P99)))
                (time(metric(MetricName::WALL_TIME_MEAN)))
                (time(metric(MetricName::THROUGHPUT)))
                (spread(p50, metric(MetricName::WALL_TIME_MAD)))
                (batches(workload))
                td { @if let Some(figure) = p50 { (words::of(figure.of)) } }
                td {
                    (badge(words::workload(workload.state)))
                    @for audit in rows::flags(workload) {
                        " " span.flag title=(Line(&audit.message)) { (Line(&audit.rule)) }
                    }
                }
            }
            tr.detail { td colspan=(COLUMNS.len()) { (detail::detail(context, index, workload)) } }
        }
    }
}

/// What the filter knows of a workload beside its state.
fn class(workload: &Workload) -> Option<&'static str> {
    let class = match (workload.state.is_failure(), is_flagged(workload), workload.state) {
        (true, true, _) => "failing flagged",
        (true, false, _) => "failing",
        (false, true, WorkloadState::Measured) => "flagged",
        (false, true, _) => "skipped flagged",
        (false, false, WorkloadState::Measured) => return None,
        (false, false, _) => "skipped",
    };
    Some(class)
}

/// A number that the page sorts by, to seven digits.
fn sort_key(value: f64) -> String {
    format!("{value:.6e}")
}

fn time(figure: Option<&Figure>) -> Markup {
    html! {
        @match figure {
            Some(figure) => td data-value=[figure.value().map(sort_key)] { (figure::stacked(figure)) },
            None => td { "-" },
        }
    }
}

/// One figure of the result as a share of another: a way to write the spread, not a new measurement.
fn spread(p50: Option<&Figure>, mad: Option<&Figure>) -> Markup {
    let values = p50.and_then(Figure::value).zip(mad.and_then(Figure::value));
    html! {
        @match values {
            Some((p50, mad)) if p50 > 0.0 => {
                td data-value=(sort_key(mad / p50)) { (quantity::percent(mad / p50)) }
            },
            _ => td { "-" },
        }
    }
}

fn batches(workload: &Workload) -> Markup {
    html! {
        @match &workload.sampling {
            Some(sampling) => td data-value=(sampling.batches) {
                (sampling.batches)
                small { "worth " (format!("{:.0}", sampling.effective_batches)) }
            },
            None => td { "-" },
        }
    }
}
