//! The answer of a run, what to do next, what it could not know, and how to make it again.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    /// Everything was measured, and no figure is known to be wrong.
    Pass,
    /// An objective is not kept.
    SloCritical,
    /// Something became worse than in what it is compared with, and that was to be refused.
    Regressed,
    /// Something was not measured that should have been, or a figure is known to be wrong.
    Inconclusive,
    /// The project's build or one of its workloads failed.
    ProjectFailed,
}

/// The answer of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// How the run ended.
    pub status: VerdictStatus,
    /// The answer in one line.
    pub headline: String,
    /// The exit code of the command that made the run.
    pub exit_code: u8,
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextAction {
    /// What to do.
    pub title: String,
    /// Why.
    pub reason: String,
    /// The command that does it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// Something the run could not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// A stable name.
    pub code: String,
    /// What is not known.
    pub message: String,
    /// What would make it known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// A command that makes part of the run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReproduceStep {
    /// What the command does.
    pub what: String,
    /// The directory to run it in, relative to the project's root; empty for the root itself.
    pub directory: String,
    /// The environment variables that perfaudit sets for it, as `NAME=value`.
    pub environment: Vec<String>,
    /// Program and arguments.
    pub argv: Vec<String>,
}
