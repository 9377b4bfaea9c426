//! Two sides against each other.

use perfaudit_result::{AuditResult, PairedComparison, PairedVerdict};

use super::escape::{code, prose, table};
use crate::paired::{self, Row};

/// The functions behind one change.
fn functions(row: &Row<'_>) -> String {
    let Some(found) = &row.functions else { return String::new() };
    let cells: Vec<Vec<String>> = found
        .changed
        .iter()
        .map(|function| {
            vec![
                function.verdict.to_owned(),
                code(function.symbol),
                code(function.file),
                function.before.clone(),
                function.after.clone(),
                function.change.clone(),
                function.p.clone(),
            ]
        })
        .collect();
    let mut out = format!("Functions behind the change of {}:\n\n", code(row.workload));
    if !cells.is_empty() {
        let right = [false, false, false, true, true, true, true];
        out.push_str(&table(&["", "function", "file", "A", "B", "change", "p"], &right, &cells));
        out.push('\n');
    }
    out.push_str(&format!("{}\n\n", prose(&crate::text::sentence(&found.about))));
    out
}

/// What changed first, then everything else.
pub(super) fn paired(result: &AuditResult) -> String {
    result.paired.as_ref().map(comparison).unwrap_or_default()
}

/// Both sides, and what came of each row.
pub(super) fn comparison(comparison: &PairedComparison) -> String {
    let mut out = format!(
        "- A: {}\n- B: {}\n\n",
        prose(&paired::arm(&comparison.before)),
        prose(&paired::arm(&comparison.after))
    );
    let rows: Vec<_> =
        PairedVerdict::ALL.into_iter().flat_map(|verdict| paired::with(comparison, verdict)).collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.verdict.label().to_owned(),
                code(row.workload),
                row.before.clone(),
                row.after.clone(),
                row.effect.clone(),
                prose(&row.evidence),
                prose(
                    &row.metrics
                        .iter()
                        .chain(&row.remarks)
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .join("; ")
                        .replace('\n', " "),
                ),
            ]
        })
        .collect();
    if !cells.is_empty() {
        let right = [false, false, true, true, true, false, false];
        let headings = ["", "workload", "A", "B", "B against A", "evidence", "remarks"];
        out.push_str(&table(&headings, &right, &cells));
        out.push('\n');
    }
    for row in &rows {
        out.push_str(&functions(row));
    }
    for line in paired::one_sided(comparison) {
        out.push_str(&format!("- {}\n", prose(&line)));
    }
    for line in paired::shared_remarks(comparison) {
        out.push_str(&format!("- {}\n", prose(&line)));
    }
    out.push_str(&format!("\n{} {}\n", paired::METHOD, paired::design(comparison)));
    out
}
