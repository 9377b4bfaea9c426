//! Build settings that were tried on a project.

use serde::{Deserialize, Serialize};

use crate::figure::Figure;
use crate::paired::PairedRow;

/// Settings that a project was built with, each beside the project's own: how fast the programs are, how large, and how
/// long they take to build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildMatrix {
    /// The profile whose settings were tried.
    pub profile: String,
    /// The project's own settings of that profile.
    pub own: Vec<BuildSetting>,
    /// What they give.
    pub outcome: BuildOutcome,
    /// What was tried, in the order that was asked for.
    pub cells: Vec<MatrixCell>,
    /// How often, at most, a comparison tells a change that is none. Each cell is judged by itself.
    pub alpha: f64,
    /// What follows.
    pub answer: MatrixAnswer,
}

/// A setting of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildSetting {
    /// Its name, as in a profile of cargo, or `target-cpu`, or `allocator`.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// What a build gives and takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildOutcome {
    /// Bytes of all programs of the build, without debug information and symbol names.
    pub size: Figure,
    /// How long a build into an empty target directory takes.
    pub build_time: Figure,
}

/// Settings that were tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MatrixCell {
    /// As the user would ask for it: `lto=fat+codegen-units=1`.
    pub name: String,
    /// What differs from the project's own settings; empty for what is no setting, as `pgo`.
    pub settings: Vec<BuildSetting>,
    /// What became of it.
    pub state: CellState,
    /// Why there is nothing measured, or not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What would make it known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What these settings may break, whatever they gain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    /// What they give; none where nothing was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<BuildOutcome>,
    /// Each workload beside the project's own settings (A), pair by pair.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<PairedRow>,
}

/// What became of settings that were to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// Built and compared.
    Measured,
    /// The project builds like that already.
    Own,
    /// They cannot be tried here.
    Unsupported,
    /// The project does not build, or does not run, with them.
    Failed,
    /// The budget was spent, or the user interrupted.
    NotMeasured,
}

/// What follows of what was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MatrixAnswer {
    /// These settings made something faster and nothing slower, and did so again when they were measured once more.
    Recommended {
        /// The name of the cell.
        cell: String,
        /// The second measurement.
        again: Vec<PairedRow>,
    },
    /// The settings that looked best did not do so again.
    NotConfirmed {
        /// The name of the cell.
        cell: String,
        /// The second measurement.
        again: Vec<PairedRow>,
        /// What it says.
        reason: String,
    },
    /// Nothing that was measured is better.
    Keep {
        /// Why.
        reason: String,
    },
}
