//! What the parts on CPU time and on allocations say in the same way.

use perfaudit_result::Trust;

use super::NAME;
use super::page::{CRITICAL, FAINT, HEADING, PLAIN, Page, WARNING};
use crate::trust::{Seen, Unseen, suffix};
use crate::{quantity, text};

/// The name of a workload, and how far what follows can be trusted.
pub(super) fn name(page: &mut Page, row: &impl Seen) {
    let style = match row.trust() {
        Trust::Sound => HEADING,
        Trust::Limited => WARNING,
        Trust::Unfit | Trust::NotProfiled => CRITICAL,
    };
    page.paragraph("  ", 4, style, &format!("{}{}", short(&row.id().0), suffix(": ", row.trust())));
}

/// What limits the trust, a line each.
pub(super) fn remarks(page: &mut Page, remarks: &[String]) {
    for remark in remarks {
        page.paragraph("    ", 4, PLAIN, &text::sentence(remark));
    }
}

/// That some are not shown, and where they are.
pub(super) fn hidden(page: &mut Page, count: usize, noun: &str, places: &str) {
    if count > 0 {
        let more = quantity::counted(count, noun);
        page.paragraph("  ", 4, FAINT, &format!("and {more} more ({places})"));
    }
}

/// The workloads of which nothing was seen, with the reasons.
pub(super) fn unseen(page: &mut Page, what: &str, groups: &[Unseen<'_>]) {
    for group in groups {
        page.paragraph("  ", 4, WARNING, &format!("{what}: {}", group.names(short)));
        remarks(page, group.remarks);
    }
}

fn short(name: &str) -> String {
    text::shorten(&text::visible(name), NAME)
}
