//! Patches made from findings.

use perfaudit_result::AuditResult;

use super::escape::{code, prose, table};
use crate::fixes;

/// What is kept, what became of the others, and what no patch was made for.
pub(super) fn fixes(result: &AuditResult) -> String {
    let Some(made) = &result.fixes else { return String::new() };
    let mut out = format!("{}\n\n", prose(&fixes::order(made, Some(&result.run))));
    let cells: Vec<Vec<String>> = fixes::rows(made)
        .into_iter()
        .map(|row| {
            vec![
                row.state.to_owned(),
                code(row.name),
                code(&row.place),
                prose(&row.cost),
                prose(row.what),
                prose(&row.reason.replace('\n', " ")),
            ]
        })
        .collect();
    if !cells.is_empty() {
        out.push_str(&table(&["", "patch", "place", "cost", "what it does", "why"], &[false; 6], &cells));
    }
    if let Some(line) = fixes::places(made) {
        out.push_str(&format!("\n{line}\n"));
    }
    if !made.without.is_empty() {
        out.push_str("\nFindings without a patch:\n\n");
    }
    for one in &made.without {
        out.push_str(&format!("- {}\n", prose(&fixes::unmended(one).replace('\n', " "))));
    }
    if let Some(line) = fixes::applied(made) {
        out.push_str(&format!("\n{}\n", prose(&line)));
    }
    out
}
