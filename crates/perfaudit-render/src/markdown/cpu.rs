//! Where CPU time went, as tables.

use perfaudit_result::{AuditResult, Hotspot, WorkloadCpu};

use super::escape::{code, prose, table};
use super::seen;
use crate::{cpu, quantity, text, trust};

/// The workloads that are shown; result.json has all.
const WORKLOADS: usize = 5;
/// The functions of each.
const HOTSPOTS: usize = 5;

/// The section; empty when nothing was to be profiled.
pub(super) fn cpu(result: &AuditResult) -> String {
    let Some(all) = &result.cpu else { return String::new() };
    let profiled = cpu::by_cost(result);
    let out: String = profiled.iter().take(WORKLOADS).map(|(_, row)| workload(row)).collect();
    let hidden = profiled.len().saturating_sub(WORKLOADS);
    seen::end(out, (hidden, "profile", "report.html"), ("Not profiled", &trust::unseen(&all.workloads)))
}

fn workload(row: &WorkloadCpu) -> String {
    let mut out = seen::heading(row);
    out.push_str(&seen::list(&row.remarks));
    if let Some(bound) = &row.bound_by {
        out.push_str(&seen::list(&[cpu::bound_by(bound), format!("next: {}", bound.next)]));
    }
    let rows: Vec<Vec<String>> = row.hotspots.iter().take(HOTSPOTS).map(hotspot).collect();
    if !rows.is_empty() {
        let header = ["self", "total", "self time per iteration", "function", "place"];
        out.push_str(&table(&header, &[true, true, true, false, false], &rows));
        out.push('\n');
    }
    for said in row.off_cpu.iter().flat_map(|off_cpu| [cpu::blocked(off_cpu), cpu::waits(off_cpu)]).flatten()
    {
        out.push_str(&format!("{}\n\n", prose(&text::sentence(&said))));
    }
    if let Some(sampler) = &row.sampler {
        out.push_str(&format!("Sampled by {}.\n\n", prose(&cpu::sampled(sampler))));
    }
    out
}

fn hotspot(hotspot: &Hotspot) -> Vec<String> {
    let place = cpu::place(hotspot);
    vec![
        quantity::figure(&hotspot.self_share),
        quantity::figure(&hotspot.total_share),
        hotspot.time.as_ref().map_or_else(|| "-".to_owned(), quantity::figure),
        code(&hotspot.symbol),
        if place.is_empty() { "-".to_owned() } else { code(&place) },
    ]
}
