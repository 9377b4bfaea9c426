//! Children whose time and resources are measured.
//!
//! They are started by a [`Launcher`]: a small process of its own that does nothing else. That is not for
//! tidiness. What a system tells of an ended child is spoilt by whoever started it:
//!
//! - **Peak memory.** When a process calls `exec`, Linux adds the peak of the address space it leaves to its
//!   `ru_maxrss` (`exec_mmap` in the kernel calls `setmax_mm_hiwater_rss`). Up to its `exec` a child lives in its
//!   starter's address space, or in a copy of it: `true`, started by a program of 500 MB, reports 500 MB. A child
//!   that is *forked* begins with zero, so a child of the launcher carries the launcher's few megabytes at most,
//!   however large the program is that wants to know. Up to that size nothing can be told: [`PeakRss::AtMost`].
//! - **Page faults and context switches** are added up over all children of a process; the launcher has one child
//!   at a time, so the difference before and after is that child's.
//! - **What a child leaves behind** is handed to the launcher by the kernel (it is a "child subreaper"), so that one
//!   system call tells whether anything is left, and nothing has to be searched for after each run.
//!
//! The clock runs from just before the child is started until the wait for it returns. Meanwhile the launcher sleeps
//! in the kernel: threads that read standard error, hash standard output and listen for the order to stop wake only
//! when there is something. Time limits and interrupts are watched by whoever owns the launcher. Streams are closed,
//! and what was left behind is ended, when the clock has stopped.
//!
//! Linux counts CPU time exactly, but splits it between user and system by what ran at clock ticks (100 to 1000 a
//! second): in a command of a few milliseconds the sum is right and the split is a guess.

mod child;
mod control;
mod descendants;
mod launcher;
mod memory;
mod server;
mod streams;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::process::Ending;

pub use launcher::Launcher;
pub(crate) use server::ASKED;
pub use server::serve_if_asked;

/// A command to be measured, and what its streams are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TimedCommand {
    /// What to run. The output limit is for standard error.
    pub command: Command,
    /// The file on standard input; `/dev/null` without one.
    pub input: Option<PathBuf>,
    /// What becomes of standard output.
    pub output: OutputUse,
}

/// What becomes of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputUse {
    /// It is `/dev/null`. Some programs look, and do less: `grep` stops at the first match.
    Discarded,
    /// It is a pipe whose content is hashed while it comes.
    Hashed,
}

/// A measured child that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// How it ended.
    pub ending: Ending,
    /// From just before it was started until the wait for it returned, by the monotonic clock.
    pub wall: Duration,
    /// CPU time in user mode, with all descendants that were waited for.
    pub user: Duration,
    /// CPU time in the kernel, with all descendants that were waited for.
    pub system: Duration,
    /// The largest resident memory of the child or of one descendant that was waited for.
    pub peak_rss: PeakRss,
    /// Page faults served without reading from a disk.
    pub minor_faults: u64,
    /// Page faults that had to read from a disk.
    pub major_faults: u64,
    /// Switches to another process because this one waited.
    pub voluntary_switches: u64,
    /// Switches to another process although this one could have gone on.
    pub involuntary_switches: u64,
    /// What it printed on standard output, if that was hashed.
    pub stdout: Option<OutputDigest>,
    /// The beginning and the end of what it printed on standard error.
    pub stderr: String,
    /// Processes it left behind, which were ended.
    pub strays: usize,
}

/// What is known of the peak of resident memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeakRss {
    /// This many bytes. The kernel's counters are exact to 128 KiB for each CPU that the program ran on.
    Measured(u64),
    /// Not more than this many bytes, which the launcher itself occupied: less cannot be told from it.
    AtMost(u64),
}

/// The length and the digest of what a child printed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OutputDigest {
    /// The number of bytes.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Why a command was not measured.
#[derive(Debug, thiserror::Error)]
pub enum TimedError {
    /// The launcher cannot be started.
    #[error("cannot start the launcher: {source}")]
    Start {
        /// What the system said.
        source: std::io::Error,
    },
    /// What was started as a launcher is none.
    #[error(
        "the launcher did not answer: the program must call `perfaudit_exec::timed::serve_if_asked` first of all"
    )]
    NoLauncher,
    /// The launcher is gone.
    #[error(
        "the process that starts commands ended while this one ran ({how}): was it killed, or memory short?"
    )]
    Lost {
        /// How it ended.
        how: String,
    },
    /// The command cannot be run: the program, its directory or its input is not there.
    #[error("{0}")]
    Refused(String),
}
