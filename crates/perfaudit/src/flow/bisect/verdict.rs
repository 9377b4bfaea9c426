//! The answer of a search in one line.

use perfaudit_result::{
    BisectedCommit, Bisection, BisectionAnswer, PairedComparison, PairedRow, PairedVerdict, Verdict,
    VerdictStatus,
};

use crate::exit::Exit;
use crate::flow::compare::verdict::headline;

/// What a search ends with: anything but one commit leaves the question open.
pub(super) fn verdict(bisection: &Bisection, comparison: &PairedComparison, interrupted: bool) -> Verdict {
    let with = |verdict| comparison.rows.iter().any(|row| row.verdict == verdict);
    let workload = bisection.workload.as_ref().map_or("", |id| id.0.as_str());
    let (status, said) = match &bisection.answer {
        BisectionAnswer::Found { commit, row, .. } => {
            (VerdictStatus::Pass, format!("{} made {workload} {}", named(commit), changed(row)))
        }
        BisectionAnswer::Among { commits, reason } if commits.len() == 1 => {
            (VerdictStatus::Inconclusive, format!("{} is left, but {reason}", named(&commits[0])))
        }
        BisectionAnswer::Among { commits, reason } => (
            VerdictStatus::Inconclusive,
            format!("one of {} commits changed {workload}: {reason}", commits.len()),
        ),
        BisectionAnswer::Contradicted { commit, .. } => (
            VerdictStatus::Inconclusive,
            format!("the search led to {}, which beside its parent shows no such change", named(commit)),
        ),
        BisectionAnswer::NoChange { reason } if with(PairedVerdict::NotMeasured) && !interrupted => {
            (VerdictStatus::ProjectFailed, reason.clone())
        }
        BisectionAnswer::NoChange { reason } => (VerdictStatus::Inconclusive, reason.clone()),
    };
    // Where both ends do not differ, their own headline says it.
    let is_told = matches!(bisection.answer, BisectionAnswer::NoChange { .. });
    let why = if interrupted && !is_told { " (interrupted)" } else { "" };
    Verdict { status, headline: format!("{said}{why}"), exit_code: Exit::of(status).code() }
}

/// Why there is nothing to look for.
pub(super) fn no_change(comparison: &PairedComparison, interrupted: bool) -> String {
    format!("there is no change to look for: {}", headline(comparison, interrupted))
}

fn named(commit: &BisectedCommit) -> String {
    let short: String = commit.commit.chars().take(12).collect();
    format!("{short} \"{}\"", commit.subject)
}

fn changed(row: &PairedRow) -> String {
    let Some(effect) = row.effect.value() else { return "different".to_owned() };
    let word = if effect > 0.0 { "slower" } else { "faster" };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share.abs());
    let interval = row.effect.interval().map_or_else(String::new, |interval| {
        let (lower, upper) = (interval.lower().abs(), interval.upper().abs());
        format!(" ({} to {})", percent(lower.min(upper)), percent(lower.max(upper)))
    });
    format!("{} {word}{interval}", percent(effect))
}
