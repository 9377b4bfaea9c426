//! What the project's source holds: a few lines.

use perfaudit_result::AuditResult;

use super::page::{FAINT, HEADING, PLAIN, Page, WARNING};
use crate::{source, text};

/// The rows of async code that are shown.
const MODULES: usize = 5;

/// The part on source; nothing when it was not read.
pub(super) fn source(page: &mut Page, result: &AuditResult, verbose: bool) {
    let Some(read) = &result.source else { return };
    page.heading("Source");
    page.paragraph("  ", 4, HEADING, &text::sentence(&read.answer));
    page.paragraph("  ", 4, PLAIN, &text::sentence(&source::size(read)));
    page.paragraph("  ", 4, FAINT, &text::sentence(&text::one_line(&source::method(read))));
    let (_, folded) = source::folded(result);
    for (why, findings) in source::by_reason(&folded) {
        let how = if verbose { "" } else { " (--verbose shows them)" };
        page.paragraph("  ", 4, PLAIN, &format!("{} {why}{how}", findings.len()));
    }
    let (_, modules) = source::asynchronous(read);
    let shown = if verbose { modules.len() } else { MODULES };
    for [file, functions, never, awaits, blocking, locks] in modules.iter().take(shown) {
        let line = format!(
            "async: {}: {functions} functions, {never} never await, {awaits} awaits, {blocking} blocking calls, {locks} locks across an await",
            text::visible(file)
        );
        page.paragraph("  ", 4, PLAIN, &line);
    }
    if modules.len() > shown {
        page.paragraph("  ", 4, FAINT, &format!("and {} more files with async code", modules.len() - shown));
    }
    let unread = source::unread(read);
    if !unread.is_empty() {
        page.paragraph("  ", 4, WARNING, &text::sentence(&text::one_line(&unread)));
    }
}
