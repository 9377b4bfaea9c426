//! What builds do with their time.

use perfaudit_result::{AuditResult, BuildTimeline};

use super::escape::code;
use super::size::{line, rows};
use crate::build;

/// The rows of a table; result.json has more.
const ROWS: usize = 15;

/// The section; empty when no build was looked into.
pub(super) fn builds(result: &AuditResult) -> String {
    let each = result.builds.iter().map(|of| format!("### {}\n\n{}", code(&of.build.0), one(of)));
    each.collect::<Vec<_>>().join("\n")
}

fn one(of: &BuildTimeline) -> String {
    let mut out = line(&of.answer);
    of.remarks.iter().for_each(|remark| out.push_str(&line(remark)));
    out.push_str(&line(&of.method));
    out.push_str(&rows(&build::packages(of, ROWS)));
    out.push_str(&rows(&build::chain(of, ROWS)));
    out.push_str(&rows(&build::running(of)));
    out
}
