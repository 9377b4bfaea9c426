//! What workloads allocate, as tables.

use perfaudit_result::{AuditResult, HeapSite, Trust, WorkloadHeap};

use super::escape::{code, prose, table};
use crate::{cpu, heap, quantity, text};

/// The workloads that are shown; result.json has all.
const WORKLOADS: usize = 5;
/// The sites of each.
const SITES: usize = 8;

/// The section; empty when nothing was to be counted.
pub(super) fn heap(result: &AuditResult) -> String {
    let Some(all) = &result.heap else { return String::new() };
    let counted = heap::by_bytes(result);
    let mut out: String = counted.iter().take(WORKLOADS).map(|(_, row)| workload(row)).collect();
    if counted.len() > WORKLOADS {
        let more = quantity::counted(counted.len() - WORKLOADS, "workload");
        out.push_str(&format!("And {more} more: see result.json.\n\n"));
    }
    for (remarks, ids) in heap::not_counted(all) {
        let first = ids.first().map_or_else(String::new, |id| code(&id.0));
        let others = if ids.len() > 1 { format!(" and {} more", ids.len() - 1) } else { String::new() };
        let why: String =
            remarks.iter().map(|remark| format!(" {}", prose(&text::sentence(remark)))).collect();
        out.push_str(&format!("Not counted: {first}{others}.{why}\n\n"));
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn workload(row: &WorkloadHeap) -> String {
    let trust =
        if row.trust == Trust::Sound { String::new() } else { format!(", {}", cpu::trust(row.trust)) };
    let mut out =
        format!("### {}{trust}\n\n{}.\n\n", code(&row.id.0), prose(&text::one_line(&heap::totals(row))));
    for remark in &row.remarks {
        out.push_str(&format!("- {}\n", prose(&text::sentence(remark))));
    }
    if !row.remarks.is_empty() {
        out.push('\n');
    }
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
