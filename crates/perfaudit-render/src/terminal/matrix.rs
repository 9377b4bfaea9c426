//! Build settings: what follows, then what was tried.

use perfaudit_result::AuditResult;

use super::page::{FAINT, HEADING, PLAIN, Page, WARNING};
use crate::{matrix, text};

pub(super) fn matrix(page: &mut Page, result: &AuditResult) {
    let Some(tried) = &result.matrix else { return };
    for line in matrix::told(tried) {
        page.paragraph("", 2, PLAIN, &text::one_line(&line));
    }
    for line in matrix::manifest(tried) {
        page.paragraph("  ", 2, PLAIN, &text::one_line(&line));
    }
    page.heading("Tried");
    for row in matrix::rows(tried) {
        let known = if row.size == "-" && row.build == "-" {
            row.state.clone()
        } else {
            format!("{}, size {}, build {}", row.state, row.size, row.build)
        };
        page.paragraph("  ", 4, HEADING, &format!("{}: {known}", text::one_line(&row.name)));
        for line in &row.speed {
            page.paragraph("    ", 6, PLAIN, &text::one_line(line));
        }
        for remark in &row.remarks {
            let style = if remark.starts_with("risk: ") { WARNING } else { FAINT };
            page.paragraph("    ", 6, style, &text::one_line(remark));
        }
    }
    page.blank();
    page.paragraph("", 2, FAINT, &text::one_line(&matrix::method(tried)));
    if result.paired.is_some() {
        page.heading("The second measurement");
    }
}
