//! What workloads allocate: a few lines of a few workloads.

use perfaudit_result::{AuditResult, HeapSite, WorkloadHeap};

use super::page::{FAINT, PLAIN, Page};
use super::seen;
use crate::{heap, text, trust};

/// The workloads that are shown unless all are asked for.
const WORKLOADS: usize = 3;
/// The sites of each.
const SITES: usize = 6;
/// The least room for the name of a function; it is left out before it gets less.
const LEAST_SYMBOL: usize = 20;

/// The part on allocations; nothing when nothing was to be counted.
pub(super) fn heap(page: &mut Page, result: &AuditResult, verbose: bool) {
    let Some(all) = result.heap.as_ref().filter(|heap| !heap.workloads.is_empty()) else { return };
    let counted = heap::by_bytes(result);
    page.heading("Allocations");
    let shown = if verbose { counted.len() } else { WORKLOADS };
    for (_, row) in counted.iter().take(shown) {
        workload(page, row, verbose);
    }
    seen::hidden(page, counted.len().saturating_sub(shown), "workload", "--verbose shows them");
    seen::unseen(page, "not counted", &trust::unseen(&all.workloads));
}

fn workload(page: &mut Page, row: &WorkloadHeap, verbose: bool) {
    seen::name(page, row);
    page.paragraph("    ", 6, PLAIN, &heap::totals(row));
    seen::remarks(page, &row.remarks);
    let sites = if verbose { row.sites.len() } else { SITES };
    table(page, row, &row.sites[..row.sites.len().min(sites)]);
    if row.totals.count > 0 {
        page.paragraph("    ", 6, FAINT, &heap::fate(row));
    }
}

/// One line each: numbers, the function and its place.
fn table(page: &mut Page, row: &WorkloadHeap, sites: &[HeapSite]) {
    if sites.is_empty() {
        return;
    }
    let heads = heap::heads(row);
    let cells: Vec<[String; 5]> = sites.iter().map(|site| heap::cells(row, site)).collect();
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| {
            let of_cells = cells.iter().map(|cells| text::width(&cells[column])).max().unwrap_or(0);
            of_cells.max(heads[column].len())
        })
        .collect();
    let line = |cells: &[&str]| -> String {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("  {}{cell}", " ".repeat(width.saturating_sub(text::width(cell)))));
        format!("  {}  ", padded.collect::<String>())
    };
    let numbers: Vec<String> =
        cells.iter().map(|cells| line(&cells.each_ref().map(String::as_str))).collect();
    let head = line(&heads);
    let room = page.width().saturating_sub(text::width(&head));
    let places: Vec<String> = sites.iter().map(|site| text::visible(&heap::place(site))).collect();
    let place_width = places.iter().map(|place| text::width(place)).max().unwrap_or(0);
    if room < LEAST_SYMBOL + 2 + place_width {
        // Several lines of one function differ by their place alone.
        page.line(&[(FAINT, &format!("{head}line"))]);
        for ((numbers, place), site) in numbers.iter().zip(&places).zip(sites) {
            let shown = if place.is_empty() { text::visible(&site.symbol) } else { place.clone() };
            page.line(&[(PLAIN, numbers), (PLAIN, &text::shorten(&shown, room))]);
        }
        return;
    }
    let symbol_room = room - place_width - 2;
    let symbols: Vec<String> =
        sites.iter().map(|site| text::shorten(&text::visible(&site.symbol), symbol_room)).collect();
    let symbol_width = symbols.iter().map(|symbol| text::width(symbol)).max().unwrap_or(0);
    page.line(&[(FAINT, &format!("{head}function"))]);
    for ((numbers, symbol), place) in numbers.iter().zip(&symbols).zip(&places) {
        let gap = " ".repeat(symbol_width - text::width(symbol) + 2);
        page.line(&[(PLAIN, numbers), (PLAIN, symbol), (PLAIN, &gap), (FAINT, place)]);
    }
}
