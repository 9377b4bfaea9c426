//! Functions that became slower or faster, as tables.

use perfaudit_result::{AuditResult, ProfileDifference};

use super::escape::{code, prose, table};
use crate::difference::{self, Row};
use crate::{quantity, text};

/// The workloads that are shown; result.json has all.
const WORKLOADS: usize = 10;
/// The functions of each.
const FUNCTIONS: usize = 15;

/// The section; empty when no run stands beside this one.
pub(super) fn difference(result: &AuditResult) -> String {
    let (changed, same) = difference::in_turn(result);
    let Some(first) = changed.first().or(same.first()) else { return String::new() };
    let mut out = format!("Beside {}.\n\n", prose(&first.before));
    out.extend(changed.iter().take(WORKLOADS).map(|one| workload(one)));
    if changed.len() > WORKLOADS {
        let more = quantity::counted(changed.len() - WORKLOADS, "workload");
        out.push_str(&format!("And {more} more with functions that changed.\n\n"));
    }
    for one in same.iter().take(WORKLOADS) {
        out.push_str(&format!("- {}: no function differs by more than chance explains\n", code(&one.id.0)));
        out.extend(one.unlike.iter().map(|unlike| format!("  - unlike: {}\n", prose(unlike))));
    }
    if same.len() > WORKLOADS {
        let more = quantity::counted(same.len() - WORKLOADS, "workload");
        out.push_str(&format!("- and {more} more without a function that changed\n"));
    }
    if !same.is_empty() {
        out.push('\n');
    }
    let caveats: Vec<String> = difference::caveats(changed.into_iter().chain(same))
        .into_iter()
        .map(|caveat| prose(&text::sentence(caveat)))
        .collect();
    out.push_str(&format!("{}\n", caveats.join(" ")));
    out
}

fn workload(difference: &ProfileDifference) -> String {
    let mut out = format!("### {}\n\n", code(&difference.id.0));
    out.extend(difference.unlike.iter().map(|unlike| format!("- unlike: {}\n", prose(unlike))));
    if !difference.unlike.is_empty() {
        out.push('\n');
    }
    let rows = difference::changed(difference);
    let cells: Vec<Vec<String>> = rows.iter().take(FUNCTIONS).map(row).collect();
    let header = ["", "function", "before", "after", "change", "p"];
    out.push_str(&table(&header, &[false, false, true, true, true, true], &cells));
    if rows.len() > FUNCTIONS {
        out.push_str(&format!("\nAnd {} more.\n", rows.len() - FUNCTIONS));
    }
    out.push_str(&format!("\n{}\n\n", prose(&text::sentence(&difference::rest(difference)))));
    out
}

fn row(row: &Row<'_>) -> Vec<String> {
    let place = if row.file.is_empty() { String::new() } else { format!(" {}", code(row.file)) };
    vec![
        row.verdict.to_owned(),
        format!("{}{place}", code(row.symbol)),
        row.before.clone(),
        row.after.clone(),
        row.change.clone(),
        row.p.clone(),
    ]
}
