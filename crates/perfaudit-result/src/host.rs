//! Where it was measured, and under which conditions.

use serde::{Deserialize, Serialize};

use crate::figure::ConfidenceLevel;

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Host {
    /// The model name of the CPU.
    pub cpu: String,
    /// Logical CPUs that this process may use.
    pub cores: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// The operating system.
    pub os: String,
    /// The kernel's release.
    pub kernel: String,
    /// The architecture.
    pub arch: String,
    /// True under a hypervisor; null when that cannot be told.
    pub virtualised: Option<bool>,
    /// The duration of one CPU cycle in nanoseconds, from a chain of dependent instructions timed in this run.
    pub cycle_ns: Option<f64>,
    /// What an empty benchmark loop costs per iteration here, in nanoseconds: the slowest of the calibrated
    /// shapes. A benchmark that is not slower than this measured nothing of its own.
    pub empty_loop_ns: Option<f64>,
    /// What can be measured here.
    pub capabilities: Vec<Capability>,
    /// How far medians of the same program lie apart here; null until it was established.
    pub noise_floor: Option<NoiseFloor>,
}

/// Something that perfaudit can or cannot do on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Capability {
    /// What it is.
    pub name: String,
    /// Whether it is there.
    pub state: CapabilityState,
    /// What was seen, or why it is missing and what would help.
    pub reason: String,
}

/// Whether a capability is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CapabilityState {
    /// It works.
    Available,
    /// It works with restrictions.
    Limited,
    /// It does not work.
    Missing,
}

/// How far medians of the same program lie apart on this machine when it is measured against itself (A/A). Smaller
/// differences between two builds cannot be told from none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoiseFloor {
    /// With `level`, the share `share` of comparisons of a program with itself gives medians that differ by no more:
    /// the larger median over the smaller, less 1. Of the kernel for which this is largest.
    pub ratio: f64,
    /// The share of comparisons that `ratio` bounds, between 0 and 1.
    pub share: f64,
    /// How often the procedure gives a ratio that is large enough.
    pub level: ConfidenceLevel,
    /// The number of pairs of runs behind `ratio`.
    pub pairs: u32,
    /// The number of comparisons made of them: each is one of medians.
    pub comparisons: u32,
    /// The same for estimates of more pairs, as comparisons in pairs make them; by increasing numbers of pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub estimates: Vec<EstimateFloor>,
    /// What was run against itself.
    pub kernels: Vec<KernelNoise>,
    /// When it was measured, as RFC 3339.
    pub measured: String,
    /// How old it was in this run, in seconds.
    pub age_s: u64,
}

/// How far the estimate of so many pairs lies from nothing when both sides are one program.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EstimateFloor {
    /// The number of pairs of one comparison.
    pub pairs: u32,
    /// As [`NoiseFloor::ratio`], for estimates of that many pairs; of the kernel for which this is largest.
    pub ratio: f64,
    /// The same in standard errors, each estimate in those that its own pairs tell. This is what holds for programs that
    /// are more or less noisy than the kernels are.
    pub errors: f64,
    /// As [`NoiseFloor::level`]: it is lower the fewer comparisons there are, and the ratio then is the largest that was
    /// seen.
    pub level: ConfidenceLevel,
    /// The number of comparisons.
    pub comparisons: u32,
}

/// What one program gave when it was measured against itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KernelNoise {
    /// What it is bound by: `cpu`, `memory`.
    pub name: String,
    /// As [`NoiseFloor::ratio`], for this one alone.
    pub ratio: f64,
    /// As [`NoiseFloor::level`].
    pub level: ConfidenceLevel,
    /// The number of pairs of runs.
    pub pairs: u32,
    /// The number of comparisons.
    pub comparisons: u32,
    /// The median of all runs, in nanoseconds.
    pub median_ns: f64,
}

/// A condition that bears on how far the figures can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Precondition {
    /// A stable name.
    pub code: String,
    /// Whether it holds.
    pub status: PreconditionStatus,
    /// What was seen.
    pub message: String,
    /// What to do when it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Whether a precondition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PreconditionStatus {
    /// It holds.
    Met,
    /// It does not hold: read the figures with this in mind.
    Violated,
    /// It does not hold, and the user allows that.
    Allowed,
    /// It could not be told.
    Unknown,
}
