//! One comparison by perfaudit, and what came of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use perfaudit_result::{Estimate, NoiseFloor, PairedRow, PairedVerdict, from_json};

use crate::child;
use crate::error::TaskError;

/// How comparisons are made.
pub(super) struct Judge {
    pub(super) perfaudit: PathBuf,
    /// Holds the store and the runs.
    pub(super) folder: PathBuf,
    /// A difference up to this does not matter, as perfaudit reads it.
    pub(super) delta: String,
}

/// What a comparison says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) verdict: PairedVerdict,
    /// Whether pairs show a difference that is not told as a change, since the place of code may have made it.
    pub(super) is_unsettled: bool,
    pub(super) effect: f64,
    /// None with too few pairs.
    pub(super) interval: Option<[f64; 2]>,
    pub(super) pairs: u32,
    pub(super) detectable: Option<f64>,
}

impl Judge {
    /// B against A; the noise floor comes with it.
    pub(super) fn compare(
        &self,
        [a, b]: [String; 2],
        seed: u32,
    ) -> Result<(Said, Option<NoiseFloor>), TaskError> {
        let run = self.folder.join("run");
        remove(&run)?;
        let mut command = Command::new(&self.perfaudit);
        command
            .arg("compare")
            .args([format!("cmd:{a}"), format!("cmd:{b}")])
            .args(["--delta", &self.delta, "--format", "json", "--seed", &seed.to_string()])
            .arg("--project")
            .arg(&self.folder)
            .arg("--store")
            .arg(self.folder.join("store"))
            .arg("--out")
            .arg(&run)
            // Only pairs are wanted, and as many of them as possible.
            .env("PERFAUDIT_SKIP", "cpu,heap")
            .current_dir(&self.folder);
        // A row that could not be measured ends it with a code of its own, and says why.
        let ended = child::output(&mut command)?;
        let text = String::from_utf8_lossy(&ended.stdout);
        let result = from_json(&text).map_err(|error| {
            TaskError::Failed(format!("{error}: {}", String::from_utf8_lossy(&ended.stderr).trim()))
        })?;
        let rows = result.paired.map(|paired| paired.rows).unwrap_or_default();
        let [row] = rows.as_slice() else {
            return Err(TaskError::Failed(format!("a comparison has {} rows, not one", rows.len())));
        };
        Ok((Said::of(row)?, result.host.noise_floor))
    }
}

impl Said {
    fn of(row: &PairedRow) -> Result<Self, TaskError> {
        let untold = || row.message.clone().unwrap_or_else(|| "a comparison has no estimate".to_owned());
        let interval = match &row.effect.estimate {
            Estimate::WithInterval { interval, .. } => Some([interval.lower(), interval.upper()]),
            _ => None,
        };
        Ok(Self {
            verdict: row.verdict,
            is_unsettled: row.unsettled.is_some(),
            effect: row.effect.value().ok_or_else(|| TaskError::Failed(untold()))?,
            interval,
            pairs: row.pairs,
            detectable: row.minimum_detectable_effect,
        })
    }

    pub(super) fn covers(&self, truth: f64) -> Option<bool> {
        self.interval.map(|[lower, upper]| lower <= truth && truth <= upper)
    }
}

fn remove(folder: &Path) -> Result<(), TaskError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(TaskError::file(folder)(error)),
        _ => Ok(()),
    }
}
