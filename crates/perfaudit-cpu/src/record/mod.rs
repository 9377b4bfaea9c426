//! Recording: samples of a command or of a running process, by the best way that the machine and rights allow.
//!
//! - [`run`] starts a command and records it from its first instruction to its end; [`attach`] records a process that
//!   runs. [`try_ladder`] tells what would work.
//! - [`perf_data`] reads what `perf record` recorded.
//! - [`source`] is the boundary between where samples come from and the [`Collector`], which follows their stacks while
//!   the target runs and counts equal ones.

mod agent;
mod blocks;
mod collect;
mod options;
mod perf;
pub mod perf_data;
mod proc;
mod processes;
mod ptrace;
mod scheduling;
pub mod source;
mod stack_steps;
mod usage;
mod wait_times;
mod worker;

use std::time::{Duration, Instant};

use perfaudit_exec::{Command, Finished, Gate, GateError, Interrupt, OutputLine};
use perfaudit_result::{OffCpu, Rung, Usage};

use crate::recording::{Recording, WaitStacks};
pub use collect::Collector;
pub use options::{RateHz, RecordOptions, StackBytes};
use perf::{Request, Target};
use usage::UsageWatch;
use worker::{Source, Spent, Worker};

/// How often a process that was attached to is looked at.
const TICK: Duration = Duration::from_millis(50);

/// A recording, and what it took.
#[derive(Debug)]
pub struct Recorded {
    /// What was recorded.
    pub recording: Recording,
    /// How threads spent the time they lived; none where the system does not tell.
    pub off_cpu: Option<OffCpu>,
    /// The stacks in which threads waited, or why there are none; none at all where nothing is known of waits.
    pub waits: Option<Result<WaitStacks, String>>,
    /// Processor and memory over time; none of a target that ended at once, or where the system does not tell.
    pub usage: Option<Usage>,
    /// What recording cost.
    pub cost: RecordingCost,
}

/// What recording cost, and where its limits were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecordingCost {
    /// CPU seconds that this process spent on reading samples and following stacks.
    pub own_cpu_s: f64,
    /// The size of the memory in which samples wait: for each CPU, or for all where they share it.
    pub waiting_bytes: usize,
    /// How often the kernel took no samples for a while because they cost too much.
    pub throttled: u64,
    /// Threads that could not be sampled because the system refused a timer.
    pub refused_threads: u64,
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
    /// The library that takes samples did not start in the command, which has run.
    #[error(
        "the preloaded sampler did not start in `{0}`: its file may have capabilities, its environment may be cleared, \
         or programs may not be loaded from the folder for temporary files (`TMPDIR` names another)"
    )]
    NotLoaded(String),
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
    for (rung, tried) in
        perf::try_each(options.rate, options.stack).chain([agent::try_it(), ptrace::try_it()])
    {
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
    let run = Run { gate, options, interrupt };
    let mut refused = Vec::new();
    if options.rungs.iter().any(|&rung| perf::offers(rung)) {
        match run.to_its_end(command, observe, |process| open_perf(Target::AtExec(process), options)) {
            Err(RecordError::NoRung { refused: reasons }) => refused = reasons,
            done => return done,
        }
    }
    if options.rungs.contains(&Rung::Agent) {
        match agent::prepare(command, options) {
            Ok((command, source)) => {
                let open = |_| Ok((Box::new(source) as Box<dyn Source>, Collector::that_asks(), refused));
                return run.to_its_end(&command, observe, open);
            }
            Err(refusal) => refused.push(refusal),
        }
    }
    if options.rungs.contains(&Rung::Ptrace) {
        return run
            .to_its_end(command, observe, |process| open_ptrace(Target::AtExec(process), options, refused));
    }
    Err(RecordError::NoRung { refused })
}

/// A source that is open, what it hands samples to, and why nothing better is open.
type Opened = (Box<dyn Source>, Collector, Vec<Refusal>);

/// How a command is run.
struct Run<'a> {
    gate: &'a Gate,
    options: &'a RecordOptions,
    interrupt: &'a Interrupt,
}

impl Run<'_> {
    fn to_its_end(
        &self,
        command: &Command,
        observe: &mut dyn FnMut(OutputLine<'_>),
        open: impl FnOnce(u32) -> Result<Opened, RecordError>,
    ) -> Result<(Recorded, Finished), RecordError> {
        let mut running = None;
        let look = |process| {
            let (source, collector, refused) = open(process)?;
            let started = Worker::start(source, collector, refused, self.options);
            let watch = UsageWatch::start(process).map_err(RecordError::Start)?;
            running = Some((started.map_err(RecordError::Start)?, watch));
            Ok(())
        };
        let finished =
            self.gate.run(command, self.interrupt, look, observe).map_err(|error| match error {
                GateError::Run(error) => RecordError::Run(error),
                GateError::Refused(error) => error,
            })?;
        let (worker, watch) = running.expect("a child that ran was looked at first");
        let usage = finished.usage;
        let spent = Spent { cpu: Some(usage.user + usage.system), system: Some(usage.system) };
        match worker.finish(spent, watch.finish()) {
            Some(recorded) => Ok((recorded, finished)),
            None => Err(RecordError::NotLoaded(command.argv().join(" "))),
        }
    }
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
    let before = proc::cpu_time(process).ok_or(RecordError::NoProcess(process))?;
    let target = Target::Running(process);
    let (source, mut collector, refused) = match open_perf(target, options) {
        Err(RecordError::NoRung { mut refused }) => {
            if options.rungs.contains(&Rung::Agent) {
                refused.push(agent::only_from_the_start());
            }
            if !options.rungs.contains(&Rung::Ptrace) {
                return Err(RecordError::NoRung { refused });
            }
            open_ptrace(target, options, refused)?
        }
        opened => opened?,
    };
    collector.look_up(process);
    collector.find_threads(process);
    let worker = Worker::start(source, collector, refused, options).map_err(RecordError::Start)?;
    let watch = UsageWatch::start(process).map_err(RecordError::Start)?;
    let begun = Instant::now();
    let mut last = before;
    while !interrupt.is_set() && limit.is_none_or(|limit| begun.elapsed() < limit) {
        std::thread::sleep(limit.map_or(TICK, |limit| limit.saturating_sub(begun.elapsed()).min(TICK)));
        match proc::cpu_time(process) {
            Some(time) => last = time,
            None => break,
        }
    }
    let spent = last.since(before);
    let spent = Spent { cpu: Some(spent.user + spent.system), system: Some(spent.system) };
    Ok(worker.finish(spent, watch.finish()).expect("the kernel's events need not start in the target"))
}

fn open_ptrace(
    target: Target,
    options: &RecordOptions,
    mut refused: Vec<Refusal>,
) -> Result<Opened, RecordError> {
    match ptrace::open(target, options) {
        Ok(source) => Ok((Box::new(source), Collector::that_asks(), refused)),
        Err(refusal) => {
            refused.push(refusal);
            Err(RecordError::NoRung { refused })
        }
    }
}

fn open_perf(target: Target, options: &RecordOptions) -> Result<Opened, RecordError> {
    let mut refused = Vec::new();
    let request = Request {
        target,
        rungs: &options.rungs,
        rate: options.rate,
        stack: options.stack,
        most_stack: options.most_stack,
    };
    match perf::open_best(&request, &mut refused) {
        Some(session) => Ok((Box::new(session), Collector::new(), refused)),
        None => Err(RecordError::NoRung { refused }),
    }
}
