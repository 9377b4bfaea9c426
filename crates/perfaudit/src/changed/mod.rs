//! `perfaudit bench --changed`: the benchmarks that exercise what changed since a revision.
//!
//! Changed lines are joined with the CPU profiles of the newest run that has any, function by function: a profile is of
//! another state of the source, whose lines are others. Functions of one name in one file are taken for one, so that
//! rather too much is measured than too little.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use perfaudit_exec::Interrupt;
use perfaudit_project::{ChangedLines, ProjectRoot, changed_files, text_at};
use perfaudit_result::{CpuProfile, Limit, Trust};
use perfaudit_run::OpenedRun;
use perfaudit_source::{Edition, FunctionLines, function_lines};
use regex::Regex;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use names::bare_name;

/// A function of a file of the project: its path and its bare name.
type Place = (String, String);

/// What changed, and what exercises it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exercised {
    /// The run whose profiles were read.
    pub(crate) run: String,
    /// The names of workloads, each with the changed functions that it runs.
    pub(crate) workloads: BTreeMap<String, BTreeSet<Place>>,
    /// Changed functions that none of them runs.
    pub(crate) unreached: BTreeSet<Place>,
    /// Files with changed lines that are in no function: what they concern is not known.
    pub(crate) outside: BTreeSet<String>,
    /// Workloads without a profile that can be read: whether they run what changed is not known.
    pub(crate) unknown: Vec<String>,
}

impl Exercised {
    /// Joins what changed in the project at `path` since a revision with the newest run that has profiles.
    pub(crate) fn since(revision: &str, path: &Path, interrupt: &Interrupt) -> Result<Self, CommandError> {
        let root = ProjectRoot::locate(path, interrupt)?;
        let run = flow::newest_profiled_run(path, interrupt)?;
        let files = changed_files(&root.path, revision, interrupt)?;
        let (mut functions, mut outside) = (BTreeSet::new(), BTreeSet::new());
        for file in &files {
            let now = std::fs::read_to_string(root.path.join(&file.path)).ok();
            let then = text_at(&root.path, revision, &file.path, interrupt);
            for (text, lines) in [(now, &file.after), (then, &file.before)] {
                let source = Source::of(text.unwrap_or_default(), &file.path);
                for lines in lines {
                    let (within, is_covered) = source.touched(*lines);
                    functions.extend(within.into_iter().map(|name| (file.path.clone(), name)));
                    if !is_covered {
                        outside.insert(file.path.clone());
                    }
                }
            }
        }
        Ok(Self::of(&run, functions, outside))
    }

    fn of(run: &OpenedRun, functions: BTreeSet<Place>, outside: BTreeSet<String>) -> Self {
        let mut found = Self {
            run: run.result.run.id.clone(),
            workloads: BTreeMap::new(),
            unreached: functions,
            outside,
            unknown: Vec::new(),
        };
        let changed = found.unreached.clone();
        for row in run.result.cpu.iter().flat_map(|cpu| &cpu.workloads) {
            let profile = row.profile.as_ref().and_then(|id| run.profiles.get(id));
            match profile.filter(|_| matches!(row.trust, Trust::Sound | Trust::Limited)) {
                None => found.unknown.push(row.id.0.clone()),
                Some(profile) => {
                    let reached: BTreeSet<Place> = ran(profile).intersection(&changed).cloned().collect();
                    found.unreached.retain(|place| !reached.contains(place));
                    if !reached.is_empty() {
                        found.workloads.insert(row.id.0.clone(), reached);
                    }
                }
            }
        }
        found
    }

    /// What measures these workloads and no others; none where there are none.
    pub(crate) fn filter(&self) -> Option<Regex> {
        flow::only(self.workloads.keys().map(String::as_str))
    }

    /// What it says, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let of_workloads =
            self.workloads.iter().map(|(name, places)| format!("{name}: runs {}", listed(places)));
        let mut lines: Vec<String> = of_workloads.collect();
        if self.is_unchanged() {
            lines.push("no function of the project changed".to_owned());
        } else if lines.is_empty() {
            lines.push(format!("no profile of run {} holds a function that changed", self.run));
        }
        lines.extend(self.limits().into_iter().map(|limit| limit.message));
        lines
    }

    /// What is not measured although it changed, or may be.
    pub(crate) fn limits(&self) -> Vec<Limit> {
        let limit = |code: &str, message: String, remedy: &str| Limit {
            code: code.to_owned(),
            message,
            remedy: Some(remedy.to_owned()),
        };
        let mut limits = Vec::new();
        if !self.unreached.is_empty() {
            limits.push(limit(
                "changed-unreached",
                format!("changed, and in no profile of run {}: {}", self.run, listed(&self.unreached)),
                "write a benchmark that runs it (`perfaudit init --bench`), or profile again if it is new",
            ));
        }
        if !self.outside.is_empty() {
            let files: Vec<&str> = self.outside.iter().map(String::as_str).collect();
            limits.push(limit(
                "changed-outside-functions",
                format!(
                    "lines outside of functions changed, and whom they concern is not known: {}",
                    files.join(", ")
                ),
                "measure all benchmarks where that matters",
            ));
        }
        if !self.unknown.is_empty() {
            limits.push(limit(
                "changed-unknown",
                format!("no profile tells whether these run what changed: {}", self.unknown.join(", ")),
                "profile them again with `perfaudit cpu`",
            ));
        }
        limits
    }

    fn is_unchanged(&self) -> bool {
        self.workloads.is_empty() && self.unreached.is_empty() && self.outside.is_empty()
    }

    /// The code where nothing is to be measured.
    pub(crate) fn exit(&self) -> Exit {
        if self.is_unchanged() { Exit::Pass } else { Exit::Inconclusive }
    }
}

fn listed(places: &BTreeSet<Place>) -> String {
    places.iter().map(|(file, name)| format!("{name} ({file})")).collect::<Vec<_>>().join(", ")
}

/// Every function in the stacks of a profile, inlined ones included.
fn ran(profile: &CpuProfile) -> BTreeSet<Place> {
    let functions: BTreeSet<u32> =
        profile.nodes.iter().map(|node| profile.frames[node.frame as usize].function).collect();
    let place = |function: u32| {
        let function = &profile.functions[function as usize];
        Some((function.file.clone()?, bare_name(&function.name).to_owned()))
    };
    functions.into_iter().filter_map(place).collect()
}

/// The source of a file in one of its two states.
struct Source {
    functions: Vec<FunctionLines>,
    text: String,
}

impl Source {
    fn of(text: String, path: &str) -> Self {
        // A file that cannot be parsed has no functions that are known: its lines are outside of them.
        let functions = function_lines(&text, Path::new(path), Edition::CURRENT).unwrap_or_default();
        Self { functions, text }
    }

    /// The innermost functions that lines lie in which are neither empty nor comments, and whether all of these do.
    fn touched(&self, lines: ChangedLines) -> (BTreeSet<String>, bool) {
        let mut found = BTreeSet::new();
        let mut is_covered = true;
        let first = lines.first.saturating_sub(1) as usize;
        for (at, line) in self.text.lines().enumerate().skip(first).take(lines.count as usize) {
            if line.trim().is_empty() || line.trim_start().starts_with("//") {
                continue;
            }
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let around = self.functions.iter().filter(|one| (one.first..=one.last).contains(&number));
            match around.min_by_key(|one| one.last - one.first) {
                Some(function) => drop(found.insert(function.name.clone())),
                None => is_covered = false,
            }
        }
        (found, is_covered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_of_their_innermost_function_and_empty_ones_and_comments_of_none() {
        let text = "use a::b;\n\n// A remark.\nfn outer() {\n    fn inner() {\n        1;\n    }\n}\n";
        let source = Source::of(text.to_owned(), "a.rs");
        let touched = |first, count| {
            let (names, is_covered) = source.touched(ChangedLines { first, count });
            (names.into_iter().collect::<Vec<_>>(), is_covered)
        };
        assert_eq!(touched(6, 1), (vec!["inner".to_owned()], true));
        assert_eq!(touched(4, 3), (vec!["inner".to_owned(), "outer".to_owned()], true));
        assert_eq!(touched(2, 2), (Vec::new(), true));
        assert_eq!(touched(1, 1), (Vec::new(), false));
        assert_eq!(touched(u32::MAX, u32::MAX), (Vec::new(), true));
    }
}
