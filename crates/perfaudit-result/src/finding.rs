//! What to look at, with the evidence for it.

use serde::{Deserialize, Serialize};

use crate::artifact::ArtifactId;
use crate::certificate::ProofVerdict;
use crate::figure::Figure;
use crate::workload::WorkloadId;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A figure that is wrong, or a benchmark that fails.
    Critical,
    /// A figure that misleads unless one knows.
    Warning,
    /// Worth knowing.
    Note,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Follows from what was measured.
    High,
    /// Other explanations exist; the message names them.
    Medium,
    /// A hint.
    Low,
}

/// At what granularity the cost of a finding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// The function that it is in: lines are not known.
    Function,
    /// The crate that it is in: neither lines nor the function are known, and the evidence tells what all of the crate
    /// costs.
    Crate,
    /// Whole workloads.
    Workload,
    /// The lines of the finding's locations, with all that they call.
    Line,
    /// The cost was not measured.
    NotMeasured,
}

/// Something worth a reader's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The audit that found it; `perfaudit explain RULE` tells more.
    pub rule: String,
    /// One line.
    pub title: String,
    /// What was seen and why it matters.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Stable over runs: made from rule, path and symbol, never from a line number.
    pub fingerprint: String,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where in the source.
    pub locations: Vec<Location>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The workloads it concerns.
    pub workloads: Vec<WorkloadId>,
    /// Share of the CPU time of the measured workloads, 0 to 1; null when it was not measured.
    pub share_of_cpu: Option<f64>,
    /// Share of the bytes they allocated, 0 to 1, each workload that allocates weighing the same; null when it was not
    /// measured. The audit's explanation says which bytes are meant.
    pub share_of_alloc_bytes: Option<f64>,
    /// The shares in single workloads, the largest first; empty when none was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_workload: Vec<WorkloadShare>,
    /// At what granularity the cost is known.
    pub granularity: Granularity,
    /// What fixing it gains if it costs nothing then: bytes and blocks at most, time as long as the rest stays as fast as
    /// it is; null when it was not measured.
    pub ceiling_gain: Option<Figure>,
    /// Whether a fix was tried.
    pub verification: Verification,
    /// Of findings in source: what code it is in, and how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeFinding>,
}

/// What is known of a finding in source besides its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeFinding {
    /// The function or item, with its type.
    pub symbol: String,
    /// What the rule is about.
    pub category: String,
    /// What the code is for.
    pub kind: CodeKind,
    /// Whether it matters, as far as that was measured.
    pub heat: Heat,
    /// What it is known by.
    pub known_by: KnownBy,
    /// How much work the remedy is.
    #[serde(default)]
    pub effort: Effort,
    /// What the order of findings in source goes by, in words: the figure, and the workload that it is of.
    #[serde(default)]
    pub rank_key: String,
    /// What to write instead, as text with examples; only for findings that matter.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead: String,
    /// The source lines; only for findings that matter. A run with `--redact` has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
}

/// How much work a remedy is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// A change of a few lines in one place.
    #[default]
    Quick,
    /// A change of a function and of those that call it.
    Medium,
    /// A change of types, formats or of who runs what.
    Deep,
}

/// Lines of source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snippet {
    /// The number of the first line, from 1.
    pub first_line: u32,
    /// The text of the lines, without line ends.
    pub lines: Vec<String>,
}

/// What code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// What the project ships.
    Production,
    /// Tests and what only they use.
    Test,
    /// Benchmarks.
    Bench,
    /// Examples.
    Example,
    /// Build scripts.
    BuildScript,
    /// Written by a program.
    Generated,
}

/// Whether a finding matters, as far as that was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Heat {
    /// It takes at least a hundredth of the CPU time, or of the bytes, of a workload.
    Hot,
    /// It was measured and takes less.
    Cold,
    /// No profile shows its function.
    NotMeasured,
}

/// What a finding in source is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// The syntax of the file.
    Syntax,
    /// The compiler's types, too.
    Types,
}

/// What a finding costs in one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkloadShare {
    /// The workload.
    pub id: WorkloadId,
    /// Share of its CPU time, 0 to 1; null when it was not measured.
    pub share_of_cpu: Option<f64>,
    /// Share of the bytes it allocates, 0 to 1; null when it was not measured.
    pub share_of_alloc_bytes: Option<f64>,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// The path, relative to the project's root, with forward slashes.
    pub file: String,
    /// The line, from 1; null when only the file is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The artifact, where the evidence is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<ArtifactId>,
    /// What it shows.
    pub text: String,
}

/// Whether a fix was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verification {
    /// What came of it.
    pub state: VerificationState,
    /// The name of the patch that was tried, which its certificate has, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// What came of trying a fix; all but the first as in [`ProofVerdict`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerificationState {
    /// No fix was tried.
    #[default]
    NotTried,
    /// A patch gains, and makes nothing worse.
    Proven,
    /// A patch makes something worse.
    Refuted,
    /// A patch was measured, and neither was shown.
    Inconclusive,
    /// The project does not build with the patch, or its tests fail.
    Broken,
    /// A patch was stopped before anything was run.
    Refused,
}

impl From<ProofVerdict> for VerificationState {
    fn from(verdict: ProofVerdict) -> Self {
        match verdict {
            ProofVerdict::Proven => Self::Proven,
            ProofVerdict::Refuted => Self::Refuted,
            ProofVerdict::Inconclusive => Self::Inconclusive,
            ProofVerdict::Broken => Self::Broken,
            ProofVerdict::Refused => Self::Refused,
        }
    }
}
