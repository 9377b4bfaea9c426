//! A search for the commit that changed a benchmark.

use serde::{Deserialize, Serialize};

use crate::paired::PairedRow;
use crate::workload::WorkloadId;

/// A search for the commit that changed a benchmark, or the time of a command, between two revisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bisection {
    /// The revision from before the change.
    pub good: BisectedCommit,
    /// The revision from after the change.
    pub bad: BisectedCommit,
    /// How many commits lie behind `good`, up to `bad`: along first parents.
    pub commits: u32,
    /// The benchmark or command whose change is looked for; none where both ends do not differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadId>,
    /// What else differs between both ends: it is not looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_changed: Vec<WorkloadId>,
    /// A commit has the change when it differs from `good` by this or more in the direction of `bad`, as a ratio: half
    /// of what both ends differ by, or less where that is known roughly. None where both ends do not differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// How often, at most, any of the comparisons errs where a single commit made the change.
    pub alpha: f64,
    /// Among how many comparisons that error was divided beforehand.
    pub planned: u32,
    /// How many were measured.
    pub comparisons: u32,
    /// How many pairs of processes that took.
    pub pairs: u32,
    /// The commits that were looked at, in that order.
    pub steps: Vec<BisectionStep>,
    /// What was found.
    pub answer: BisectionAnswer,
}

/// A commit of the history that was searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BisectedCommit {
    /// Its full name.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
}

/// A commit that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BisectionStep {
    /// The commit.
    pub commit: BisectedCommit,
    /// What is known of it.
    pub state: BisectionState,
    /// How it compares with `good`; none where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<PairedRow>,
    /// Why nothing was measured, or why nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What is known of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BisectionState {
    /// It does not have the change.
    Before,
    /// It has the change.
    After,
    /// It cannot be built or run, and was skipped.
    Unfit,
    /// It was measured, and could not be told from either.
    Undecided,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BisectionAnswer {
    /// One commit made the change, as it was seen beside its parent.
    Found {
        /// The commit.
        commit: BisectedCommit,
        /// How it compares with its parent.
        row: Box<PairedRow>,
        /// Whether it merges a branch, of which one commit may have made the change.
        is_merge: bool,
    },
    /// One of several commits made the change: what lies between them could not be told.
    Among {
        /// The commits, in the order they were made.
        commits: Vec<BisectedCommit>,
        /// Why it could not be told.
        reason: String,
    },
    /// The search led to a commit that shows no such change beside its parent.
    Contradicted {
        /// The commit.
        commit: BisectedCommit,
        /// How it compares with its parent.
        row: Box<PairedRow>,
    },
    /// Both ends do not differ, or not as far as could be told.
    NoChange {
        /// Why there is nothing to look for.
        reason: String,
    },
}
