//! What mending a defect saves of a workload.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use perfaudit_result::{AuditResult, MetricName, Workload, WorkloadKind};
use walkdir::WalkDir;

use super::truth::root;
use crate::child;
use crate::error::TaskError;

/// So often each side is measured, by turns, where its time counts.
const ROUNDS: usize = 3;

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Instructions of one iteration, or of the command: they repeat.
    Instructions,
    /// The median time of an iteration, or the CPU time of the command: what the kernel does has no instructions here.
    Time,
}

impl Of {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Time => "time",
        }
    }

    /// Of remedies that save system calls, the time counts.
    fn rule(rule: &str) -> Self {
        match rule {
            "unbuffered-io" | "print-in-loop" | "tuning-constant" => Self::Time,
            _ => Self::Instructions,
        }
    }
}

/// What a remedy saves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gain {
    pub(super) of: Of,
    /// The part of the workload that it saves; negative where it costs.
    pub(super) share: f64,
}

/// A copy of an example, whose builds and counts are kept.
pub(super) struct Tree<'a> {
    perfaudit: &'a Path,
    root: PathBuf,
    audit: PathBuf,
    instructions: BTreeMap<String, f64>,
}

impl<'a> Tree<'a> {
    /// Copies what the example holds, without what was built.
    pub(super) fn copy(example: &str, folder: &Path, perfaudit: &'a Path) -> Result<Self, TaskError> {
        let (from, to) = (root(example), folder.join(example));
        let walk = WalkDir::new(&from).into_iter().filter_entry(|entry| entry.file_name() != "target");
        for entry in walk {
            let entry = entry.map_err(|error| TaskError::Failed(error.to_string()))?;
            let path = to.join(entry.path().strip_prefix(&from).expect("it lies in what is walked"));
            if entry.file_type().is_dir() {
                fs::create_dir_all(&path).map_err(TaskError::file(&path))?;
            } else if fs::read(&path).ok()
                != Some(fs::read(entry.path()).map_err(TaskError::file(entry.path()))?)
            {
                // What is the same keeps its time, so that cargo does not build it again.
                fs::copy(entry.path(), &path).map_err(TaskError::file(&path))?;
            }
        }
        let audit = folder.join(format!("{example}.json"));
        Ok(Self { perfaudit, root: to, audit, instructions: BTreeMap::new() })
    }

    /// The audit of the example as it is: the one of an earlier call, if there is one.
    pub(super) fn audit(&self) -> Result<AuditResult, TaskError> {
        if !self.audit.exists() {
            let mut command = Command::new(self.perfaudit);
            command.args([
                "audit",
                "--offline",
                "--mode",
                "quick",
                "--skip",
                "heap",
                "--skip",
                "size",
                "--format",
                "json",
            ]);
            let text = self.told(command.arg(&self.root))?;
            fs::write(&self.audit, text).map_err(TaskError::file(&self.audit))?;
        }
        let text = fs::read_to_string(&self.audit).map_err(TaskError::file(&self.audit))?;
        read(&text)
    }

    /// What a patch saves of a workload.
    pub(super) fn gain(
        &mut self,
        audit: &AuditResult,
        id: &str,
        patch: &Path,
        rule: &str,
    ) -> Result<Gain, TaskError> {
        let workload = audit.workloads.iter().find(|workload| workload.id.0 == id);
        let workload =
            workload.ok_or_else(|| TaskError::Failed(format!("the audit has no workload {id}")))?;
        let of = Of::rule(rule);
        let (before, after) = match of {
            Of::Instructions => {
                let before = match self.instructions.get(id) {
                    Some(known) => *known,
                    None => self.measured(workload, of)?,
                };
                self.instructions.insert(id.to_owned(), before);
                (before, self.patched(patch, |tree| tree.measured(workload, of))?)
            }
            Of::Time => {
                let (mut before, mut after) = (f64::INFINITY, f64::INFINITY);
                for _ in 0..ROUNDS {
                    before = before.min(self.measured(workload, of)?);
                    after = after.min(self.patched(patch, |tree| tree.measured(workload, of))?);
                }
                (before, after)
            }
        };
        Ok(Gain { of, share: 1.0 - after / before })
    }

    /// Does something with the patch applied, and takes it out again whatever comes of it.
    fn patched<T>(
        &self,
        patch: &Path,
        with: impl FnOnce(&Self) -> Result<T, TaskError>,
    ) -> Result<T, TaskError> {
        self.apply(&["apply"], patch)?;
        let done = with(self);
        self.apply(&["apply", "--reverse"], patch)?;
        done
    }

    fn apply(&self, arguments: &[&str], patch: &Path) -> Result<(), TaskError> {
        // Above the copy there may be a repository, which is not meant.
        let mut git = Command::new("git");
        git.args(arguments)
            .arg(patch)
            .current_dir(&self.root)
            .env("GIT_CEILING_DIRECTORIES", self.root.parent().unwrap_or(&self.root));
        child::stdout(&mut git).map(drop)
    }

    fn measured(&self, workload: &Workload, of: Of) -> Result<f64, TaskError> {
        let is_command = workload.kind == WorkloadKind::Command;
        let mut command = Command::new(self.perfaudit);
        command.args(["cpu", "--offline", "--mode", "quick", "--noise-floor", "stored", "--format", "json"]);
        command.args(["--only", if is_command { "commands" } else { "bench" }]);
        command.arg("--filter").arg(format!("^{}$", escaped(&workload.id.0)));
        if !is_command {
            command.args(["--package", &workload.package, "--bench", &workload.target]);
        }
        if of == Of::Instructions {
            command.args(["--only", "cpu", "--witness", "callgrind"]);
        }
        let result = read(&self.told(command.arg(&self.root))?)?;
        let name = match (of, is_command) {
            (Of::Instructions, _) => MetricName::INSTRUCTIONS,
            (Of::Time, true) => MetricName::CPU_TIME,
            (Of::Time, false) => MetricName::WALL_TIME_P50,
        };
        let again = result.workloads.iter().find(|one| one.id == workload.id);
        let metric = again.into_iter().flat_map(|one| &one.metrics).find(|metric| metric.name == name);
        let value = metric.and_then(|metric| metric.figure.value());
        value.ok_or_else(|| {
            let why = again.and_then(|one| one.message.as_deref()).unwrap_or("it was not measured");
            TaskError::Failed(format!("{}: no {}: {why}", workload.id, name.0))
        })
    }

    /// What perfaudit prints; that a promise of the project is broken is no failure here.
    fn told(&self, command: &mut Command) -> Result<String, TaskError> {
        let output = child::output(command.env_remove("CARGO_TARGET_DIR"))?;
        if output.stdout.is_empty() {
            return Err(TaskError::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn read(text: &str) -> Result<AuditResult, TaskError> {
    perfaudit_result::from_json(text).map_err(|error| TaskError::Failed(error.to_string()))
}

/// A text as a regular expression.
fn escaped(text: &str) -> String {
    let mut expression = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_alphanumeric() && !matches!(character, '/' | '_') {
            expression.push('\\');
        }
        expression.push(character);
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_workloads_are_no_expressions() {
        assert_eq!(escaped("a-b/cache/save[64] (x)"), r"a\-b/cache/save\[64\]\ \(x\)");
    }
}
