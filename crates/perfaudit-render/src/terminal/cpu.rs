//! Where CPU time went: a few functions of a few workloads, and how far they can be trusted.

use perfaudit_result::{AuditResult, Hotspot, WorkloadCpu};

use super::page::{FAINT, PLAIN, Page};
use super::seen;
use crate::{cpu, quantity, text, trust};

/// The workloads that are shown unless all are asked for.
const WORKLOADS: usize = 3;
/// The functions of each.
const HOTSPOTS: usize = 5;
/// The least room for the name of a function; its place is dropped before it gets less.
const LEAST_SYMBOL: usize = 24;

/// The part on CPU time; nothing when nothing was to be profiled.
pub(super) fn cpu(page: &mut Page, result: &AuditResult, verbose: bool) {
    let Some(all) = result.cpu.as_ref().filter(|cpu| !cpu.workloads.is_empty()) else { return };
    let profiled = cpu::by_cost(result);
    page.heading("CPU time");
    let shown = if verbose { profiled.len() } else { WORKLOADS };
    for (_, row) in profiled.iter().take(shown) {
        workload(page, row);
    }
    let places = "--verbose shows them; report.html has flame graphs";
    seen::hidden(page, profiled.len().saturating_sub(shown), "profile", places);
    seen::unseen(page, "not profiled", &trust::unseen(&all.workloads));
}

fn workload(page: &mut Page, row: &WorkloadCpu) {
    seen::name(page, row);
    seen::remarks(page, &row.remarks);
    if let Some(bound) = &row.bound_by {
        page.paragraph("    ", 4, PLAIN, &text::sentence(&cpu::bound_by(bound)));
        page.paragraph("    ", 4, PLAIN, &text::sentence(&format!("next: {}", bound.next)));
    }
    hotspots(page, &row.hotspots[..row.hotspots.len().min(HOTSPOTS)]);
    for said in row.off_cpu.iter().flat_map(|off_cpu| [cpu::blocked(off_cpu), cpu::waits(off_cpu)]).flatten()
    {
        page.paragraph("    ", 6, FAINT, &said);
    }
    if let Some(sampler) = &row.sampler {
        page.paragraph("    ", 6, FAINT, &cpu::sampled(sampler));
    }
}

/// One line each: self share, total share, time per iteration, name, place.
fn hotspots(page: &mut Page, hotspots: &[Hotspot]) {
    if hotspots.is_empty() {
        return;
    }
    let times: Vec<String> = hotspots
        .iter()
        .map(|hotspot| {
            let value = hotspot.time.as_ref().and_then(|time| Some((time.value()?, time.unit)));
            value.map_or_else(|| "-".to_owned(), |(value, unit)| quantity::value(value, unit))
        })
        .collect();
    let timed = times.iter().any(|time| time != "-");
    let time_width = times.iter().map(|time| text::width(time)).max().unwrap_or(0).max("self/iter".len());
    let time_width = if timed { time_width + 2 } else { 0 };
    let places: Vec<String> = hotspots.iter().map(|hotspot| text::visible(&cpu::place(hotspot))).collect();
    let before = 4 + 7 + 2 + 7 + time_width + 2;
    let room = page.width().saturating_sub(before);
    let place_width = places.iter().map(|place| text::width(place)).max().unwrap_or(0).min(room / 2);
    let place_width = if room >= LEAST_SYMBOL + 2 + place_width { place_width } else { 0 };
    let symbol_room = if place_width > 0 { room - place_width - 2 } else { room };
    let symbols: Vec<String> =
        hotspots.iter().map(|hotspot| text::shorten(&text::visible(&hotspot.symbol), symbol_room)).collect();
    let symbol_width = symbols.iter().map(|symbol| text::width(symbol)).max().unwrap_or(0);
    let time = |text: &str| if timed { format!("{text:>time_width$}") } else { String::new() };
    let head = format!("    {:>7}  {:>7}{}  function", "self", "total", time("self/iter"));
    page.line(&[(FAINT, &head)]);
    for (((hotspot, symbol), place), per_iteration) in hotspots.iter().zip(&symbols).zip(&places).zip(&times)
    {
        let shares = format!(
            "    {:>7}  {:>7}{}  ",
            cpu::aligned(&hotspot.self_share),
            cpu::aligned(&hotspot.total_share),
            time(per_iteration),
        );
        let gap = " ".repeat(symbol_width - text::width(symbol) + 2);
        let place = if place_width > 0 { text::shorten(place, place_width) } else { String::new() };
        page.line(&[(PLAIN, &shares), (PLAIN, symbol), (PLAIN, &gap), (FAINT, &place)]);
    }
}
