//! Time that threads spent without a CPU.

use serde::{Deserialize, Serialize};

use super::profile::Thread;

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
