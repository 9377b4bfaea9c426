//! The files of a run directory.

use serde::{Deserialize, Serialize};

use crate::workload::WorkloadId;

/// Names an artifact within a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ArtifactId(pub String);

/// What an artifact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// The raw batches of one workload: [`Samples`].
    Samples,
    /// A file that a benchmark harness wrote.
    Harness,
    /// One process of a benchmark whose harness prints a summary: what it printed, how it ended, what was run.
    BenchProcess,
    /// Everything that was observed of the runs of one command.
    CommandRuns,
    /// Every pair of processes of one row of a comparison.
    Pairs,
    /// What the compiler said.
    BuildLog,
    /// What a workload printed.
    WorkloadLog,
    /// Where the CPU time of one workload went: [`CpuProfile`](crate::CpuProfile).
    CpuProfile,
    /// What one workload allocates, by stack: [`HeapProfile`](crate::HeapProfile), in files of newer versions compressed
    /// by gzip.
    HeapProfile,
}

/// One file of the run directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Artifact {
    /// Its name within the run.
    pub id: ArtifactId,
    /// What it holds.
    pub kind: ArtifactKind,
    /// Its path, relative to the run directory, with forward slashes.
    pub path: String,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The raw batches of one workload, in the order they were measured: the content of an artifact of kind
/// `samples`. In sampling mode `processes` each is the median that one process states, with one iteration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "SamplesRecord", into = "SamplesRecord")]
#[cfg_attr(feature = "schema", schemars(with = "SamplesRecord"))]
pub struct Samples {
    workload: WorkloadId,
    iterations: Vec<u64>,
    times: Vec<f64>,
}

/// The shape of [`Samples`] in JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct SamplesRecord {
    /// The workload.
    workload: WorkloadId,
    /// Iterations of each batch, at least 1.
    iterations: Vec<u64>,
    /// The time of each whole batch in nanoseconds, at least 0.
    times: Vec<f64>,
}

impl Samples {
    /// Batches given by their iterations and their total times in nanoseconds.
    ///
    /// # Errors
    /// When the two differ in length, when there is no batch, when a batch has no iteration, or when a time is
    /// negative or not finite.
    pub fn new(workload: WorkloadId, iterations: Vec<u64>, times: Vec<f64>) -> Result<Self, SamplesError> {
        if iterations.len() != times.len() {
            return Err(SamplesError::Lengths { iterations: iterations.len(), times: times.len() });
        }
        if times.is_empty() {
            return Err(SamplesError::Empty);
        }
        if let Some(batch) = iterations.iter().position(|&n| n == 0) {
            return Err(SamplesError::NoIteration { batch });
        }
        if let Some(batch) = times.iter().position(|t| !t.is_finite() || *t < 0.0) {
            return Err(SamplesError::Time { batch, time: times[batch] });
        }
        Ok(Self { workload, iterations, times })
    }

    /// The workload they belong to.
    #[must_use]
    pub fn workload(&self) -> &WorkloadId {
        &self.workload
    }

    /// Iterations of each batch.
    #[must_use]
    pub fn iterations(&self) -> &[u64] {
        &self.iterations
    }

    /// The time of each whole batch, in nanoseconds.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The time per iteration of each batch, in nanoseconds.
    #[expect(clippy::cast_precision_loss, reason = "no batch has 2^53 iterations")]
    pub fn per_iteration(&self) -> impl Iterator<Item = f64> + '_ {
        self.times.iter().zip(&self.iterations).map(|(time, &n)| time / n as f64)
    }
}

impl TryFrom<SamplesRecord> for Samples {
    type Error = SamplesError;

    fn try_from(record: SamplesRecord) -> Result<Self, SamplesError> {
        Self::new(record.workload, record.iterations, record.times)
    }
}

impl From<Samples> for SamplesRecord {
    fn from(samples: Samples) -> Self {
        Self { workload: samples.workload, iterations: samples.iterations, times: samples.times }
    }
}

/// Batches that cannot have been measured.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SamplesError {
    /// Not one time for each batch.
    #[error("{iterations} iteration counts but {times} times: expected one of each for every batch")]
    Lengths {
        /// The number of iteration counts.
        iterations: usize,
        /// The number of times.
        times: usize,
    },
    /// No batch at all.
    #[error("no batch: expected at least one")]
    Empty,
    /// A batch without an iteration.
    #[error("batch {batch} has no iteration: expected at least one")]
    NoIteration {
        /// Which batch, from 0.
        batch: usize,
    },
    /// A time that no clock gives.
    #[error("batch {batch} took {time} ns: expected a finite time that is not negative")]
    Time {
        /// Which batch, from 0.
        batch: usize,
        /// Its time.
        time: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(iterations: Vec<u64>, times: Vec<f64>) -> Result<Samples, SamplesError> {
        Samples::new(WorkloadId("a/b/c".into()), iterations, times)
    }

    #[test]
    fn batches_that_cannot_have_been_measured_are_refused() {
        assert_eq!(samples(vec![1], vec![]), Err(SamplesError::Lengths { iterations: 1, times: 0 }));
        assert_eq!(samples(vec![], vec![]), Err(SamplesError::Empty));
        assert_eq!(samples(vec![1, 0], vec![1.0, 1.0]), Err(SamplesError::NoIteration { batch: 1 }));
        assert_eq!(samples(vec![1], vec![-1.0]), Err(SamplesError::Time { batch: 0, time: -1.0 }));
        assert!(samples(vec![1], vec![f64::NAN]).is_err());
    }

    #[test]
    fn the_time_per_iteration_is_the_batch_time_over_its_iterations() {
        let samples = samples(vec![1, 4], vec![3.0, 8.0]).unwrap();
        assert_eq!(samples.per_iteration().collect::<Vec<_>>(), [3.0, 2.0]);
    }
}
