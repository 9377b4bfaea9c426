//! Builds and runs a project's benchmarks, reads their raw samples, and makes figures from them.
//!
//! - [`build`]: executables, in a target directory of our own.
//! - [`gather`]: the gatherer; lists and measures, writes samples as artifacts, computes nothing.
//! - [`metrics`]: figures from samples; pure.
//! - [`groups`]: which workloads form sweeps and matrices; pure.
//!
//! A further harness gets a folder beside `criterion`, with its own listing, launching and reading.

mod build;
mod criterion;
mod estimate;
mod executable;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gather;
mod group;
mod message;
mod pace;
mod row;

pub use build::{BuildCommand, BuildFailure, BuildFailureReason, BuildRequest, Built, DEBUG, STRIP, build};
pub use estimate::{Estimates, metrics};
pub use executable::BenchExecutable;
pub use gather::{GatherError, GatherEvent, GatherRequest, Gathered, gather, unbuilt};
pub use group::groups;
pub use pace::{Pace, Settings};
