//! A search for a commit.

use perfaudit_result::AuditResult;

use super::escape::{prose, table};
use crate::bisection;

/// What was found, then the commits that were looked at.
pub(super) fn bisection(result: &AuditResult) -> String {
    let Some(search) = &result.bisection else { return String::new() };
    let mut out = String::new();
    for line in bisection::told(search) {
        let line = line.strip_prefix("- ").unwrap_or(&line);
        out.push_str(&format!("- {}\n", prose(line)));
    }
    let cells: Vec<Vec<String>> = bisection::steps(search)
        .into_iter()
        .map(|step| {
            vec![step.state.to_owned(), prose(&step.commit), prose(&step.evidence.replace('\n', " "))]
        })
        .collect();
    if !cells.is_empty() {
        out.push('\n');
        out.push_str(&table(&["", "commit", "evidence"], &[false, false, false], &cells));
    }
    out.push_str(&format!("\n{}\n", prose(&bisection::method(search))));
    out
}
