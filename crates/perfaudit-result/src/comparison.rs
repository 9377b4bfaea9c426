//! A run beside another.

use serde::{Deserialize, Serialize};

use crate::figure::{ConfidenceLevel, Interval, Unit};
use crate::workload::{Direction, MetricName, WorkloadId};

/// A run beside another that was recorded earlier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The name of the baseline.
    pub baseline: String,
    /// The run that the baseline holds.
    pub run: String,
    /// When that began, as RFC 3339.
    pub started: String,
    /// The commit it was made from, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What the two runs do not share and should: the user allowed it. Empty when they are alike.
    pub unlike: Vec<String>,
    /// The noise floor that differences of times were held against, as a ratio: that of the machine in either of the
    /// two runs, whichever is larger. None where neither established one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_floor: Option<f64>,
    /// Figures of both runs, side by side.
    pub workloads: Vec<ComparedMetric>,
    /// Workloads that only this run measured.
    pub only_here: Vec<WorkloadId>,
    /// Workloads that only the baseline measured.
    pub only_there: Vec<WorkloadId>,
}

/// One metric of one workload in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedMetric {
    /// The workload.
    pub id: WorkloadId,
    /// The metric.
    pub metric: MetricName,
    /// Its unit.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// The estimate in the baseline.
    pub before: f64,
    /// The estimate in this run.
    pub after: f64,
    /// `after / before - 1`; none where the baseline is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<f64>,
    /// The interval of the effect; none where one of the two has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Interval>,
    /// The level of the interval, at least.
    pub level: ConfidenceLevel,
    /// What can be said.
    pub verdict: RecordedVerdict,
}

/// What two runs, made apart, say of a metric. They were not interleaved: what changed on the machine between them is
/// part of every difference, so that none is called a change of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordedVerdict {
    /// Better than in the baseline by more than both intervals allow.
    Better,
    /// Worse than in the baseline by more than both intervals allow.
    Worse,
    /// The intervals overlap.
    NotDistinguished,
    /// The intervals lie apart, but by less than the same program differs from itself on this machine.
    BelowNoiseFloor,
    /// One of the two has no interval.
    NotEstimable,
}
