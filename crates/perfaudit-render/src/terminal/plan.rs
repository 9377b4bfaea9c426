//! The plan, a line for each remedy.

use perfaudit_result::AuditResult;

use super::page::{FAINT, HEADING, PLAIN, Page};
use crate::plan;

/// The remedies of a class that are shown.
const SHOWN: usize = 3;

pub(super) fn plan(page: &mut Page, result: &AuditResult, verbose: bool) {
    let steps = plan::steps(result);
    if steps.is_empty() && plan::no_plan(result).is_none() {
        return;
    }
    page.heading("Plan");
    if let Some(nothing) = plan::no_plan(result) {
        page.paragraph("  ", 4, PLAIN, nothing);
        return;
    }
    page.paragraph("  ", 4, FAINT, plan::ORDER);
    for (class, steps) in steps {
        page.paragraph("  ", 4, HEADING, class);
        let shown = if verbose { steps.len() } else { SHOWN };
        for step in steps.iter().take(shown) {
            let line =
                format!("{}. {} at {}, {}", step.priority, step.finding.rule, step.place(), step.gain());
            page.paragraph("    ", 7, PLAIN, &line);
        }
        if steps.len() > shown {
            page.paragraph("    ", 7, FAINT, &format!("and {} more", steps.len() - shown));
        }
    }
}
