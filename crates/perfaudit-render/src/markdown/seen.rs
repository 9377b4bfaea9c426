//! What the sections on CPU time and on allocations say in the same way.

use super::escape::{code, prose};
use crate::trust::{Seen, Unseen, suffix};
use crate::{quantity, text};

/// The heading of a workload: its name, and how far what follows can be trusted.
pub(super) fn heading(row: &impl Seen) -> String {
    format!("### {}{}\n\n", code(&row.id().0), suffix(", ", row.trust()))
}

/// Remarks as a list.
pub(super) fn list(remarks: &[String]) -> String {
    let items: String =
        remarks.iter().map(|remark| format!("- {}\n", prose(&text::sentence(remark)))).collect();
    if items.is_empty() { items } else { items + "\n" }
}

/// What ends a section: that some are not shown and where they are, and the workloads of which nothing was seen.
pub(super) fn end(
    mut out: String,
    (hidden, noun, place): (usize, &str, &str),
    (what, groups): (&str, &[Unseen<'_>]),
) -> String {
    if hidden > 0 {
        out.push_str(&format!("And {} more: see {place}.\n\n", quantity::counted(hidden, noun)));
    }
    for group in groups {
        let why: String =
            group.remarks.iter().map(|remark| format!(" {}", prose(&text::sentence(remark)))).collect();
        out.push_str(&format!("{what}: {}.{why}\n\n", group.names(code)));
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}
