//! Where CPU time went, as tables.

use perfaudit_result::{AuditResult, Hotspot, Trust, WorkloadCpu};

use super::escape::{code, prose, table};
use crate::{cpu, quantity, text};

/// The workloads that are shown; result.json has all.
const WORKLOADS: usize = 5;
/// The functions of each.
const HOTSPOTS: usize = 5;

/// The section; empty when nothing was to be profiled.
pub(super) fn cpu(result: &AuditResult) -> String {
    let Some(all) = &result.cpu else { return String::new() };
    let profiled = cpu::by_cost(result);
    let mut out: String = profiled.iter().take(WORKLOADS).map(|(_, row)| workload(row)).collect();
    if profiled.len() > WORKLOADS {
        let more = quantity::counted(profiled.len() - WORKLOADS, "profile");
        out.push_str(&format!("And {more} more: see report.html.\n\n"));
    }
    for (remarks, ids) in cpu::not_profiled(all) {
        let first = ids.first().map_or_else(String::new, |id| code(&id.0));
        let others = if ids.len() > 1 { format!(" and {} more", ids.len() - 1) } else { String::new() };
        let why: String =
            remarks.iter().map(|remark| format!(" {}", prose(&text::sentence(remark)))).collect();
        out.push_str(&format!("Not profiled: {first}{others}.{why}\n\n"));
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn workload(row: &WorkloadCpu) -> String {
    let trust =
        if row.trust == Trust::Sound { String::new() } else { format!(", {}", cpu::trust(row.trust)) };
    let mut out = format!("### {}{trust}\n\n", code(&row.id.0));
    for remark in &row.remarks {
        out.push_str(&format!("- {}\n", prose(&text::sentence(remark))));
    }
    if !row.remarks.is_empty() {
        out.push('\n');
    }
    if let Some(bound) = &row.bound_by {
        let next = format!("next: {}", bound.next);
        for line in [cpu::bound_by(bound), next] {
            out.push_str(&format!("- {}\n", prose(&text::sentence(&line))));
        }
        out.push('\n');
    }
    let rows: Vec<Vec<String>> = row.hotspots.iter().take(HOTSPOTS).map(hotspot).collect();
    if !rows.is_empty() {
        let header = ["self", "total", "self time per iteration", "function", "place"];
        out.push_str(&table(&header, &[true, true, true, false, false], &rows));
        out.push('\n');
    }
    if let Some(blocked) = row.off_cpu.as_ref().and_then(cpu::blocked) {
        out.push_str(&format!("{}\n\n", prose(&text::sentence(&blocked))));
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
