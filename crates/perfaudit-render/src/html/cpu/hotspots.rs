//! The table of the functions that take most: what the flame graph shows, to be read and heard.

use maud::{Markup, html};
use perfaudit_result::{Estimate, Figure, Hotspot, Neighbour, OriginKind, WorkloadCpu};

use crate::html::figure;
use crate::html::flame::shown;
use crate::html::text::Line;
use crate::{cpu, quantity};

/// The rows of a table; result.json has all.
const ROWS: usize = 30;
/// The callers and callees of a row.
const NEIGHBOURS: usize = 6;

/// The table.
pub(super) fn table(row: &WorkloadCpu, has_graph: bool) -> Markup {
    let hotspots = &row.hotspots[..row.hotspots.len().min(ROWS)];
    let timed = hotspots.iter().any(|hotspot| hotspot.time.is_some());
    let columns = if timed { 5 } else { 4 };
    html! {
        @if let Some(first) = hotspots.first() {
            div.scroll tabindex="0" role="region" aria-label="Table of hotspots" {
                table.hotspots {
                    caption { (caption(row, first)) }
                    thead { tr {
                        th scope="col" { "Function" }
                        th scope="col" { "Place" }
                        th.num scope="col" title="Samples in the function itself, inlined callees not counted" { "Self" }
                        th.num scope="col" title="Samples in the function or in what it calls" { "Total" }
                        @if timed { th.num scope="col" title="Its self time per iteration: the share of the measured time" { "Self time per iteration" } }
                    } }
                    @for hotspot in hotspots { (entry(hotspot, timed, columns, has_graph)) }
                }
            }
        } @else if row.sampler.is_some() {
            p.muted { "No hotspots are drawn from this profile." }
        }
    }
}

fn caption(row: &WorkloadCpu, first: &Hotspot) -> Markup {
    let share = &first.self_share;
    html! {
        "Functions by self time"
        @if row.hotspots.len() > ROWS { ", the first " (ROWS) " of " (row.hotspots.len()) }
        "; shares of " (share.n) " samples"
        @if let Estimate::WithInterval { level, .. } = share.estimate { ", intervals at " (quantity::level(level)) }
        ". " (Line(&share.method.0)) ". A row opens to its callers and callees."
    }
}

fn entry(hotspot: &Hotspot, timed: bool, columns: usize, has_graph: bool) -> Markup {
    let place = cpu::place(hotspot);
    let has_neighbours = !(hotspot.callers.is_empty() && hotspot.callees.is_empty());
    html! {
        tbody {
            tr {
                th scope="row" {
                    @if has_neighbours {
                        button.open type="button" { (swatch(hotspot.origin.kind)) bdi { (shown(&hotspot.symbol)) } }
                    } @else {
                        span.plain-name { (swatch(hotspot.origin.kind)) bdi { (shown(&hotspot.symbol)) } }
                    }
                    span.where {
                        (origin(hotspot))
                        @if has_graph {
                            " " button.in-graph.script-only type="button" data-symbol=(shown(&hotspot.symbol)) { "show in the graph" }
                        }
                    }
                }
                td.place {
                    @if place.is_empty() { "-" } @else {
                        code { (shown(&place)) }
                        button.copy.script-only type="button" aria-label="Copy the place" { "Copy" }
                    }
                }
                (share(&hotspot.self_share))
                (share(&hotspot.total_share))
                @if timed {
                    td.num { @match &hotspot.time { Some(time) => (figure::stacked(time)), None => "-" } }
                }
            }
            @if has_neighbours {
                tr.detail { td colspan=(columns) { details {
                    summary { "Callers and callees" }
                    div.halves {
                        (neighbours("Called by", &hotspot.callers))
                        (neighbours("Calls", &hotspot.callees))
                    }
                } } }
            }
        }
    }
}

/// The colour of the flame graph; the word stands below.
fn swatch(kind: OriginKind) -> Markup {
    let class = match kind {
        OriginKind::Own => "o-own",
        OriginKind::Dependency => "o-dependency",
        OriginKind::Std => "o-std",
        OriginKind::System => "o-system",
        OriginKind::Kernel => "o-kernel",
        OriginKind::Unknown => "o-unknown",
    };
    html! { i.swatch.(class) {} }
}

fn origin(hotspot: &Hotspot) -> Markup {
    html! {
        (cpu::origin(hotspot.origin.kind))
        @if let Some(name) = hotspot.origin.name.as_deref().filter(|_| hotspot.origin.kind != OriginKind::Kernel) {
            ": " (Line(name))
        }
    }
}

/// A share above its interval, with a bar of its width.
fn share(figure: &Figure) -> Markup {
    html! {
        td.num {
            (figure::stacked(figure))
            @if let Some(value) = figure.value() { (meter(value)) }
        }
    }
}

fn meter(share: f64) -> Markup {
    let width = format!("{:.1}", share.clamp(0.0, 1.0) * 100.0);
    html! {
        svg.meter viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" { rect width=(width) height="4" {} }
    }
}

fn neighbours(title: &str, neighbours: &[Neighbour]) -> Markup {
    html! {
        div {
            h4 { (title) }
            @if neighbours.is_empty() { p.muted { "Nothing in this profile." } }
            dl.neighbours {
                @for neighbour in neighbours.iter().take(NEIGHBOURS) {
                    dt { (cpu::share(neighbour.share)) }
                    dd { (meter(neighbour.share)) bdi { (shown(&neighbour.symbol)) } }
                }
            }
            @if neighbours.len() > NEIGHBOURS { p.muted { "and " (neighbours.len() - NEIGHBOURS) " more in result.json" } }
        }
    }
}
