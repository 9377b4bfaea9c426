//! Patches that were made from findings.

use serde::{Deserialize, Serialize};

use crate::certificate::ProofVerdict;
use crate::finding::Heat;

/// Patches that were made from findings, and what became of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fixes {
    /// The run whose profiles tell what is hot; none where no run of the project has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranked_by: Option<String>,
    /// The patches, in the order in which they were tried: the hottest first.
    pub patches: Vec<MadePatch>,
    /// Findings that no patch was made for.
    pub without: Vec<Unmended>,
    /// What became of `--apply`.
    pub apply: Applied,
}

/// A patch that was made from one or several findings of a rule in one function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadePatch {
    /// Its name, which its certificate has, too.
    pub name: String,
    /// The rule, or the lint of clippy, that found what it mends.
    pub rule: String,
    /// The file, relative to the root of the project.
    pub file: String,
    /// The first line of what it mends, from 1.
    pub line: u32,
    /// The fingerprints of the findings that it mends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// What it does, without its full stop.
    pub what: String,
    /// How hot the place was measured to be.
    pub heat: Heat,
    /// The largest share of the CPU time of one workload that the place takes, 0 to 1; null when it was not measured.
    pub share_of_cpu: Option<f64>,
    /// The largest share of the bytes that one workload allocates there, 0 to 1; null when it was not measured.
    pub share_of_alloc_bytes: Option<f64>,
    /// The patch, as `diff -u` writes it.
    pub diff: String,
    /// What was proven of it; none where it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ProofVerdict>,
    /// Why, without its full stop.
    pub reason: String,
    /// Where the proven patch is, relative to the directory of the run; each is made for the source with those before
    /// it. None where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

impl MadePatch {
    /// Where the patch is, relative to the directory of the run; made for the source as it is.
    #[must_use]
    pub fn path(&self) -> String {
        Self::path_of(&self.name)
    }

    /// The same of the patch with this name.
    #[must_use]
    pub fn path_of(name: &str) -> String {
        format!("patches/{name}.patch")
    }
}

/// A finding that no patch was made for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unmended {
    /// The rule.
    pub rule: String,
    /// The file, relative to the root of the project.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// How hot the place was measured to be.
    pub heat: Heat,
    /// The largest share of the CPU time of one workload that the place takes, 0 to 1; null when it was not measured.
    pub share_of_cpu: Option<f64>,
    /// Why there is none, without its full stop.
    pub reason: String,
}

/// What became of `--apply`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Applied {
    /// It was not asked for: the user's tree is as it was.
    NotAsked,
    /// These files of the user's tree have changed.
    Done {
        /// Relative to the root of the project.
        files: Vec<String>,
    },
    /// Nothing was written.
    Refused {
        /// Why, without its full stop.
        reason: String,
    },
}
