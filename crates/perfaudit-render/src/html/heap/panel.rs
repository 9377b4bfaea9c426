//! The allocations of one workload.

use maud::{Markup, html};
use perfaudit_result::{HeapCounts, HeapScope, HeapSite, WorkloadHeap};

use crate::html::context::Context;
use crate::html::flame;
use crate::html::text::{Line, Prose};
use crate::html::words::{self, badge};
use crate::{heap, quantity, text};

/// The rows of a table; result.json has more.
const ROWS: usize = 30;
/// The characters of a name; the artifact has all of them.
const LONGEST_NAME: usize = 160;

/// Trust, totals, what limits them, the flame graph, the lines that allocate most, sizes, and memory over time.
pub(super) fn panel(context: &Context<'_>, place: usize, row: &WorkloadHeap) -> Markup {
    html! {
        article.profile id=(context.heap_anchors[place]) {
            h3 { (context.workload_link(&row.id)) " " (badge(words::trust(row.trust))) }
            p { (Line(&heap::totals(row))) }
            @if !row.remarks.is_empty() {
                ul.remarks { @for remark in &row.remarks { li { (Prose(&text::sentence(remark))) } } }
            }
            @if row.totals.count > 0 {
                (flame::graph(context, place, context.heap.cut(place), row.profile.as_ref(), "allocations by any measure"))
            }
            @if !row.sites.is_empty() { (sites(row)) }
            (sizes(&row.totals))
            (over_time(context, place, row))
        }
    }
}

fn sites(row: &WorkloadHeap) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table of allocation sites" {
            table.plain {
                caption {
                    "Lines that allocate most"
                    @if row.sites.len() > ROWS { ", the first " (ROWS) " of " (row.sites.len()) }
                    ". " (Line(&heap::fate(row))) "."
                }
                thead { tr {
                    th scope="col" { "Function" }
                    th scope="col" { "Place" }
                    th scope="col" { "By calling" }
                    @for head in heap::heads(row) { th.num scope="col" { (head) } }
                    th scope="col" { "Sizes" }
                } }
                tbody { @for site in row.sites.iter().take(ROWS) { (entry(row, site)) } }
            }
        }
    }
}

fn entry(row: &WorkloadHeap, site: &HeapSite) -> Markup {
    let shown = |name: &str| text::shorten(&text::one_line(name), LONGEST_NAME);
    let or_nothing = |name: &str| if name.is_empty() { "-".to_owned() } else { shown(name) };
    html! {
        tr {
            th scope="row" { bdi { (shown(&site.symbol)) } }
            td { code { (or_nothing(&heap::place(site))) } }
            td { bdi { (or_nothing(site.calls.as_deref().unwrap_or_default())) } }
            @for cell in heap::cells(row, site) { td.num { (cell) } }
            td { (or_nothing(&heap::sizes(&site.counts))) }
        }
    }
}

/// Blocks by size, as a table with bars of a thousand units.
fn sizes(counts: &HeapCounts) -> Markup {
    let classes = heap::size_classes(counts);
    let most = classes.iter().map(|class| class.count).max().unwrap_or(0);
    html! {
        @if most > 0 {
            h4 { "Sizes of blocks" }
            table.plain.sizes {
                thead { tr { th scope="col" { "Size" } th.num scope="col" { "Blocks" } th.num scope="col" { "Share" } th scope="col" { "" } } }
                tbody {
                    @for class in &classes {
                        tr {
                            th scope="row" { (class.name) }
                            td.num { (class.count) }
                            td.num { (class.share) }
                            td { (bar(class.count, most)) }
                        }
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn bar(part: u64, whole: u64) -> Markup {
    let width = format!("{:.1}", part as f64 / whole as f64 * 1000.0);
    html! {
        svg.bar.o-own viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect x="0" width=(width) height="10" {}
        }
    }
}

fn over_time(context: &Context<'_>, place: usize, row: &WorkloadHeap) -> Markup {
    html! {
        @if context.heap.has_usage(place) {
            h4 { "Memory over time" }
            p.note {
                "What the process occupied while its CPU profile was taken, without counting, all of its memory with set-up and harness: allocations are counted in all and not over time."
                @if row.totals.peak > 0 && row.scope == HeapScope::WholeRun {
                    " The blocks at the peak had " (quantity::bytes(row.totals.peak)) "."
                }
            }
            div.usage data-usage=(place) {}
            noscript { p.note { "The lines need JavaScript; the numbers are in result.json." } }
        } @else {
            p.note {
                "Memory over time: not measured. A CPU profile (" code { "perfaudit cpu" } ", or an audit of both) looks at it now and then; allocations are counted in all and not over time."
            }
        }
    }
}
