//! Service level objectives: what a project promises, and whether the run shows that it is kept.

use serde::{Deserialize, Serialize};

use crate::figure::{Figure, Interval, Unit};
use crate::workload::{Direction, MetricName, WorkloadId};

/// One objective, judged for one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Slo {
    /// Names the objective within the run: its name in the configuration, or metric and pattern.
    pub id: String,
    /// What is promised of.
    pub metric: MetricName,
    /// The workload it was judged for; none where no workload of the run matches the pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadId>,
    /// The pattern of the configuration.
    pub pattern: String,
    /// The promise, in `unit`.
    pub limit: f64,
    /// The unit of `limit`.
    pub unit: Unit,
    /// Which side of the limit keeps the promise.
    pub direction: Direction,
    /// The share of the limit from which it is a warning, above 0 and up to 1.
    pub warn: f64,
    /// What was measured; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Figure>,
    /// How far the measurement keeps clear of the limit; none where it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headroom: Option<Headroom>,
    /// The judgement.
    pub status: SloStatus,
    /// Why it was judged so.
    pub reason: String,
}

/// How many times better than its limit something is: above 1 the promise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Headroom {
    /// The limit over the measurement where lower is better, else the measurement over the limit.
    pub ratio: f64,
    /// The same for the bounds of the measurement's interval; none where that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Interval>,
}

/// The judgement of an objective. Intervals are judged by their worse bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SloStatus {
    /// Kept, and clear of the limit.
    Ok,
    /// Kept, but near the limit.
    Warning,
    /// Not measured in a way that could tell.
    NotMeasured,
    /// Not kept, or not certainly.
    Critical,
}

impl SloStatus {
    /// The word for it in reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::NotMeasured => "not measured",
            Self::Critical => "critical",
        }
    }
}
