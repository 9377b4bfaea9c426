//! Where a program spends its CPU time.
//!
//! - [`record`]: sources of samples (a ladder, the best that the machine and rights allow), unwinding while the target
//!   runs, stacks of addresses: a [`Recording`].
//! - [`symbols`]: from a recording to a [`CpuProfile`](perfaudit_result::CpuProfile) with inlined frames, files, lines and
//!   whose code it is.
//! - [`analyse`]: pure: from profiles to hotspots with intervals, to the measured part of a benchmark, to differences.
//! - [`instructions`]: how many instructions a command runs, where the processor does not count them.
//! - [`export`]: profiles in the formats of other tools.

pub mod analyse;
mod call_tree;
pub mod export;
#[cfg(target_os = "linux")]
pub mod instructions;
#[cfg(target_os = "linux")]
pub mod record;
mod recording;
mod runs;
pub mod symbols;
#[cfg(target_os = "linux")]
mod unwind;

pub use call_tree::CallTree;
pub use recording::{CodeAddress, FileIdentity, Lookup, Module, Recording, WaitRun, WaitStacks};
