//! A search for a commit: what was found, then the commits that were looked at.

use perfaudit_result::AuditResult;

use super::page::{FAINT, PLAIN, Page};
use crate::{bisection, text};

pub(super) fn bisection(page: &mut Page, result: &AuditResult) {
    let Some(search) = &result.bisection else { return };
    for line in bisection::told(search) {
        page.paragraph("", 2, PLAIN, &text::one_line(&line));
    }
    if !search.steps.is_empty() {
        page.heading("Looked at");
    }
    for step in bisection::steps(search) {
        page.paragraph("  ", 4, PLAIN, &format!("{}: {}", step.state, text::one_line(&step.commit)));
        for line in text::lines(&step.evidence).iter().filter(|line| !line.is_empty()) {
            page.block("    ", FAINT, line);
        }
    }
    page.blank();
    page.paragraph("", 2, FAINT, &bisection::method(search));
    page.heading("The comparison that this rests on");
}
