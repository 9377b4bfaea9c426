//! Two sides against each other.

use perfaudit_result::{AuditResult, PairedVerdict};

use super::escape::{code, prose, table};
use crate::paired;

/// What changed first, then everything else.
pub(super) fn paired(result: &AuditResult) -> String {
    let Some(comparison) = &result.paired else { return String::new() };
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
                paired::verdict(row.verdict).to_owned(),
                code(row.workload),
                row.before.clone(),
                row.after.clone(),
                row.effect.clone(),
                prose(&row.evidence),
                prose(&row.remarks.join("; ").replace('\n', " ")),
            ]
        })
        .collect();
    if !cells.is_empty() {
        let right = [false, false, true, true, true, false, false];
        let headings = ["", "workload", "A", "B", "B against A", "evidence", "remarks"];
        out.push_str(&table(&headings, &right, &cells));
        out.push('\n');
    }
    for line in paired::one_sided(comparison) {
        out.push_str(&format!("- {}\n", prose(&line)));
    }
    out.push_str(&format!("\n{} {}\n", paired::METHOD, paired::design(comparison)));
    out
}
