//! Build settings.

use perfaudit_result::AuditResult;

use super::escape::{fenced, prose, table};
use crate::matrix;

/// What follows, then what was tried.
pub(super) fn matrix(result: &AuditResult) -> String {
    let Some(tried) = &result.matrix else { return String::new() };
    let mut out = String::new();
    for line in matrix::told(tried) {
        let line = line.strip_prefix("- ").unwrap_or(&line);
        out.push_str(&format!("- {}\n", prose(line)));
    }
    let manifest = matrix::manifest(tried);
    if !manifest.is_empty() {
        out.push_str(&format!("\n{}", fenced("toml", &manifest)));
    }
    let cells: Vec<Vec<String>> = matrix::rows(tried)
        .into_iter()
        .map(|row| {
            vec![
                prose(&row.name),
                row.state,
                prose(&row.speed.join("; ")),
                row.size,
                row.build,
                prose(&row.remarks.join("; ").replace('\n', " ")),
            ]
        })
        .collect();
    out.push('\n');
    let right = [false, false, false, true, true, false];
    out.push_str(&table(&["settings", "", "time", "size", "build", "to know"], &right, &cells));
    out.push_str(&format!("\n{}\n", prose(&matrix::method(tried))));
    out
}
