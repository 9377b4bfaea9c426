//! When and how a run was made, and what it cost.

use serde::{Deserialize, Serialize};

/// How much time a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// At most five minutes beyond the build.
    Quick,
    /// The benchmarks' own settings.
    Standard,
    /// Enough samples for p99 wherever the benchmark's source leaves the number open.
    Full,
}

impl Mode {
    /// As it is written on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }
}

/// One run of perfaudit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// Names the run and its directory; sorts by time.
    pub id: String,
    /// The arguments perfaudit was started with.
    pub argv: Vec<String>,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in seconds.
    pub duration_s: f64,
    /// How much time it was allowed.
    pub mode: Mode,
    /// The seed behind every random choice of the run.
    pub seed: u64,
    /// True when the run was interrupted: what had been measured is kept, the rest is `not_run`.
    pub interrupted: bool,
    /// The stages in the order they ran.
    pub stages: Vec<Stage>,
    /// What changed in the project's tree while its own code ran. perfaudit itself writes nothing there.
    pub tree_changes: Vec<TreeChange>,
}

/// The name of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// Finding packages and targets.
    Discover,
    /// Looking at the host.
    Host,
    /// Building the project's benchmarks.
    Build,
    /// Listing what each benchmark executable holds.
    List,
    /// Running benchmarks.
    Bench,
    /// Running whole commands.
    Commands,
    /// Running two sides of a comparison by turns.
    Compare,
    /// Sampling where workloads spend CPU time.
    Cpu,
    /// Counting the instructions that workloads run.
    Instructions,
    /// Counting what workloads allocate.
    Heap,
    /// Reading the project's source.
    Source,
    /// Building the project into an empty target directory, timed.
    CleanBuild,
    /// Building the project after changes, timed.
    IncrementalBuild,
    /// Running the project's tests, timed.
    TestSuite,
    /// Building what the project ships, and weighing it.
    BinarySize,
    /// Compiling the project once more, and counting what the compiler hands to LLVM.
    Ir,
    /// Turning samples into figures and findings.
    Analyse,
    /// Making patches from findings, and testing and measuring them.
    Fix,
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// It did all it set out to do.
    Done,
    /// It did some of it; `message` says what is missing.
    Partial,
    /// It failed; `message` says how.
    Failed,
    /// It was not started; `message` says why.
    Skipped,
}

/// One stage of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stage {
    /// Which stage.
    pub name: StageName,
    /// How it ended.
    pub state: StageState,
    /// How long it took, in seconds.
    pub duration_s: f64,
    /// What it used.
    pub cost: StageCost,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What a stage used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageCost {
    /// CPU seconds of perfaudit and of the children that ended during the stage, user and system.
    pub cpu_s: f64,
    /// Of these, CPU seconds of perfaudit itself.
    pub own_cpu_s: f64,
    /// Bytes that the stage added to the run directory.
    pub disk_bytes: u64,
}

/// A file of the audited tree that changed while the run went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TreeChange {
    /// The path, relative to the project's root.
    pub path: String,
    /// What happened to it.
    pub kind: TreeChangeKind,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TreeChangeKind {
    /// It was not there before.
    Added,
    /// Its size, time or type changed.
    Modified,
    /// It is gone.
    Removed,
}
