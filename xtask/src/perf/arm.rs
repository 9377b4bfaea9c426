//! One run of the benchmark, alone or under a profiler.

use std::path::{Path, PathBuf};
use std::time::Duration;

use perfaudit_exec::{Command, Interrupt, run as run_command};
use serde_json::Value;
use tempfile::TempDir;

use crate::error::TaskError;

/// Tells what its arguments used, and nothing else: milliseconds of user and of system time.
const TIMED: &str = r#"TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1"#;

/// How the benchmark is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arm {
    /// Without a profiler.
    Alone,
    /// Under `perf record --call-graph dwarf`.
    Perf {
        /// Samples per CPU-second.
        hz: u32,
        /// Bytes of stack in each.
        stack: u32,
    },
    /// Under the sampler of perfaudit.
    Ours {
        /// Samples per CPU-second.
        hz: u32,
        /// Bytes of stack in each.
        stack: u32,
    },
}

/// What is run.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) perf: String,
    /// Our profiler.
    pub(super) profiler: PathBuf,
    pub(super) benchmark: PathBuf,
    /// For recordings.
    pub(super) folder: TempDir,
    /// The event that both sample by, as perf calls it.
    pub(super) event: &'static str,
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct Ran {
    /// CPU time of the benchmark alone, user and system.
    pub(super) cpu_s: f64,
    /// What our profiler says.
    pub(super) told: Option<Value>,
    /// What the profiler left on the disk.
    pub(super) file: Option<PathBuf>,
}

impl Ran {
    /// The size of what was left.
    pub(super) fn bytes(&self) -> Result<u64, TaskError> {
        let Some(file) = &self.file else { return Ok(0) };
        Ok(std::fs::metadata(file).map_err(TaskError::file(file))?.len())
    }

    /// A number that our profiler told.
    pub(super) fn number(&self, key: &str) -> Result<f64, TaskError> {
        let value = self.told.as_ref().and_then(|told| told[key].as_f64());
        value.ok_or_else(|| TaskError::Failed(format!("the profiler told no `{key}`")))
    }
}

/// The event of our best way to take samples here, as perf calls it.
pub(super) fn event(profiler: &Path) -> Result<&'static str, TaskError> {
    let out = tempfile::NamedTempFile::new().map_err(TaskError::file(&std::env::temp_dir()))?;
    let command = Command::new(profiler).arg("--out").arg(out.path()).arg("true");
    let told: Value =
        serde_json::from_str(&finished(&command)?.0).map_err(TaskError::json("our profiler"))?;
    Ok(match (told["event"].as_str(), told["sees_kernel"].as_bool()) {
        (Some("cycles"), Some(true)) => "cycles",
        (Some("cycles"), _) => "cycles:u",
        (_, Some(true)) => "cpu-clock",
        _ => "cpu-clock:u",
    })
}

impl Arm {
    /// How it is called in a table.
    pub(super) fn label(self) -> String {
        match self {
            Self::Alone => "alone".to_owned(),
            Self::Perf { .. } => "under perf".to_owned(),
            Self::Ours { hz, stack } => format!("here, {hz} Hz, {stack} bytes"),
        }
    }

    /// Runs the benchmark with these arguments to its end.
    pub(super) fn run(self, subject: &Subject, arguments: &[&str]) -> Result<Ran, TaskError> {
        let target = |command: Command| {
            command.args(["bash", "-c", TIMED, "bash"]).arg(&subject.benchmark).args(arguments)
        };
        let file = subject.folder.path().join(match self {
            Self::Alone => "nothing",
            Self::Perf { .. } => "perf.data",
            Self::Ours { .. } => "profile.json",
        });
        let command = match self {
            Self::Alone => target(Command::new("env")),
            Self::Perf { hz, stack } => {
                let graph = format!("dwarf,{stack}");
                let recorder = Command::new(&subject.perf)
                    .args(["record", "--quiet", "-e", subject.event, "-F", &hz.to_string()])
                    .args(["--call-graph", &graph, "-o"]);
                target(recorder.arg(&file).arg("--"))
            }
            Self::Ours { hz, stack } => {
                let (hz, stack) = (hz.to_string(), stack.to_string());
                let profiler = Command::new(&subject.profiler).args(["--hz", &hz, "--stack", &stack]);
                target(profiler.arg("--out").arg(&file))
            }
        };
        let (stdout, mut stderr) = finished(&command)?;
        let mut told = None;
        if matches!(self, Self::Ours { .. }) {
            let value: Value = serde_json::from_str(&stdout).map_err(TaskError::json("our profiler"))?;
            stderr = value["stderr"].as_str().unwrap_or_default().to_owned();
            told = Some(value);
        }
        let cpu_s = stated(&stderr)
            .ok_or_else(|| TaskError::Failed(format!("bash told no CPU time, but:\n{stderr}")))?;
        Ok(Ran { cpu_s, told, file: (self != Self::Alone).then_some(file) })
    }
}

/// The sum of user and system time in the last line that holds two numbers and nothing else.
fn stated(stderr: &str) -> Option<f64> {
    stderr.lines().rev().find_map(|line| {
        let (user, system) = line.trim().split_once(' ')?;
        Some(user.parse::<f64>().ok()? + system.parse::<f64>().ok()?)
    })
}

/// Standard output and error of a command that has to succeed.
fn finished(command: &Command) -> Result<(String, String), TaskError> {
    let finished = run_command(&command.clone().time_limit(PATIENCE), &Interrupt::new(), &mut |_| {})
        .map_err(|error| TaskError::Failed(error.to_string()))?;
    if finished.ending.is_success() {
        return Ok((finished.stdout.text(), finished.stderr.text()));
    }
    let (ending, said) = (finished.ending.describe(), finished.stderr.text());
    Err(TaskError::Failed(format!("`{}` {ending}:\n{said}", command.argv().join(" "))))
}

/// Longer than any run takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_time_is_that_of_the_last_line_with_two_numbers() {
        assert_eq!(stated("1 2\nwarning: 3\n0.250 0.500\n[ perf record: done ]\n"), Some(0.75));
        assert_eq!(stated("Testing a\nSuccess\n"), None);
    }
}
