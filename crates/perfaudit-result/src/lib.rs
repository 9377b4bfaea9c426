//! The contract of perfaudit: what `result.json` and the artifacts beside it hold.
//!
//! Every renderer, gate and later run reads these types and nothing else. The rules:
//!
//! - Changes are additive. A field that others rely on is never renamed or removed; [`SCHEMA_VERSION`] grows
//!   only when an older reader would misread a newer file.
//! - No figure stands without its unit, its number of observations, how it was made, and an interval or the
//!   reason why there is none: see [`Figure`].
//! - This crate does no I/O. It turns text into types and types into text.

mod artifact;
mod bisection;
mod build;
mod certificate;
mod comparison;
mod cpu;
mod figure;
mod finding;
mod fixes;
mod group;
mod heap;
mod host;
mod ir;
mod matrix;
mod paired;
mod project;
mod read;
mod run;
mod size;
mod slo;
mod source;
mod verdict;
mod workload;

pub use artifact::{Artifact, ArtifactId, ArtifactKind, Samples, SamplesError};
pub use bisection::{BisectedCommit, Bisection, BisectionAnswer, BisectionState, BisectionStep};
pub use build::{
    BuildPackage, BuildPhases, BuildTimeline, BuildUnit, BuildUnitKind, ChainStep, RunningUnits,
};
pub use certificate::{
    Certificate, CertificateFile, CertifiedPatch, ClaimState, GateName, GateState, JudgedClaim, ProofGate,
    ProofStep, ProofVerdict, StepName,
};
pub use comparison::{ComparedMetric, Comparison, RecordedVerdict};
pub use cpu::{
    Binding, BlockedIn, BoundBy, CodeOrigin, Cpu, CpuProfile, Function, FunctionChange, FunctionId, Hotspot,
    NamedShare, Neighbour, NodeId, OffCpu, OriginKind, ProfileDifference, ProfileError, Rung, SampleRun,
    Sampler, SamplingEvent, SourceExcerpt, SourceFrame, StackNode, StackStep, Thread, ThreadOffCpu,
    ThreadTime, TimeBlocks, Trust, Usage, WaitingFrame, WaitingStack, WaitingStacks, WorkloadCpu,
};
pub use figure::{ConfidenceLevel, Estimate, Figure, FigureError, Interval, Method, Of, Unit};
pub use finding::{
    CodeFinding, CodeKind, Confidence, Effort, Evidence, Finding, Granularity, Heat, KnownBy, Location,
    Severity, Snippet, Verification, VerificationState, WorkloadShare,
};
pub use fixes::{Applied, Fixes, MadePatch, Unmended};
pub use group::{Axis, Cell, GroupShape, WorkloadGroup};
pub use heap::{
    Heap, HeapCounts, HeapMethod, HeapProfile, HeapScope, HeapSite, HeapStack, PerIteration, SIZE_CLASSES,
    WorkloadHeap,
};
pub use host::{
    Capability, CapabilityState, EstimateFloor, Host, KernelNoise, NoiseFloor, Precondition,
    PreconditionStatus,
};
pub use ir::{Ir, IrFunction, IrPackage};
pub use matrix::{BuildMatrix, BuildOutcome, BuildSetting, CellState, MatrixAnswer, MatrixCell};
pub use paired::{
    Arm, ArmBinary, ArmKind, PairedComparison, PairedDesign, PairedMetric, PairedRow, PairedVerdict,
    ResponsibleFunctions, Witness, WitnessOfTime, WitnessSays,
};
pub use project::{BuildProfile, Language, Package, Project, Toolchain, Vcs};
pub use read::{ReadError, from_json};
pub use run::{Mode, Run, Stage, StageCost, StageName, StageState, TreeChange, TreeChangeKind};
pub use size::{
    BinarySize, BytesChange, ChangeState, FunctionSize, GenericSize, InlinedCode, InlinedFunction,
    InlinedPackage, ModuleSize, PackageSize, SectionKind, SectionSize, SharedBytes, SizeChange,
    SizeDifference, SizeTotals,
};
pub use slo::{Headroom, Slo, SloStatus};
pub use source::{
    AsyncModule, ComplexFunction, FilesOfKind, ModuleImport, OracleUse, PackageDependency, RuleCount, Source,
    UnreadFile,
};
pub use verdict::{Limit, NextAction, ReproduceStep, Verdict, VerdictStatus};
pub use workload::{
    AuditState, Direction, Metric, MetricName, Sampling, SamplingMode, Stated, Throughput, Workload,
    WorkloadAudit, WorkloadId, WorkloadKind, WorkloadState, WorkloadTarget,
};

use serde::{Deserialize, Serialize};

/// The version of `result.json` that this crate writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// All that one run found out: the content of `result.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditResult {
    /// The version of this format; see [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote the result.
    pub tool: Tool,
    /// The answer in one line, with the exit code it maps to.
    pub verdict: Verdict,
    /// When and how the run was made, and what each stage cost.
    pub run: Run,
    /// What was audited.
    pub project: Project,
    /// Where it was measured.
    pub host: Host,
    /// Conditions of the host and the project that bear on how far the figures can be trusted.
    pub preconditions: Vec<Precondition>,
    /// One row for each thing that was, or should have been, measured.
    pub workloads: Vec<Workload>,
    /// What the project promises, and whether it is kept; empty without objectives in the configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slos: Vec<Slo>,
    /// Where the CPU time of workloads went; none when nothing was profiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    /// What workloads allocate; none when nothing was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heap: Option<Heap>,
    /// What the project's source holds; none when it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Where the bytes of what the project ships are; empty when nothing was weighed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub size: Vec<BinarySize>,
    /// What the compiler hands to LLVM; none when it was not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ir: Option<Ir>,
    /// What builds do with their time; empty where none was looked into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<BuildTimeline>,
    /// This run beside a baseline, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// Two builds, programs or commands against each other, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired: Option<PairedComparison>,
    /// A search for the commit that changed a benchmark, where that was asked; `paired` is then the comparison that its
    /// answer rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bisection: Option<Bisection>,
    /// Build settings that were tried, where that was asked; `paired` is then the second measurement of what is
    /// recommended, if something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<BuildMatrix>,
    /// What became of patches, where that was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// Patches that were made from findings, where that was asked; `certificates` holds what became of those that were
    /// tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixes: Option<Fixes>,
    /// Workloads that vary one or more parameters: sweeps and matrices.
    pub groups: Vec<WorkloadGroup>,
    /// What to look at, most important first.
    pub findings: Vec<Finding>,
    /// What to do next, most useful first.
    pub next_actions: Vec<NextAction>,
    /// What this run could not know, and what would make it known.
    pub limits: Vec<Limit>,
    /// The commands that make the run's figures again.
    pub reproduce: Vec<ReproduceStep>,
    /// Every file of the run directory that a reader may want.
    pub artifacts: Vec<Artifact>,
}

/// The program that wrote a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// Always `perfaudit`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The JSON schema of `result.json`, as published in `schema/result.schema.json`.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(AuditResult)
}
