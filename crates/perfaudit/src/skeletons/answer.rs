//! What `init --bench` says.

use std::collections::BTreeMap;
use std::fmt;

use super::change::Change;
use super::survey::Survey;
use super::{NAME, Outcome, counted};
use crate::commands::relative_to_here;

/// What was done, written, and left out.
pub(super) struct Answer<'a> {
    pub(super) outcomes: &'a [Outcome],
    pub(super) changes: &'a [Change],
    pub(super) dry_run: bool,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in self.outcomes {
            writeln!(f, "{}", headline(outcome, self.dry_run))?;
        }
        if self.dry_run {
            for change in self.changes {
                write!(f, "\n{}", change.diff(&relative_to_here(&change.path)))?;
            }
        } else if self.changes.is_empty() {
            writeln!(f, "\nnothing was written")?;
        } else {
            writeln!(f, "\nwritten:")?;
            let rows: Vec<_> = self
                .changes
                .iter()
                .map(|change| (relative_to_here(&change.path), change.what.as_str()))
                .collect();
            let width = rows.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
            for (path, what) in rows {
                writeln!(f, "  {path:width$}  {what}")?;
            }
            writeln!(
                f,
                "\nEach benchmark was compiled and run once, nothing was measured. Their input is synthetic: replace it by"
            )?;
            writeln!(f, "realistic data. `perfaudit audit --bench {NAME}` measures them.")?;
        }
        for outcome in self.outcomes {
            details(f, &outcome.survey)?;
        }
        Ok(())
    }
}

fn headline(outcome: &Outcome, dry_run: bool) -> String {
    let Survey { benchmarked, left_out, candidates, .. } = &outcome.survey;
    let package = &outcome.package;
    let all = benchmarked.len() + left_out.len() + candidates.len();
    let had = match benchmarked.len() {
        0 => String::new(),
        n => format!(", {n} had one"),
    };
    let verb = if dry_run { "would get" } else { "got" };
    match (all, candidates.len()) {
        (0, _) => format!(
            "{package}: no public function was found that could be called (those of traits, and what macros define, are not looked at)"
        ),
        (_, 0) if left_out.is_empty() => {
            format!("{package}: all of {} have a benchmark already", counted(all, "public function"))
        }
        (_, made) => format!(
            "{package}: {made} of {} {verb} a benchmark{had}, {} left out",
            counted(all, "public function"),
            left_out.len()
        ),
    }
}

fn details(f: &mut fmt::Formatter<'_>, survey: &Survey) -> fmt::Result {
    if !survey.benchmarked.is_empty() {
        let mut by_file: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (function, mention) in &survey.benchmarked {
            by_file.entry(mention.file.display().to_string()).or_default().push(&function.path);
        }
        writeln!(f, "\nbenchmarked already:")?;
        for (file, paths) in by_file {
            writeln!(f, "  named in {file}: {}", paths.join(", "))?;
        }
    }
    for note in &survey.notes {
        writeln!(f, "\n{note}")?;
    }
    if !survey.left_out.is_empty() {
        writeln!(f, "\nleft out:")?;
        let width = survey.left_out.iter().map(|dropped| dropped.path.len()).max().unwrap_or(0).min(50);
        for dropped in &survey.left_out {
            writeln!(f, "  {:width$}  {} ({})", dropped.path, dropped.reason, dropped.place)?;
        }
    }
    Ok(())
}
