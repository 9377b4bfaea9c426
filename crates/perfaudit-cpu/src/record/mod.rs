//! Recording: samples of a command or of a running process, by the best way that the machine and rights allow.
//!
//! - [`run`] starts a command and records it from its first instruction to its end; [`attach`] records a process that
//!   runs. [`try_ladder`] tells what would work.
//! - [`source`] is the boundary between where samples come from and the [`Collector`], which follows their stacks while
//!   the target runs and counts equal ones.

mod blocks;
mod collect;
mod options;
mod perf;
mod proc;
mod processes;
pub mod source;
mod worker;

use std::time::{Duration, Instant};

use perfaudit_exec::{Command, Finished, Gate, GateError, Interrupt, OutputLine};
use perfaudit_result::Rung;

use crate::recording::Recording;
pub use collect::Collector;
pub use options::{RateHz, RecordOptions, StackBytes};
use perf::{Request, Target};
use worker::Worker;

/// How often a process that was attached to is looked at.
const TICK: Duration = Duration::from_millis(50);

/// A recording, and what it took.
#[derive(Debug)]
pub struct Recorded {
    /// What was recorded.
    pub recording: Recording,
    /// What recording cost.
    pub cost: RecordingCost,
}

/// What recording cost, and where its limits were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecordingCost {
    /// CPU seconds that this process spent on reading samples and following stacks.
    pub own_cpu_s: f64,
    /// The size of the memory in which samples wait, for each CPU.
    pub ring_bytes: usize,
    /// How often the kernel took no samples for a while because they cost too much.
    pub throttled: u64,
}

/// A way to take samples that does not work here, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The way.
    pub rung: Rung,
    /// The reason.
    pub reason: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.rung.label(), self.reason)
    }
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The command could not be started.
    #[error(transparent)]
    Run(#[from] perfaudit_exec::RunError),
    /// No wanted way to take samples works here.
    #[error("no way to take CPU samples works here: {}", list(.refused))]
    NoRung {
        /// Every way that was tried, with its reason.
        refused: Vec<Refusal>,
    },
    /// The process to attach to is not there.
    #[error("there is no process {0}")]
    NoProcess(u32),
    /// The thread that records could not be started.
    #[error("cannot start recording: {0}")]
    Start(std::io::Error),
}

fn list(refused: &[Refusal]) -> String {
    refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Which ways to take samples work here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LadderReport {
    /// Those that work, the best first.
    pub works: Vec<Rung>,
    /// The others.
    pub refused: Vec<Refusal>,
}

/// Tries every way to take samples on this process, without taking any.
#[must_use]
pub fn try_ladder() -> LadderReport {
    let options = RecordOptions::default();
    let mut report = LadderReport { works: Vec::new(), refused: Vec::new() };
    for (rung, tried) in perf::try_each(options.rate, options.stack) {
        match tried {
            Ok(()) => report.works.push(rung),
            Err(refusal) => report.refused.push(refusal),
        }
    }
    report
}

/// Runs a command and records it, with all processes that come from it, to its end. `observe` sees each line as it is
/// printed. The command's own failure is no error: see [`Finished::ending`].
///
/// # Errors
/// When the command cannot be started, or no way to take samples works: then it was not run.
pub fn run(
    command: &Command,
    gate: &Gate,
    options: &RecordOptions,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(OutputLine<'_>),
) -> Result<(Recorded, Finished), RecordError> {
    let mut worker = None;
    let look = |process| {
        worker = Some(start(Target::AtExec(process), options)?);
        Ok(())
    };
    let finished = gate.run(command, interrupt, look, observe).map_err(|error| match error {
        GateError::Run(error) => RecordError::Run(error),
        GateError::Refused(error) => error,
    })?;
    let worker = worker.expect("a child that ran was looked at first");
    Ok((worker.finish(Some(finished.usage.system)), finished))
}

/// Records a running process and what comes from it, until it ends, the time is over, or the interrupt is set.
/// A thread that starts in the moment of attaching may be missed.
///
/// # Errors
/// When there is no such process, or no way to take samples works.
pub fn attach(
    process: u32,
    limit: Option<Duration>,
    options: &RecordOptions,
    interrupt: &Interrupt,
) -> Result<Recorded, RecordError> {
    let before = proc::system_time(process).ok_or(RecordError::NoProcess(process))?;
    let worker = start(Target::Running(process), options)?;
    let begun = Instant::now();
    let mut last = before;
    while !interrupt.is_set() && limit.is_none_or(|limit| begun.elapsed() < limit) {
        std::thread::sleep(limit.map_or(TICK, |limit| limit.saturating_sub(begun.elapsed()).min(TICK)));
        match proc::system_time(process) {
            Some(system) => last = system,
            None => break,
        }
    }
    Ok(worker.finish(Some(last.saturating_sub(before))))
}

fn start(target: Target, options: &RecordOptions) -> Result<Worker, RecordError> {
    let mut refused = Vec::new();
    let request = Request { target, rungs: &options.rungs, rate: options.rate, stack: options.stack };
    let session =
        perf::open_best(&request, &mut refused).ok_or(RecordError::NoRung { refused: refused.clone() })?;
    Worker::start(session, target, refused, options).map_err(RecordError::Start)
}
