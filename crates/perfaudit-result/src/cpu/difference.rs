//! What became slower or faster between two profiles of a workload.

use serde::{Deserialize, Serialize};

use crate::figure::Figure;
use crate::workload::WorkloadId;

/// Two profiles of one workload, function by function.
///
/// The profile after is the one of the workload in this run. A function that is in none of the lists was not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileDifference {
    /// The workload.
    pub id: WorkloadId,
    /// What it is compared with, in words: a baseline, a revision.
    pub before: String,
    /// The share of the functions in `slower` and `faster` that may be there by chance, on average; between 0 and 1.
    pub false_discovery_rate: f64,
    /// Functions that take longer, the largest effect first.
    pub slower: Vec<FunctionChange>,
    /// Functions that take less, the largest effect first.
    pub faster: Vec<FunctionChange>,
    /// How many functions were tested and do not differ by more than chance and the noise floor explain.
    pub undecided: u64,
    /// These functions, the largest effect first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided_functions: Vec<FunctionChange>,
    /// How many functions have too few samples for a test.
    pub untested: u64,
    /// The noise floor that changes of times were held against, as a ratio; none where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_floor: Option<f64>,
    /// How the two profiles were taken in different ways, where that was allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlike: Vec<String>,
}

/// A function in both profiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunctionChange {
    /// Its readable name.
    pub symbol: String,
    /// The source file that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its share of samples, itself only, before.
    pub before: Figure,
    /// Its share after.
    pub after: Figure,
    /// Its time per iteration before, where it is known on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_before: Option<Figure>,
    /// Its time per iteration after, where it is known on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_after: Option<Figure>,
    /// How much longer it takes: time per iteration where it is known on both sides, otherwise a share.
    pub effect: Figure,
    /// How often a function that did not change differs by as much, by chance; between 0 and 1.
    pub p: f64,
}
