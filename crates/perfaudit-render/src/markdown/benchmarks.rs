//! The tables of figures: benchmarks by target, sweeps and matrices.

use std::collections::HashMap;

use perfaudit_result::{
    AuditResult, Estimate, Figure, GroupShape, MetricName, Workload, WorkloadGroup, WorkloadState,
};

use super::escape::{code, prose, table};
use crate::{quantity, rows};

/// A matrix with more columns is told row by row.
const WIDEST_GRID: usize = 8;

const METRICS: [MetricName; 5] = [
    MetricName::WALL_TIME_P50,
    MetricName::WALL_TIME_P95,
    MetricName::WALL_TIME_P99,
    MetricName::WALL_TIME_MEAN,
    MetricName::THROUGHPUT,
];

/// One table for each target, and below them what a reader must know about their cells.
pub(super) fn benchmarks(result: &AuditResult) -> String {
    const HEADER: [&str; 8] = ["benchmark", "p50", "p95", "p99", "mean", "throughput", "n", "state"];
    const RIGHT: [bool; 8] = [false, true, true, true, true, true, true, false];
    let mut out = String::new();
    for suite in rows::suites(result) {
        let rows: Vec<Vec<String>> = suite.workloads.iter().map(|workload| row(workload)).collect();
        out.push_str(&format!("{}\n\n{}\n", code(&suite.name()), table(&HEADER, &RIGHT, &rows)));
    }
    let mut notes = rows::footnotes(result, &METRICS);
    notes.extend(levels(result));
    for note in notes {
        out.push_str(&format!("- {}\n", prose(&note)));
    }
    out
}

fn row(workload: &Workload) -> Vec<String> {
    let name = if workload.title.is_empty() { rows::title(workload) } else { code(&workload.title) };
    let mut cells = vec![name];
    cells.extend(
        METRICS.iter().map(|name| rows::figure(workload, name).map_or_else(String::new, quantity::figure)),
    );
    let n = rows::median(workload).map(|figure| format!("{} {}", figure.n, rows::observations(figure.of)));
    cells.push(n.unwrap_or_default());
    let flags: Vec<String> = rows::flags(workload).map(|audit| code(&audit.rule)).collect();
    cells.push(if flags.is_empty() {
        workload.state.label().to_owned()
    } else {
        format!("{}, flagged: {}", workload.state.label(), flags.join(", "))
    });
    cells
}

/// The levels of the intervals.
fn levels(result: &AuditResult) -> Option<String> {
    let figures =
        || result.workloads.iter().flat_map(|workload| &workload.metrics).map(|metric| &metric.figure);
    let mut levels: Vec<String> = figures()
        .filter_map(|figure| match figure.estimate {
            Estimate::WithInterval { level, .. } => Some(quantity::level(level)),
            Estimate::WithoutInterval { .. } | Estimate::AtMost { .. } | Estimate::NotEstimable { .. } => {
                None
            }
        })
        .collect();
    levels.sort_unstable();
    levels.dedup();
    (!levels.is_empty()).then(|| format!("Intervals cover the truth at a level of {}.", levels.join(", ")))
}

/// What was not measured and why, with all that failing benchmarks said.
pub(super) fn unmeasured(result: &AuditResult) -> String {
    let mut out = String::new();
    for group in rows::unmeasured(result, |state| state != WorkloadState::Measured) {
        let names: Vec<String> =
            group.workloads.iter().map(|workload| code(&rows::full_name(workload))).collect();
        out.push_str(&format!("{}: {}\n\n", names.join(", "), group.state.label()));
        let lines = group.message.map(crate::text::lines).unwrap_or_default();
        if !lines.is_empty() {
            out.push_str(&format!("{}\n", super::escape::fenced("text", &lines)));
        }
    }
    out
}

/// One table for each group: a sweep by its parameter, a matrix of medians.
pub(super) fn groups(result: &AuditResult) -> String {
    let workloads: HashMap<&str, &Workload> =
        result.workloads.iter().map(|workload| (workload.id.0.as_str(), workload)).collect();
    let mut out = String::new();
    for group in &result.groups {
        let what = match group.shape {
            GroupShape::Sweep => "over one parameter",
            GroupShape::Matrix => "over several parameters",
        };
        let table = grid(group, &workloads).unwrap_or_else(|| list(group, &workloads));
        out.push_str(&format!("{} {what}\n\n{table}\n", code(&group.id)));
    }
    out
}

/// Two parameters as a table of medians; none when the group has another shape, is too wide, or has a place that
/// two cells claim.
fn grid(group: &WorkloadGroup, workloads: &HashMap<&str, &Workload>) -> Option<String> {
    let [down, across] = group.axes.as_slice() else { return None };
    if across.values.len() > WIDEST_GRID {
        return None;
    }
    let mut cells = vec![vec![String::new(); across.values.len()]; down.values.len()];
    for cell in &group.cells {
        let &[row, column] = cell.coordinates.as_slice() else { return None };
        let place = cells.get_mut(usize::try_from(row).ok()?)?.get_mut(usize::try_from(column).ok()?)?;
        if !place.is_empty() {
            return None;
        }
        *place = median(workloads.get(cell.workload.0.as_str()).copied());
    }
    let names: Vec<String> = across.values.iter().map(|value| code(value)).collect();
    let header: Vec<&str> = std::iter::once("p50").chain(names.iter().map(String::as_str)).collect();
    let right: Vec<bool> = (0..header.len()).map(|column| column > 0).collect();
    let rows: Vec<Vec<String>> = down
        .values
        .iter()
        .zip(cells)
        .map(|(value, cells)| std::iter::once(code(value)).chain(cells).collect())
        .collect();
    Some(table(&header, &right, &rows))
}

/// Any number of parameters, one row for each workload.
fn list(group: &WorkloadGroup, workloads: &HashMap<&str, &Workload>) -> String {
    let parameters: Vec<String> = match group.axes.len() {
        1 => vec!["parameter".to_owned()],
        n => (1..=n).map(|axis| format!("parameter {axis}")).collect(),
    };
    let mut header: Vec<&str> = parameters.iter().map(String::as_str).collect();
    header.extend(["p50", "p95", "throughput"]);
    let right: Vec<bool> = (0..header.len()).map(|column| column >= parameters.len()).collect();
    let mut rows = Vec::new();
    for cell in &group.cells {
        let workload = workloads.get(cell.workload.0.as_str()).copied();
        let mut row: Vec<String> = group
            .axes
            .iter()
            .enumerate()
            .map(|(axis, values)| {
                let index = cell.coordinates.get(axis).and_then(|&index| usize::try_from(index).ok());
                index
                    .and_then(|index| values.values.get(index))
                    .map_or_else(|| "?".to_owned(), |value| code(value))
            })
            .collect();
        row.push(median(workload));
        for name in [MetricName::WALL_TIME_P95, MetricName::THROUGHPUT] {
            let figure: Option<&Figure> = workload.and_then(|workload| rows::figure(workload, &name));
            row.push(figure.map_or_else(String::new, quantity::figure));
        }
        rows.push(row);
    }
    table(&header, &right, &rows)
}

/// The median, or the state of a workload that has none.
fn median(workload: Option<&Workload>) -> String {
    let Some(workload) = workload else { return "?".to_owned() };
    rows::median(workload).map_or_else(|| workload.state.label().to_owned(), quantity::figure)
}
