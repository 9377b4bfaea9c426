//! Each bottleneck in depth, and the plan.

use perfaudit_result::AuditResult;

use super::escape::{code, fenced, prose, strong};
use crate::plan::{self, Bottleneck};

/// The bottlenecks that are told in depth; result.json has all.
const IN_DEPTH: usize = 12;

/// Remedies by how much work they are, each with what it rests on.
pub(super) fn plan(result: &AuditResult) -> String {
    if let Some(nothing) = plan::no_plan(result) {
        return format!("{nothing}\n");
    }
    let mut out = String::new();
    for (class, steps) in plan::steps(result) {
        out.push_str(&format!("{}\n\n", strong(class)));
        for step in &steps {
            out.push_str(&format!(
                "- {} at {}: {}. Gain: {}. Evidence: {}.\n",
                code(&step.finding.rule),
                code(&step.place()),
                prose(&step.finding.remedy),
                prose(&step.gain()),
                prose(&step.code.rank_key),
            ));
        }
        out.push('\n');
    }
    out.trim_end().to_owned() + if out.is_empty() { "" } else { "\n" }
}

/// Issue, impact, cause, remedy and gain of each bottleneck.
pub(super) fn bottlenecks(result: &AuditResult) -> String {
    let all = plan::bottlenecks(result);
    if all.is_empty() {
        return String::new();
    }
    let dives: Vec<String> = all.iter().take(IN_DEPTH).map(dive).collect();
    let more = all.len().saturating_sub(IN_DEPTH);
    let more = if more > 0 { format!("\n{more} more are in result.json.\n") } else { String::new() };
    format!("{}\n\n{}{more}", plan::ORDER, dives.join("\n"))
}

fn dive(one: &Bottleneck<'_>) -> String {
    let mut out = format!("### {}. {}\n\n", one.priority, prose(&one.finding.title));
    let mut item = |name: &str, text: &str| out.push_str(&format!("- {name}: {}\n", prose(text)));
    item("Priority", &one.rank());
    item("Impact", &one.impact());
    item("Scaling factor", plan::NO_SCALING);
    item("Root cause", &format!("{}, at {}", one.finding.message, one.place()));
    item("Change", &format!("{} ({})", one.finding.remedy, one.effort()));
    item("Gain", &one.gain());
    let snippet = one.snippet();
    if !snippet.is_empty() {
        out.push_str(&format!("\n{}", fenced("text", &snippet)));
    }
    if !one.code.instead.is_empty() {
        let lines: Vec<String> = one.code.instead.lines().map(str::to_owned).collect();
        out.push_str(&format!("\nInstead, for example:\n\n{}", fenced("text", &lines)));
    }
    out
}
