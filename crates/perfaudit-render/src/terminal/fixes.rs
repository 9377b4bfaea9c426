//! Patches made from findings: what is kept, what became of the others, and what none was made for.

use perfaudit_result::AuditResult;

use super::page::{CRITICAL, FAINT, GOOD, PLAIN, Page, WARNING};
use crate::{fixes, text};

/// How many findings without a patch are told unless all are asked for.
const WITHOUT_SHOWN: usize = 6;

pub(super) fn fixes(page: &mut Page, result: &AuditResult, verbose: bool) {
    let Some(made) = &result.fixes else { return };
    page.heading("Patches made from findings");
    page.paragraph("  ", 2, FAINT, &fixes::order(made, Some(&result.run)));
    for row in fixes::rows(made) {
        let style = match row.state {
            "proven" => GOOD,
            "refuted" | "broken" | "refused" => CRITICAL,
            "inconclusive" => WARNING,
            _ => FAINT,
        };
        let line = format!("{}: {} ({}, {}): {}", row.state, row.name, row.place, row.cost, row.what);
        page.paragraph("  ", 4, style, &text::one_line(&line));
        page.paragraph("    ", 6, FAINT, &text::one_line(&row.reason));
    }
    if let Some(line) = fixes::places(made) {
        page.paragraph("  ", 2, FAINT, line);
    }
    let shown = if verbose { made.without.len() } else { WITHOUT_SHOWN.min(made.without.len()) };
    if shown > 0 {
        page.heading("Findings without a patch");
    }
    for one in &made.without[..shown] {
        page.paragraph("  ", 4, PLAIN, &text::one_line(&fixes::unmended(one)));
    }
    if shown < made.without.len() {
        let more = format!("{} more: --verbose tells all", made.without.len() - shown);
        page.paragraph("  ", 4, FAINT, &more);
    }
    if let Some(line) = fixes::applied(made) {
        page.blank();
        page.paragraph("", 2, PLAIN, &text::one_line(&line));
    }
}
