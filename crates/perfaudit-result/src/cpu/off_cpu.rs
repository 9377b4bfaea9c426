//! Time that threads spent without a CPU.

use serde::{Deserialize, Serialize};

use super::profile::{CodeOrigin, Thread};

/// How threads spent the time they lived: on a CPU, waiting for something, or waiting for a CPU.
///
/// It is counted by the kernel at each switch and not sampled. Of a thread that was woken, the time until it got a CPU
/// counts as blocked: unprivileged, only the switch tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OffCpu {
    /// All threads together.
    pub total: ThreadTime,
    /// The threads with most blocked time, most first.
    pub threads: Vec<ThreadOffCpu>,
    /// Switches that the kernel could not deliver: time around them is missing. 0 where everything was seen.
    #[serde(default)]
    pub lost: u64,
    /// In which code threads waited; none where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_in: Option<BlockedIn>,
}

/// In which code threads waited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockedIn {
    /// The stacks that were taken.
    Stacks(WaitingStacks),
    /// None were taken, and why.
    NotTaken(String),
}

/// The stacks in which threads waited, taken in the moment of giving up the CPU.
///
/// Of threads that wait very often a part is taken. The time of the others, which is known from the switches, is shared
/// out among those that lasted about as long: it is then an estimate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingStacks {
    /// Of how many of all waits the stack was taken.
    pub taken: u64,
    /// Seconds blocked in waits of which no stack was taken, and of none that lasted about as long.
    pub unknown_s: f64,
    /// Those with most blocked time, most first; the rest of [`ThreadTime::blocked_s`] was in others.
    pub stacks: Vec<WaitingStack>,
}

/// Waits with the same stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingStack {
    /// Its frames, the innermost first.
    pub frames: Vec<WaitingFrame>,
    /// Seconds blocked.
    pub blocked_s: f64,
    /// How many waits that were.
    pub waits: u64,
}

/// A frame of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingFrame {
    /// The readable name of its function.
    pub symbol: String,
    /// The source file, relative to the project where it is the project's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line that calls the next frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Whose code it is.
    pub origin: CodeOrigin,
}

/// The time of one thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ThreadOffCpu {
    /// The thread.
    pub thread: Thread,
    /// How it spent its time.
    pub time: ThreadTime,
}

/// How time was spent, in seconds and in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ThreadTime {
    /// Seconds on a CPU.
    pub running_s: f64,
    /// Seconds in which it waited: for input or output, a lock, a timer, another thread.
    pub blocked_s: f64,
    /// Seconds in which it could have run and had no CPU: another thread was given it, or it was new.
    pub preempted_s: f64,
    /// How often it began to wait.
    pub waits: u64,
    /// How often its CPU was given to another thread.
    pub preemptions: u64,
}

impl ThreadTime {
    /// Blocked time over all time, between 0 and 1; none of a thread that was not seen at all.
    #[must_use]
    pub fn blocked_share(&self) -> Option<f64> {
        let whole = self.running_s + self.blocked_s + self.preempted_s;
        (whole > 0.0).then(|| self.blocked_s / whole)
    }
}
