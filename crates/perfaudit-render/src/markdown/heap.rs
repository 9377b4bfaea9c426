//! What workloads allocate, as tables.

use perfaudit_result::{AuditResult, HeapSite, WorkloadHeap};

use super::escape::{code, prose, table};
use super::seen;
use crate::{heap, text, trust};

/// The workloads that are shown; result.json has all.
const WORKLOADS: usize = 5;
/// The sites of each.
const SITES: usize = 8;

/// The section; empty when nothing was to be counted.
pub(super) fn heap(result: &AuditResult) -> String {
    let Some(all) = &result.heap else { return String::new() };
    let counted = heap::by_bytes(result);
    let out: String = counted.iter().take(WORKLOADS).map(|(_, row)| workload(row)).collect();
    let hidden = counted.len().saturating_sub(WORKLOADS);
    seen::end(out, (hidden, "workload", "result.json"), ("Not counted", &trust::unseen(&all.workloads)))
}

fn workload(row: &WorkloadHeap) -> String {
    let mut out = seen::heading(row);
    out.push_str(&format!("{}.\n\n", prose(&text::one_line(&heap::totals(row)))));
    out.push_str(&seen::list(&row.remarks));
    let rows: Vec<Vec<String>> = row.sites.iter().take(SITES).map(|site| cells(row, site)).collect();
    if !rows.is_empty() {
        let [a, b, c, d, e] = heap::heads(row);
        let header = [a, b, c, d, e, "function", "place", "calls"];
        out.push_str(&table(&header, &[true, true, true, true, true, false, false, false], &rows));
        out.push_str(&format!("\n{}.\n\n", prose(text::sentence(&heap::fate(row)).trim_end_matches('.'))));
    }
    out
}

fn cells(row: &WorkloadHeap, site: &HeapSite) -> Vec<String> {
    let shown = |text: &str| if text.is_empty() { "-".to_owned() } else { code(text) };
    let mut cells = heap::cells(row, site).to_vec();
    cells.extend([
        code(&site.symbol),
        shown(&heap::place(site)),
        shown(site.calls.as_deref().unwrap_or_default()),
    ]);
    cells
}
