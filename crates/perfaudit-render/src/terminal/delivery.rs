//! Builds, tests and sizes: a line each.

use perfaudit_result::{AuditResult, WorkloadState};

use super::page::{FAINT, PLAIN, Page};
use crate::{delivery, text};

/// What was measured; the rest is told with everything else that was not.
pub(super) fn delivery(page: &mut Page, result: &AuditResult) {
    let mut rows = delivery::rows(result);
    rows.retain(|row| row.workload.state == WorkloadState::Measured);
    if !rows.is_empty() {
        page.heading("Builds, tests and sizes");
    }
    for row in rows {
        let name = text::visible(&row.workload.id.0);
        page.paragraph("  ", 4, PLAIN, &format!("{name}: {} {} ({})", row.metric.0, row.value, row.basis));
        let parts: Vec<String> =
            [(&row.range, "runs from"), (&row.cpu, "CPU time"), (&row.memory, "largest process")]
                .into_iter()
                .filter(|(content, _)| !content.is_empty())
                .map(|(content, what)| format!("{what} {content}"))
                .collect();
        if !parts.is_empty() {
            page.paragraph("    ", 4, FAINT, &parts.join("; "));
        }
    }
}
