//! What the project's source holds.

use perfaudit_result::AuditResult;

use super::escape::{code, prose, table};
use crate::{source, text};

/// The rows of a table; result.json has all.
const ROWS: usize = 15;

/// The section; empty when the source was not read.
pub(super) fn source(result: &AuditResult) -> String {
    let Some(read) = &result.source else { return String::new() };
    let line = |text: &str| format!("- {}\n", prose(&text::sentence(text)));
    let mut out = line(&read.answer) + &line(&source::size(read)) + &line(&source::method(read));
    let (_, folded) = source::folded(result);
    for (why, findings) in source::by_reason(&folded) {
        out.push_str(&line(&format!("{} {why}", findings.len())));
    }
    let unread = source::unread(read);
    if !unread.is_empty() {
        out.push_str(&line(&unread));
    }
    let (head, modules) = source::asynchronous(read);
    let rows: Vec<Vec<String>> = modules
        .iter()
        .take(ROWS)
        .map(|row| std::iter::once(code(&row[0])).chain(row[1..].iter().cloned()).collect())
        .collect();
    if !rows.is_empty() {
        out.push('\n');
        out.push_str(&table(&head, &[false, true, true, true, true, true], &rows));
    }
    out
}
