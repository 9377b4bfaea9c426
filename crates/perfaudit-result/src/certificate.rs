//! Certificates: what became of a patch, and what that rests on.

use serde::{Deserialize, Serialize};

use crate::Tool;
use crate::host::Host;
use crate::paired::PairedComparison;
use crate::project::Project;

/// What became of one patch, or of several on top of each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Certificate {
    /// The answer.
    pub verdict: ProofVerdict,
    /// Why, in one sentence without its full stop.
    pub reason: String,
    /// What was judged.
    pub patch: CertifiedPatch,
    /// The patches that both sides have: those before it in its series.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_top_of: Vec<String>,
    /// What a patch must pass, in the order in which that is looked at; a patch that fails early is not measured.
    pub gates: Vec<ProofGate>,
    /// What was done, each with the evidence for it.
    pub checklist: Vec<ProofStep>,
    /// What the patch promises, beside what was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<JudgedClaim>,
    /// The source with the patch (B) against the source without it (A); none where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<PairedComparison>,
    /// What a reader has to know, each a sentence without its full stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The command that judges it again.
    pub command: Vec<String>,
}

/// A certificate as a file of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertificateFile {
    /// The certificate.
    #[serde(flatten)]
    pub certificate: Certificate,
    /// The program that wrote it.
    pub tool: Tool,
    /// The run that it is part of.
    pub run: String,
    /// When that run began, RFC 3339 in UTC.
    pub started: String,
    /// The project.
    pub project: Project,
    /// Where it was measured.
    pub host: Host,
}

/// What becomes of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProofVerdict {
    /// It passes every gate: a gain was shown, and nothing became worse.
    Proven,
    /// Something became worse.
    Refuted,
    /// Neither was shown.
    Inconclusive,
    /// The project does not build with it, its tests fail, or it prints something else.
    Broken,
    /// A gate stopped it before anything was run: it does not apply, leads out of the tree, is too long, or adds a
    /// dependency.
    Refused,
}

impl ProofVerdict {
    /// The order of tables: what is proven first.
    pub const ALL: [Self; 5] = [Self::Proven, Self::Refuted, Self::Inconclusive, Self::Broken, Self::Refused];

    /// As it stands in JSON and in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
            Self::Broken => "broken",
            Self::Refused => "refused",
        }
    }
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertifiedPatch {
    /// The file it was read from, or the commits.
    pub name: String,
    /// The first line of its prose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The SHA-256 of the file it was read from, in hexadecimal; none of several patches together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The files that it changes, relative to the root of the tree.
    pub files: Vec<String>,
    /// How many lines it adds and removes; none where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_lines: Option<u32>,
    /// The patches that are judged together; empty for a single one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stacked: Vec<String>,
}

/// Something that a patch must pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProofGate {
    /// Which.
    pub gate: GateName,
    /// Whether it passes.
    pub state: GateState,
    /// The evidence, without its full stop.
    pub evidence: String,
}

/// What a patch must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GateName {
    /// It can be read, and names no path outside of the tree.
    Inside,
    /// It applies to the source.
    Applies,
    /// It is short.
    ChangedLines,
    /// Programs have no new dependency.
    Dependencies,
    /// The project compiles with it.
    Compiles,
    /// All tests pass with it.
    Tests,
    /// Workloads print the same.
    Output,
    /// Workloads are faster or allocate less.
    Gain,
    /// No workload is worse.
    NoRegression,
}

/// Whether a patch passes a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    /// It does.
    Passed,
    /// It does not.
    Failed,
    /// That could not be told.
    Open,
    /// It was not looked at, since an earlier one stopped the patch.
    NotReached,
}

/// A step of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProofStep {
    /// Which.
    pub step: StepName,
    /// Whether there is evidence that it was done.
    pub done: bool,
    /// The evidence, or why there is none; without its full stop.
    pub evidence: String,
}

/// The steps of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// CPU profiles of both sides name the functions behind the change.
    Profiled,
    /// Benchmarks or commands ran on both sides.
    Benchmarked,
    /// The effect is known with an interval.
    Measured,
    /// The functions behind the change are in files that the patch changes.
    Targeted,
    /// The project's tests ran with the patch.
    Tested,
    /// Something other than time says the same.
    Verified,
}

/// A promise in the prose of a patch beside what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JudgedClaim {
    /// The sentence.
    pub text: String,
    /// The least and the largest share that it says is saved, as ratios; both zero where it promises that nothing is
    /// lost.
    pub saves: [f64; 2],
    /// What was measured says of it.
    pub state: ClaimState,
    /// The evidence, without its full stop.
    pub evidence: String,
}

/// What measurements say of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// At least one workload gains as much.
    Kept,
    /// None does.
    NotKept,
    /// That is not decided.
    Open,
}
