//! `result.json`: the one writer that everybody uses.

use perfaudit_result::AuditResult;

/// The result as indented JSON with a newline at the end; [`perfaudit_result::from_json`] reads it back.
#[must_use]
pub fn json(result: &AuditResult) -> String {
    let mut text =
        serde_json::to_string_pretty(result).expect("a result has string keys only and fails nowhere");
    text.push('\n');
    text
}
