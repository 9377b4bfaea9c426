//! One run of perfaudit on a crate, and what was seen around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::fetch::Published;
use super::{Mode, tree};
use crate::child;
use crate::error::TaskError;

/// Marks perfaudit and all that descends from it.
const MARK: &str = "PERFAUDIT_ACCEPTANCE";

/// A finished audit.
#[derive(Debug)]
pub(crate) struct Audit {
    /// `result.json`.
    pub(crate) result: Value,
    /// The run directory.
    pub(crate) run: PathBuf,
    /// What was printed on standard output, as JSON.
    pub(crate) printed: Value,
    /// What was printed on standard error.
    pub(crate) stderr: String,
    pub(crate) exit_code: Option<i32>,
    /// From the start of the process to its end.
    pub(crate) elapsed: Duration,
    /// Whether the crate's files are the same as before.
    pub(crate) tree_unchanged: bool,
    /// Processes that were still there.
    pub(crate) left_behind: Vec<u32>,
}

/// Audits the crate in `directory`.
pub(crate) fn audit(
    program: &Path,
    published: &Published,
    directory: &Path,
    mode: Mode,
) -> Result<Audit, TaskError> {
    let before = tree::digest(directory)?;
    let mark = format!("{}-{}", std::process::id(), published.name);
    let mut command = Command::new(program);
    command
        .arg("audit")
        .arg(directory)
        .args(["--mode", mode.name(), "--format", "json"])
        .env(MARK, &mark)
        // It would move the crate's target directory to that of this workspace.
        .env_remove("CARGO_TARGET_DIR");
    if !published.features.is_empty() {
        command.args(["--features", &published.features.join(",")]);
    }
    let started = Instant::now();
    let finished = child::output(&mut command)?;
    let elapsed = started.elapsed();
    let left_behind = tree::processes_with(MARK, &mark);
    let tree_unchanged = tree::digest(directory)? == before;
    let stderr = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
    let printed: Value = serde_json::from_slice(&finished.stdout).map_err(|error| {
        TaskError::Failed(format!("{}, no result on standard output ({error}): {stderr}", finished.status))
    })?;
    let id = printed["run"]["id"].as_str().unwrap_or("latest");
    let run = directory.join("target/perfaudit/runs").join(id);
    let result = read(&run.join("result.json"))?;
    Ok(Audit {
        result,
        run,
        printed,
        stderr,
        exit_code: finished.status.code(),
        elapsed,
        tree_unchanged,
        left_behind,
    })
}

/// A JSON file.
pub(crate) fn read(path: &Path) -> Result<Value, TaskError> {
    let text = fs::read(path).map_err(TaskError::file(path))?;
    serde_json::from_slice(&text).map_err(TaskError::json(path.display().to_string()))
}

impl Audit {
    /// A list of the result.
    pub(crate) fn list(&self, key: &str) -> &[Value] {
        self.result[key].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The rows that were measured.
    pub(crate) fn measured(&self) -> impl Iterator<Item = &Value> {
        self.list("workloads").iter().filter(|row| row["state"] == "measured")
    }
}
