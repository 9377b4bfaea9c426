//! The table of builds, tests and sizes.

use perfaudit_result::AuditResult;

use super::escape::{code, table};
use crate::delivery;

/// Empty where nothing of it was measured.
pub(super) fn delivery(result: &AuditResult) -> String {
    const HEADER: [&str; 8] =
        ["workload", "metric", "value", "from", "range", "CPU time", "largest process", "state"];
    const RIGHT: [bool; 8] = [false, false, true, false, true, true, true, false];
    let rows: Vec<Vec<String>> = delivery::rows(result)
        .into_iter()
        .map(|row| {
            vec![
                code(&row.workload.id.0),
                code(&row.metric.0),
                row.value,
                row.basis,
                row.range,
                row.cpu,
                row.memory,
                row.workload.state.label().to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() { String::new() } else { format!("{}\n", table(&HEADER, &RIGHT, &rows)) }
}
