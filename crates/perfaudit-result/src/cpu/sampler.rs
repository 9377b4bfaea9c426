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
    /// Threads that run are stopped and looked at, one by one. They stop on the way back to user code, so that time in the
    /// kernel is charged to the call that asked for it.
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
        self.sees_kernel() || matches!(self, Self::Agent | Self::Ptrace)
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
            Self::Ptrace => {
                "ptrace, threads that run are stopped, kernel time charged to the call that asked for it"
            }
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
    /// Bytes of stack that a sample holds; 0 where stacks are walked in place. Where it was raised, the largest.
    pub stack_bytes: u32,
    /// What came of each size of the copied piece of stack, in the order in which they were tried: it is raised where too
    /// many stacks are longer. Empty where nothing is copied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stack_steps: Vec<StackStep>,
    /// Seconds that threads of the target were stopped to be looked at, all together and at most: a thread that waits for
    /// a processor stops only when it gets one. None where none is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_s: Option<f64>,
}

/// What came of one size of the piece of stack that is copied with each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StackStep {
    /// The size in bytes.
    pub stack_bytes: u32,
    /// Samples with a piece of that size.
    pub samples: u64,
    /// Of these, samples whose stack went on where the piece ended.
    pub cut_off: u64,
    /// Whether these samples are in the profile; false of a recording that was taken again with larger pieces.
    pub kept: bool,
}

impl StackStep {
    /// The share of stacks above which larger pieces are copied.
    pub const TOLERATED: f64 = 0.02;
    /// Fewer stacks that are cut off are no reason to.
    pub const LEAST: u64 = 5;

    /// Whether more stacks are cut off than is tolerated.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples are far below 2^53")]
    pub fn cuts_too_many(&self) -> bool {
        self.cut_off >= Self::LEAST && self.cut_off as f64 > Self::TOLERATED * self.samples as f64
    }
}

impl Sampler {
    /// The samples of the profile and those of them that are cut off, whatever their size of stack.
    #[must_use]
    pub fn all_steps(&self) -> StackStep {
        let kept = self.stack_steps.iter().filter(|step| step.kept);
        let none = StackStep { stack_bytes: self.stack_bytes, samples: 0, cut_off: 0, kept: true };
        kept.fold(none, |sum, step| StackStep {
            samples: sum.samples + step.samples,
            cut_off: sum.cut_off + step.cut_off,
            ..sum
        })
    }
}
