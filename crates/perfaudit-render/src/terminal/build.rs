//! What builds do with their time.

use perfaudit_result::AuditResult;

use super::page::{FAINT, HEADING, Page, WARNING};
use super::size::table;
use crate::{build, text};

/// The rows of each list.
const ROWS: usize = 12;
/// The rows of each list when all are asked for.
const MORE: usize = 100;

/// The part on builds; nothing when none was looked into.
pub(super) fn builds(page: &mut Page, result: &AuditResult, verbose: bool) {
    let most = if verbose { MORE } else { ROWS };
    for of in &result.builds {
        page.heading(&format!("Time of {}", text::visible(&of.build.0)));
        page.paragraph("", 0, HEADING, &text::sentence(&text::one_line(&of.answer)));
        for remark in &of.remarks {
            page.paragraph("", 0, WARNING, &text::sentence(&text::one_line(remark)));
        }
        table(page, &build::packages(of, most));
        table(page, &build::chain(of, most));
        if verbose {
            table(page, &build::running(of));
        }
        page.blank();
        page.paragraph("", 0, FAINT, &text::sentence(&text::one_line(&of.method)));
    }
}
