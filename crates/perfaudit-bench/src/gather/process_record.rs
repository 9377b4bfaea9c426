//! What one process of a benchmark printed: written down for readers of the run, and for whoever resumes it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use perfaudit_exec::{Ending, Finished, Usage};
use perfaudit_result::ArtifactKind;
use perfaudit_run::OpenedRun;
use serde::{Deserialize, Serialize};

/// What a process is a process of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ProcessOf {
    /// The title of the benchmark that was asked for.
    pub(super) title: String,
    /// The harness, and how the benchmark was selected.
    pub(super) selection: String,
    /// The SHA-256 of the executable.
    pub(super) binary_sha256: Option<String>,
}

/// The content of an artifact of kind `bench_process`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BenchProcess {
    #[serde(flatten)]
    of: ProcessOf,
    ending: Ending,
    /// Its CPU time.
    usage: Usage,
    /// How long it ran.
    duration_s: f64,
    /// Processes it left behind.
    strays: usize,
    stdout: String,
    stderr: String,
}

impl BenchProcess {
    pub(super) fn new(of: ProcessOf, finished: &Finished) -> Self {
        Self {
            of,
            ending: finished.ending,
            usage: finished.usage,
            duration_s: finished.duration.as_secs_f64(),
            strays: finished.strays,
            stdout: finished.stdout.text(),
            stderr: finished.stderr.text(),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a process holds nothing that JSON cannot")
    }

    /// None for a process that did not end well, and for what is no process.
    fn finished(text: &[u8]) -> Option<(ProcessOf, Finished)> {
        let Self { of, ending, usage, duration_s, strays, stdout, stderr } =
            serde_json::from_slice(text).ok()?;
        let duration = Duration::try_from_secs_f64(duration_s).ok()?;
        let finished =
            Finished { ending, stdout: stdout.into(), stderr: stderr.into(), usage, duration, strays };
        (ending.is_success() && of.binary_sha256.is_some()).then_some((of, finished))
    }
}

/// The processes that a run which was cut short has measured, in the order they ran.
#[derive(Debug, Default)]
pub(super) struct EarlierProcesses(BTreeMap<ProcessOf, VecDeque<Finished>>);

impl EarlierProcesses {
    pub(super) fn of(run: &OpenedRun) -> Self {
        let mut earlier = Self::default();
        let kept = run.result.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::BenchProcess);
        for (of, finished) in kept.filter_map(|artifact| BenchProcess::finished(&run.content(artifact)?)) {
            earlier.0.entry(of).or_default().push_back(finished);
        }
        earlier
    }

    /// The next process of a benchmark; it is handed out once.
    pub(super) fn next(&mut self, of: &ProcessOf) -> Option<Finished> {
        self.0.get_mut(of)?.pop_front()
    }
}
