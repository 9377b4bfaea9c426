//! Child processes that leave nothing behind, copies and snapshots of trees, and what stages used.
//!
//! - [`Command`] and [`run`]: one child in a process group of its own, with a time limit, cancellation, and
//!   output that is bounded in memory however much the child prints.
//! - [`Gate`]: the same, with a look at the child before it runs.
//! - [`timed`]: children whose wall time, CPU time and memory are wanted, as exactly as the system tells them.
//! - [`Interrupt`]: Ctrl-C as a value that everything long looks at.
//! - [`TreeSnapshot`]: what changed in a folder while somebody else's code ran.
//! - [`copy_tree`]: a copy with the times of the original, so that build tools take it as unchanged.
//! - [`CpuTime`]: CPU seconds of this process and of its ended children.
//! - [`FileLock`]: one process at a time, as for measuring.

mod capture;
mod command;
mod copy;
mod cpu_time;
mod file_lock;
mod gate;
mod interrupt;
mod process;
mod snapshot;
mod stray;
pub mod timed;

pub use capture::Captured;
pub use command::{Command, OutputLimit};
pub use copy::{CopyError, copy_tree};
pub use cpu_time::CpuTime;
pub use file_lock::{FileLock, LockError};
pub use gate::{Gate, GateError};
pub use interrupt::Interrupt;
pub use process::{Ending, Finished, OutputLine, RunError, Stream, Usage, leaves_stops_to_tracers, run};
pub use snapshot::{Change, ChangeKind, TreeSnapshot};
