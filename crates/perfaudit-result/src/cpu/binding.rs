//! What a workload's time is bound by.

use serde::{Deserialize, Serialize};

/// What takes most of a workload's time, so that nothing else is worth changing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// Computing in user code.
    Cpu,
    /// Work of the kernel that it asks for: system calls.
    Kernel,
    /// Waiting for input or output, locks, timers, other processes.
    Waiting,
    /// Allocating and freeing memory.
    Allocation,
    /// Touching memory for the first time, or memory that was taken away meanwhile.
    MemoryFaults,
    /// Too little is known.
    Unknown,
}

impl Binding {
    /// In words, for reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Kernel => "kernel",
            Self::Waiting => "waiting",
            Self::Allocation => "allocation",
            Self::MemoryFaults => "memory faults",
            Self::Unknown => "not known",
        }
    }
}

/// What binds a workload, why that is said, and what to look at next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BoundBy {
    /// What it is.
    pub binding: Binding,
    /// The shares that it was judged by, and those that were not measured.
    pub evidence: String,
    /// What to run or look at next.
    pub next: String,
}
