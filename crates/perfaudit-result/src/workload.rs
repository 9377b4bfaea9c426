//! One row for each thing that was, or should have been, measured.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::artifact::ArtifactId;
use crate::figure::{Figure, FigureRecord, Interval};

/// Names a workload within a run: `package/target/title` for a benchmark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct WorkloadId(pub String);

impl WorkloadId {
    /// The whole test suite, beside which its parts may have workloads of their own.
    #[must_use]
    pub fn whole_test_suite() -> Self {
        Self("tests/all".to_owned())
    }
}

impl fmt::Display for WorkloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of thing a workload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WorkloadKind {
    /// A Criterion benchmark.
    Criterion,
    /// A divan benchmark.
    Divan,
    /// A benchmark of the standard library's harness, `#[bench]`.
    Libtest,
    /// A whole command, started anew for each observation.
    Command,
    /// A process that ran already and was only watched.
    Process,
    /// What another tool measured and wrote to a file.
    Imported,
    /// A benchmark target of a harness that is not known, or that could not be asked.
    BenchTarget,
    /// A build of the project into an empty target directory.
    CleanBuild,
    /// A build of the project after a change of one of its packages.
    IncrementalBuild,
    /// The tests of the project, or of one of its targets, once they are built.
    TestSuite,
    /// A program or shared library that the project ships.
    Binary,
    /// What the compiler hands to LLVM of a package of the project.
    Ir,
}

impl WorkloadKind {
    /// What stands between the parts of a title.
    #[must_use]
    pub fn separator(self) -> &'static str {
        match self {
            Self::Divan | Self::Libtest => "::",
            Self::Criterion
            | Self::Command
            | Self::Process
            | Self::Imported
            | Self::BenchTarget
            | Self::CleanBuild
            | Self::IncrementalBuild
            | Self::TestSuite
            | Self::Binary
            | Self::Ir => "/",
        }
    }

    /// The metric that a workload of this kind exists for: what building, testing or shipping the project costs. Such
    /// a workload is measured only because an objective names its metric. None for everything else.
    #[must_use]
    pub fn own_metric(self) -> Option<MetricName> {
        match self {
            Self::CleanBuild => Some(MetricName::BUILD_CLEAN),
            Self::IncrementalBuild => Some(MetricName::BUILD_INCREMENTAL),
            Self::TestSuite => Some(MetricName::TEST_SUITE_TIME),
            Self::Binary => Some(MetricName::BINARY_SIZE),
            Self::Ir => Some(MetricName::IR_LINES),
            Self::Criterion
            | Self::Divan
            | Self::Libtest
            | Self::Command
            | Self::Process
            | Self::Imported
            | Self::BenchTarget => None,
        }
    }

    /// Whether a workload of this kind is measured for a metric: its own, or what counts along with it.
    #[must_use]
    pub fn is_measured_for(self, metric: &MetricName) -> bool {
        self.own_metric().is_some_and(|own| own == *metric)
            || (self == Self::Ir && *metric == MetricName::IR_COPIES)
    }
}

/// What became of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WorkloadState {
    /// It was measured.
    Measured,
    /// It ended with an error: a panic or a failing exit code.
    Failed,
    /// A signal that perfaudit did not send ended it.
    Killed,
    /// It was still running when its time was over.
    TimedOut,
    /// It ended well and left no samples.
    NoResults,
    /// It left results that cannot be read.
    Unreadable,
    /// Its target could not be built.
    BuildFailed,
    /// perfaudit does not measure this kind.
    Unsupported,
    /// Its source says that it is not to be run unless asked for.
    Ignored,
    /// The budget was spent, or the run was interrupted, before its turn came.
    NotRun,
}

impl WorkloadState {
    /// Every state, in the order of tables and filters.
    pub const ALL: [Self; 10] = [
        Self::Measured,
        Self::Failed,
        Self::Killed,
        Self::TimedOut,
        Self::NoResults,
        Self::Unreadable,
        Self::BuildFailed,
        Self::Unsupported,
        Self::Ignored,
        Self::NotRun,
    ];

    /// True when the project's own code is why there is no figure.
    #[must_use]
    pub fn is_failure(self) -> bool {
        match self {
            Self::Failed
            | Self::Killed
            | Self::TimedOut
            | Self::NoResults
            | Self::Unreadable
            | Self::BuildFailed => true,
            Self::Measured | Self::Unsupported | Self::Ignored | Self::NotRun => false,
        }
    }

    /// The state in words, for tables.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Failed => "failed",
            Self::Killed => "killed",
            Self::TimedOut => "timed out",
            Self::NoResults => "no results",
            Self::Unreadable => "unreadable",
            Self::BuildFailed => "build failed",
            Self::Unsupported => "unsupported",
            Self::Ignored => "ignored",
            Self::NotRun => "not run",
        }
    }
}

/// A thing that was, or should have been, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workload {
    /// Its name within the run.
    pub id: WorkloadId,
    /// What kind of thing it is.
    pub kind: WorkloadKind,
    /// The package it belongs to.
    pub package: String,
    /// The benchmark target that holds it.
    pub target: String,
    /// The source file of the target, relative to the project's root.
    pub source: String,
    /// Its name within the target, as the harness shows it; empty for a target as a whole.
    pub title: String,
    /// What became of it.
    pub state: WorkloadState,
    /// Why it is in that state, with the last lines it printed to standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The SHA-256 of the executable that was run, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_sha256: Option<String>,
    /// Its place in the order of measuring, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// How long its process ran, in seconds; all of its processes together where it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<f64>,
    /// How much work one iteration does, where the benchmark declares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// How the samples were taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// The artifact of kind `samples` that holds the raw batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<ArtifactId>,
    /// The figures.
    pub metrics: Vec<Metric>,
    /// What each audit said of it.
    pub audits: Vec<WorkloadAudit>,
}

impl Workload {
    /// A workload without figures: `package/target/title`, or `package/target` for a target as a whole.
    #[must_use]
    pub fn new(kind: WorkloadKind, target: &WorkloadTarget<'_>, title: &str, state: WorkloadState) -> Self {
        let WorkloadTarget { package, target, source } = *target;
        let parts: Vec<&str> = [package, target, title].into_iter().filter(|part| !part.is_empty()).collect();
        let id = parts.join("/");
        Self {
            id: WorkloadId(id),
            kind,
            package: package.to_owned(),
            target: target.to_owned(),
            source: source.to_owned(),
            title: title.to_owned(),
            state,
            message: None,
            binary_sha256: None,
            order: None,
            duration_s: None,
            throughput: None,
            sampling: None,
            samples: None,
            metrics: Vec::new(),
            audits: Vec::new(),
        }
    }

    /// The metric of this name, if the workload has it.
    #[must_use]
    pub fn metric(&self, name: &MetricName) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == *name)
    }
}

/// The target that a workload belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkloadTarget<'a> {
    /// The package.
    pub package: &'a str,
    /// The benchmark target.
    pub target: &'a str,
    /// Its source file, relative to the project's root, with forward slashes.
    pub source: &'a str,
}

/// The amount of work in one iteration, as the benchmark declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind", content = "per_iteration")]
pub enum Throughput {
    /// Bytes.
    Bytes(u64),
    /// Bits.
    Bits(u64),
    /// Elements of the benchmark's own kind.
    Elements(u64),
}

impl Throughput {
    /// The amount per iteration.
    #[must_use]
    pub fn amount(self) -> u64 {
        match self {
            Self::Bytes(n) | Self::Bits(n) | Self::Elements(n) => n,
        }
    }
}

/// How iterations were spread over batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SamplingMode {
    /// Each batch has more iterations than the one before.
    Linear,
    /// All batches have the same number of iterations.
    Flat,
    /// Each observation is the median that one process states of its own samples, which it does not hand out: the
    /// harness prints a summary only (divan, libtest).
    Processes,
}

/// How the samples of a workload were taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sampling {
    /// How iterations were spread over batches.
    pub mode: SamplingMode,
    /// The number of batches, or of processes in mode `processes`: one observation each.
    pub batches: u64,
    /// The iterations of the smallest batch, or process; 0 where a process does not state them.
    pub least_iterations: u64,
    /// The iterations of the largest batch, or process; 0 where a process does not state them.
    pub most_iterations: u64,
    /// How many independent observations the batches, or processes, are worth, at most `batches`.
    pub effective_batches: f64,
    /// What the processes state; only in mode `processes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
}

/// What the processes of a benchmark state of their own samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stated {
    /// The last digit that a median was printed with, in nanoseconds; the coarsest of all processes.
    pub resolution_ns: f64,
    /// The fewest samples behind a median.
    pub least_samples: u64,
    /// The most samples behind a median.
    pub most_samples: u64,
    /// The fastest and the slowest sample of any process, in nanoseconds per iteration, where they are stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_ns: Option<Interval>,
}

/// Names a metric. Names are stable; new ones are added.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct MetricName(pub Cow<'static, str>);

impl MetricName {
    /// The median time per iteration.
    pub const WALL_TIME_P50: Self = Self(Cow::Borrowed("wall_time.p50"));
    /// The 95th percentile of the time per iteration.
    pub const WALL_TIME_P95: Self = Self(Cow::Borrowed("wall_time.p95"));
    /// The 99th percentile of the time per iteration.
    pub const WALL_TIME_P99: Self = Self(Cow::Borrowed("wall_time.p99"));
    /// The mean time per iteration over batches, each batch counted once.
    pub const WALL_TIME_MEAN: Self = Self(Cow::Borrowed("wall_time.mean"));
    /// The slope of batch time over iterations, through the origin.
    pub const WALL_TIME_SLOPE: Self = Self(Cow::Borrowed("wall_time.slope"));
    /// The sample standard deviation of the time per iteration.
    pub const WALL_TIME_STD_DEV: Self = Self(Cow::Borrowed("wall_time.std_dev"));
    /// The median absolute deviation of the time per iteration, times 1.4826.
    pub const WALL_TIME_MAD: Self = Self(Cow::Borrowed("wall_time.mad"));
    /// The median time over that of the command that others are compared with.
    pub const WALL_TIME_RELATIVE: Self = Self(Cow::Borrowed("wall_time.relative"));
    /// The declared amount of work over the median time.
    pub const THROUGHPUT: Self = Self(Cow::Borrowed("throughput"));
    /// CPU time in user mode, of a command with all its descendants.
    pub const CPU_USER: Self = Self(Cow::Borrowed("cpu.user"));
    /// CPU time in the kernel, of a command with all its descendants.
    pub const CPU_SYSTEM: Self = Self(Cow::Borrowed("cpu.system"));
    /// CPU time, user and system together, where a tool does not split it.
    pub const CPU_TIME: Self = Self(Cow::Borrowed("cpu.time"));
    /// CPU time, user and system, over wall time: 1 is one core all the time.
    pub const CPU_UTILISATION: Self = Self(Cow::Borrowed("cpu.utilisation"));
    /// The largest resident memory of any process of a command.
    pub const RSS_PEAK: Self = Self(Cow::Borrowed("rss.peak"));
    /// Instructions that are executed: for each iteration of a benchmark, in the whole run of a command.
    pub const INSTRUCTIONS: Self = Self(Cow::Borrowed("instructions"));
    /// Bytes that are allocated: for each iteration of a benchmark, in the whole run of a command.
    pub const ALLOC_BYTES: Self = Self(Cow::Borrowed("alloc.bytes"));
    /// Blocks that are allocated: for each iteration of a benchmark, in the whole run of a command.
    pub const ALLOC_COUNT: Self = Self(Cow::Borrowed("alloc.count"));
    /// Page faults that were served without reading from a disk.
    pub const PAGE_FAULTS_MINOR: Self = Self(Cow::Borrowed("page_faults.minor"));
    /// Page faults that had to read from a disk.
    pub const PAGE_FAULTS_MAJOR: Self = Self(Cow::Borrowed("page_faults.major"));
    /// Switches to another process because this one waited.
    pub const SWITCHES_VOLUNTARY: Self = Self(Cow::Borrowed("context_switches.voluntary"));
    /// Switches to another process although this one could have gone on.
    pub const SWITCHES_INVOLUNTARY: Self = Self(Cow::Borrowed("context_switches.involuntary"));
    /// The duration of a build into an empty target directory.
    pub const BUILD_CLEAN: Self = Self(Cow::Borrowed("build.clean"));
    /// The duration of a build after a change of one package.
    pub const BUILD_INCREMENTAL: Self = Self(Cow::Borrowed("build.incremental"));
    /// The duration of the tests, once they are built.
    pub const TEST_SUITE_TIME: Self = Self(Cow::Borrowed("test_suite.time"));
    /// The length of the file of a program or shared library.
    pub const BINARY_SIZE: Self = Self(Cow::Borrowed("binary.size"));
    /// Lines of LLVM IR that the compiler makes of a package, before LLVM optimises them.
    pub const IR_LINES: Self = Self(Cow::Borrowed("ir.lines"));
    /// Functions in these lines, each copy of a generic function counted.
    pub const IR_COPIES: Self = Self(Cow::Borrowed("ir.copies"));
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better.
    LowerIsBetter,
    /// Larger is better.
    HigherIsBetter,
}

/// A named figure of a workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "MetricRecord", try_from = "MetricRecord")]
#[cfg_attr(feature = "schema", schemars(with = "MetricRecord"))]
pub struct Metric {
    /// What it measures.
    pub name: MetricName,
    /// Which way is better.
    pub direction: Direction,
    /// The figure.
    pub figure: Figure,
}

/// The flat shape of a [`Metric`] in JSON: the name and the direction beside the fields of the figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct MetricRecord {
    /// What it measures.
    name: MetricName,
    /// Which way is better.
    direction: Direction,
    #[serde(flatten)]
    figure: FigureRecord,
}

impl From<Metric> for MetricRecord {
    fn from(metric: Metric) -> Self {
        Self { name: metric.name, direction: metric.direction, figure: metric.figure.into() }
    }
}

impl TryFrom<MetricRecord> for Metric {
    type Error = crate::figure::FigureError;

    fn try_from(record: MetricRecord) -> Result<Self, Self::Error> {
        Ok(Self { name: record.name, direction: record.direction, figure: record.figure.try_into()? })
    }
}

/// What one audit said of one workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkloadAudit {
    /// The audit's rule; `perfaudit explain RULE` tells what it means.
    pub rule: String,
    /// What came of it.
    pub state: AuditState,
    /// What was seen.
    pub message: String,
}

/// What came of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditState {
    /// Nothing to say against the workload.
    Passed,
    /// Something is wrong; a finding says more.
    Flagged,
    /// Worth knowing; nothing is wrong.
    Informative,
    /// It could not be told; the message says what is missing.
    NotMeasured,
}
