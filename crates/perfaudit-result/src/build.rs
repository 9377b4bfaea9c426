//! What a build does with its time.

use serde::{Deserialize, Serialize};

use crate::WorkloadId;

/// One build, compilation by compilation. All times are of this one build; how builds differ is in the figures of the
/// workload of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildTimeline {
    /// The workload that times such builds.
    pub build: WorkloadId,
    /// What matters, in one line.
    pub answer: String,
    /// How times were taken.
    pub method: String,
    /// What is missing, and what would make it known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// From the start of cargo to its end, in nanoseconds.
    pub wall_ns: u64,
    /// How many CPUs cargo could use.
    pub cpus: u32,
    /// CPU time of all compilers and linkers, user and system, in nanoseconds.
    pub cpu_ns: u64,
    /// The time of all units together, in nanoseconds by phase.
    pub phases: BuildPhases,
    /// For how long how many units ran at once: the times sum to `wall_ns`.
    pub running: Vec<RunningUnits>,
    /// The same units by package; the longest first.
    pub packages: Vec<BuildPackage>,
    /// The longest chain of units each of which waits for the one before, the first one first: with any number of CPUs
    /// the build takes no less, if each unit takes as long as here.
    pub chain: Vec<ChainStep>,
    /// The sum over `chain`, in nanoseconds.
    pub chain_ns: u64,
    /// All compilations and runs of build scripts, by their start.
    pub units: Vec<BuildUnit>,
}

/// Time by what it was used for, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildPhases {
    /// Until the compiler has written what crates that depend on this one need to know: parsing, macros, types,
    /// borrows.
    pub front_end_ns: u64,
    /// From then on, without linking: choosing and generating code, optimising it, putting it into an archive.
    pub code_ns: u64,
    /// In the linker.
    pub link_ns: u64,
    /// Running build scripts, with the time that they waited for a free CPU.
    pub script_ns: u64,
    /// In compilers that did not say when their front end was done.
    pub untold_ns: u64,
}

impl BuildPhases {
    /// All together.
    #[must_use]
    pub fn total_ns(self) -> u64 {
        self.front_end_ns + self.code_ns + self.link_ns + self.script_ns + self.untold_ns
    }

    /// Adds the phases of something else.
    pub fn add(&mut self, other: Self) {
        self.front_end_ns += other.front_end_ns;
        self.code_ns += other.code_ns;
        self.link_ns += other.link_ns;
        self.script_ns += other.script_ns;
        self.untold_ns += other.untold_ns;
    }
}

/// For how long so many units ran at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunningUnits {
    /// How many.
    pub units: u32,
    /// For how long in all, in nanoseconds.
    pub ns: u64,
}

/// The units of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How many units.
    pub units: u32,
    /// Their time.
    pub phases: BuildPhases,
    /// Their CPU time, in nanoseconds; that of build scripts is not known.
    pub cpu_ns: u64,
}

/// A step of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainStep {
    /// The place of the unit in `units`.
    pub unit: u32,
    /// The time of it that the next one waits for, in nanoseconds: all of it, or its front end.
    pub ns: u64,
}

/// One call of the compiler, or one run of a build script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildUnit {
    /// The package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The crate.
    pub target: String,
    /// What is made.
    pub kind: BuildUnitKind,
    /// When it began, in nanoseconds since the start of cargo.
    pub start_ns: u64,
    /// What its time was used for.
    pub phases: BuildPhases,
    /// Its CPU time with that of its linker, in nanoseconds; none for a build script that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
}

impl BuildUnit {
    /// When it ended, in nanoseconds since the start of cargo.
    #[must_use]
    pub fn end_ns(&self) -> u64 {
        self.start_ns + self.phases.total_ns()
    }
}

/// What a unit makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BuildUnitKind {
    /// A library for Rust.
    Library,
    /// A library that is loaded.
    SharedLibrary,
    /// A procedural macro.
    ProcMacro,
    /// A program.
    Program,
    /// A build script.
    BuildScript,
    /// Nothing: a build script runs.
    BuildScriptRun,
}
