//! Two sides against each other: what became slower, what became faster, what is open, then how much does not matter.

use perfaudit_result::{AuditResult, PairedComparison, PairedVerdict};

use super::NAME;
use super::difference::functions;
use super::page::{CRITICAL, FAINT, GOOD, PLAIN, Page, WARNING};
use crate::{paired, text};

/// Rows of one verdict that are told unless all are asked for.
const SHOWN: usize = 10;
/// Functions behind a change that are told unless all are asked for.
const FUNCTIONS: usize = 5;

pub(super) fn paired(page: &mut Page, result: &AuditResult, verbose: bool) {
    if let Some(compared) = &result.paired {
        comparison(page, compared, verbose);
    }
}

/// Both sides, and what came of each row.
pub(super) fn comparison(page: &mut Page, comparison: &PairedComparison, verbose: bool) {
    page.paragraph("", 3, PLAIN, &format!("A: {}", text::one_line(&paired::arm(&comparison.before))));
    page.paragraph("", 3, PLAIN, &format!("B: {}", text::one_line(&paired::arm(&comparison.after))));
    for verdict in PairedVerdict::ALL {
        rows(page, comparison, verdict, verbose);
    }
    let one_sided = paired::one_sided(comparison);
    if !one_sided.is_empty() {
        page.heading("In one side only");
    }
    for line in one_sided {
        page.paragraph("  ", 4, PLAIN, &text::one_line(&line));
    }
    let shared = paired::shared_remarks(comparison);
    if !shared.is_empty() {
        page.blank();
    }
    for line in shared {
        page.paragraph("", 2, PLAIN, &text::one_line(&line));
    }
    if comparison.rows.iter().any(|row| row.pairs > 0) {
        page.blank();
        page.paragraph("", 2, FAINT, &format!("{} {}", paired::METHOD, paired::design(comparison)));
    }
}

fn rows(page: &mut Page, comparison: &PairedComparison, verdict: PairedVerdict, verbose: bool) {
    let rows = paired::with(comparison, verdict);
    if rows.is_empty() {
        return;
    }
    let style = match verdict {
        PairedVerdict::Worse | PairedVerdict::NotMeasured => CRITICAL,
        PairedVerdict::Better => GOOD,
        PairedVerdict::Inconclusive => WARNING,
        PairedVerdict::Equivalent | PairedVerdict::Identical => PLAIN,
    };
    page.heading(paired::heading(verdict));
    let shown = if verbose || verdict == PairedVerdict::Worse { rows.len() } else { SHOWN };
    for row in rows.iter().take(shown) {
        let name = text::shorten(&text::visible(row.workload), NAME);
        if row.effect.is_empty() {
            page.paragraph("  ", 4, style, &name);
        } else {
            page.paragraph(
                "  ",
                4,
                style,
                &format!("{name}: {}, {} -> {}", row.effect, row.before, row.after),
            );
        }
        if !row.evidence.is_empty() {
            page.paragraph("    ", 4, FAINT, &row.evidence);
        }
        for metric in &row.metrics {
            page.paragraph("    ", 6, PLAIN, metric);
        }
        if verbose {
            row.untold.iter().for_each(|untold| page.paragraph("    ", 6, FAINT, untold));
        }
        if let Some(found) = &row.functions {
            let shown = if verbose { found.changed.len() } else { found.changed.len().min(FUNCTIONS) };
            functions(page, &found.changed[..shown]);
            if found.changed.len() > shown {
                page.paragraph(
                    "    ",
                    6,
                    FAINT,
                    &format!("and {} more functions", found.changed.len() - shown),
                );
            }
            page.paragraph("    ", 6, FAINT, &found.about);
        }
        for remark in &row.remarks {
            for line in text::lines(remark).iter().filter(|line| !line.is_empty()) {
                page.block("    ", FAINT, line);
            }
        }
    }
    if rows.len() > shown {
        page.paragraph("  ", 4, FAINT, &format!("and {} more (--verbose shows them)", rows.len() - shown));
    }
}
