//! Builds and runs a project's benchmarks, reads their raw samples, and makes figures from them.
//!
//! - [`build`]: executables, in a target directory of our own.
//! - [`list`]: which benchmarks there are.
//! - [`gather`]: the gatherer; lists and measures, writes samples as artifacts, computes nothing.
//! - [`metrics`]: figures from samples; pure.
//! - [`groups`]: which workloads form sweeps and matrices; pure.
//! - [`Delivery`]: the gatherer of what building, testing and shipping the project costs; [`delivery_metrics`] makes
//!   its figures. [`project_ir`] counts what the compiler hands to LLVM.
//! - [`profiled_process`]: one benchmark in a process to be looked at; [`one_iteration`] and [`many_iterations`]: one
//!   that runs a known number of iterations.
//! - [`measure_commands`]: the gatherer of whole commands; [`command_metrics`] makes their figures.
//! - [`measure_against_themselves`]: commands against themselves; [`kernel_noise`] tells how far they lie apart.
//!
//! - [`compile_trial`] and [`run_trial`]: whether a target compiles, and whether a benchmark of it runs at all.
//!
//! A further harness gets a folder beside `criterion`, `divan` and `libtest`, with its own listing, launching and
//! reading.

mod build;
mod command;
mod criterion;
mod delivery;
mod divan;
mod estimate;
mod executable;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gather;
mod group;
mod iterations;
mod libtest;
mod linking;
mod message;
mod pace;
mod profile;
mod row;
mod stand_in;
mod stated;
mod trial;

pub use build::{BuildCommand, BuildFailure, BuildFailureReason, BuildRequest, Built, DEBUG, STRIP, build};
pub use command::{
    AcceptedExit, Cache, CommandEvent, CommandLine, CommandRequest, CommandRun, CommandRuns, CommandSpec,
    FLOOR_SHARE, Family, MOST_OUTPUTS, MeasuredCommands, NeedsShell, Output, Preparation, Remark, Runs,
    SelfPairs, SelfPairsError, SourceChange, SteppedCommand, command_metrics, command_row, estimate_floors,
    kernel_noise, measure_against_themselves, measure_commands,
};
pub use delivery::{
    Delivery, DeliveryDetails, DeliveryEvent, DeliveryPart, DeliveryPlan, DeliveryRequest, Goal, IrError,
    IrRequest, ProjectIr, compile_ir_if_asked, compile_timed_if_asked, delivery_metrics, ir_method,
    project_ir,
};
pub use estimate::{Estimates, median_estimate, metrics};
pub use executable::BenchExecutable;
pub use gather::{GatherError, GatherEvent, GatherRequest, Gathered, gather, list, unbuilt};
pub use group::groups;
pub use iterations::{
    IterationCount, IterationRequest, has_run, iteration_count, many_iterations, one_iteration,
};
pub use linking::{Linkage, compile_to_link_if_asked};
pub use pace::{Pace, Settings};
pub use profile::{
    MeasuredProcess, ProfileRequest, ProfiledProcess, Stated as StatedWhileProfiled, profiled_process,
};
pub use trial::{CompileError, Compiled, TrialError, TrialRequest, compile_trial, run_trial};
