//! Where it was measured, and under which conditions.

use serde::{Deserialize, Serialize};

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
    /// How much two runs of the same build differ here; null until it was established.
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

/// The difference between two runs of the same build, from A/A pairs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoiseFloor {
    /// The 99th percentile of the absolute relative difference.
    pub ratio: f64,
    /// The number of pairs it rests on.
    pub pairs: u32,
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
