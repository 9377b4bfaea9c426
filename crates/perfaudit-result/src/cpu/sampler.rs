//! How a profile was taken, and what got lost on the way.

use serde::{Deserialize, Serialize};

/// A way to take samples, the best first. Which one works depends on the machine and on rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The kernel samples by the processor's cycle counter, user and kernel code.
    CyclesUserKernel,
    /// The kernel samples by the processor's cycle counter, user code only.
    CyclesUser,
    /// The kernel samples by a timer on CPU time, user and kernel code.
    ClockUserKernel,
    /// The kernel samples by a timer on CPU time, user code only.
    ClockUser,
    /// A preloaded library samples by a timer on each thread's CPU time. Its signal arrives on the way back to user
    /// code, so that time in the kernel is charged to the call that asked for it.
    Agent,
    /// The process is stopped and looked at.
    Ptrace,
    /// Samples that `perf record` took.
    Imported,
}

impl Rung {
    /// Whether time in the kernel appears in stacks.
    #[must_use]
    pub fn sees_kernel(self) -> bool {
        matches!(self, Self::CyclesUserKernel | Self::ClockUserKernel)
    }

    /// Whether samples stand for time in the kernel, too: in stacks of its own, or charged to the call that asked for
    /// it.
    #[must_use]
    pub fn counts_kernel(self) -> bool {
        self.sees_kernel() || self == Self::Agent
    }

    /// The rung in words, for reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::CyclesUserKernel => "perf events, cycles, user and kernel",
            Self::CyclesUser => "perf events, cycles, user only",
            Self::ClockUserKernel => "perf events, CPU clock, user and kernel",
            Self::ClockUser => "perf events, CPU clock, user only",
            Self::Agent => "preloaded timer, kernel time charged to the call that asked for it",
            Self::Ptrace => "ptrace",
            Self::Imported => "perf.data, recorded by perf",
        }
    }
}

/// What makes a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SamplingEvent {
    /// A number of processor cycles.
    Cycles,
    /// An amount of CPU time.
    CpuClock,
    /// An amount of wall time.
    WallClock,
    /// Something else, or not recorded.
    Other,
}

/// How a profile was taken, and what got lost on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sampler {
    /// The way samples were taken.
    pub rung: Rung,
    /// Why the better rungs were not taken, one reason each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// What makes a sample.
    pub event: SamplingEvent,
    /// The rate that was asked for, in samples per CPU-second; 0 where a recording of another tool does not tell it.
    pub asked_hz: f64,
    /// The rate that was reached: samples per CPU-second of the target, without its time in the kernel where the rung
    /// does not see the kernel; none when that time is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_hz: Option<f64>,
    /// CPU seconds of the target while it was sampled, user and system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_s: Option<f64>,
    /// Of these, seconds in the kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_s: Option<f64>,
    /// Samples taken.
    pub samples: u64,
    /// Samples that the kernel or the agent could not deliver.
    pub lost: u64,
    /// Samples whose stack does not reach its root.
    pub truncated: u64,
    /// Samples whose innermost frame has no symbol.
    pub unsymbolised: u64,
    /// Bytes of stack that a sample holds; 0 where stacks are walked in place.
    pub stack_bytes: u32,
}
