//! What is measured of both sides, pair for pair.

use std::time::Duration;

use perfaudit_result::{Throughput, WorkloadId};
use perfaudit_stats::LogRatio;
use serde::Serialize;

use crate::workbench::{Both, Side};

/// One process of one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    /// What is compared: of a benchmark the median time per iteration that the process measured, of a command its wall
    /// time; in nanoseconds, above zero.
    pub value_ns: f64,
    /// How long the process ran, in seconds.
    pub process_s: f64,
    /// The 95th percentile of the calls of a benchmark in nanoseconds, where each was timed by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_of_calls_ns: Option<f64>,
    /// How much work one iteration of a benchmark does, where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// CPU time of a command in user mode and in the kernel, with all descendants that were waited for, in nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
    /// The peak of resident memory in bytes, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_rss: Option<u64>,
    /// The SHA-256 of what it printed, where that is hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// Two processes, one of each side, one right after the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// The side that ran first.
    pub first: Side,
    /// By how many bytes the environment of both was padded.
    pub padding: u16,
    /// Which layout of both programs it was, from 0.
    pub layout: u32,
    /// The share of all CPUs that the hypervisor took meanwhile; none where the system does not tell.
    pub stolen: Option<f64>,
    /// Both processes.
    pub sides: Both<Observation>,
}

impl Pair {
    /// ln(B / A).
    #[must_use]
    pub fn difference(&self) -> LogRatio {
        LogRatio::between(self.sides.a.value_ns, self.sides.b.value_ns)
            .expect("the value of an observation is finite and above zero")
    }

    /// How long it took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::try_from_secs_f64(self.sides.a.process_s + self.sides.b.process_s).unwrap_or(Duration::MAX)
    }
}

/// All pairs of one row: the content of an artifact.
#[derive(Debug, Serialize)]
pub struct PairRecord<'a> {
    /// The benchmark or command.
    pub workload: &'a WorkloadId,
    /// Those that count, in the order they were measured.
    pub pairs: &'a [Pair],
    /// Of how many of them, from the first on, the verdict is.
    pub judged: usize,
    /// Those that were measured again because of stolen time.
    pub discarded: &'a [Pair],
}
