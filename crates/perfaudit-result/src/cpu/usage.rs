//! Processor and memory over the time of a profiled process.

use serde::{Deserialize, Serialize};

/// What a process and its children used, in steps of equal wall time from its start.
///
/// A step that could not be read is left out of neither list: it repeats the one before, so that place `i` always
/// stands for the time from `i * step_s` on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Usage {
    /// How long a step is, in seconds; above 0.
    pub step_s: f64,
    /// CPU seconds per second of wall time within each step: 1 is one CPU kept busy, 2 are two. Empty when it was
    /// not measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpu: Vec<f32>,
    /// Resident bytes at the end of each step; pages that several processes share count for each of them. Empty when they were not measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rss: Vec<u64>,
}
