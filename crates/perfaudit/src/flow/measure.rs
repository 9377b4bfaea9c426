//! Everything that needs the machine to itself: looking at it, benchmarks, whole commands.

use std::time::{Duration, Instant};

use perfaudit_bench::{
    Built, CommandRequest, GatherRequest, Gathered, MeasuredCommands, gather, measure_commands,
};
use perfaudit_exec::timed::Launcher;
use perfaudit_exec::{CpuTime, FileLock, Interrupt, LockError};
use perfaudit_host::{CpuTicks, after_measuring, before_measuring, calibrate, host};
use perfaudit_result::{BuildProfile, Host, Precondition, PreconditionStatus, Stage, StageName, StageState};
use perfaudit_run::{OpenedRun, RunDirectory};

use super::Plan;
use super::record::Recorder;
use crate::arguments::AuditArguments;
use crate::error::CommandError;
use crate::progress::Progress;

/// What measuring needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Measuring<'a> {
    pub(crate) arguments: &'a AuditArguments,
    pub(crate) plan: &'a Plan,
    pub(crate) built: &'a Built,
    pub(crate) profile: &'a BuildProfile,
    pub(crate) seed: u64,
    pub(crate) earlier: Option<&'a OpenedRun>,
}

/// What measuring found.
pub(crate) struct Measured {
    pub(crate) host: Host,
    pub(crate) preconditions: Vec<Precondition>,
    pub(crate) gathered: Gathered,
    pub(crate) commands: MeasuredCommands,
}

/// Everything that needs the machine to itself.
pub(crate) fn measure_stages(
    measuring: Measuring<'_>,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
    stages: &mut Vec<Stage>,
) -> Result<Measured, CommandError> {
    let lock =
        FileLock::for_measuring(interrupt, || progress.note("another perfaudit measures: waiting for it"));
    let lock = match lock {
        Ok(lock) => Some(lock),
        Err(LockError::Interrupted) => None,
        Err(error) => return Err(error.into()),
    };
    let looking = Recorder::begin(StageName::Host, Some(directory));
    progress.say("look at the host".to_owned());
    let host = host(&calibrate());
    let mut preconditions = before_measuring(measuring.profile);
    stages.push(looking.end(directory, StageState::Done, None));

    let benching = Recorder::begin(StageName::Bench, Some(directory));
    let request = GatherRequest {
        executables: &measuring.built.executables,
        filter: measuring.plan.config.bench.filter.value.as_ref(),
        pace: measuring.plan.pace,
        seed: measuring.seed,
        patience: measuring.arguments.timeout,
        earlier: measuring.earlier,
    };
    let benching_since = Instant::now();
    let (ticks, cpu_time) = (CpuTicks::now(), CpuTime::now());
    let gathered = gather(&request, directory, interrupt, &mut |event| progress.gathering(event))?;
    let (state, message) = if gathered.interrupted {
        (StageState::Partial, Some("interrupted".to_owned()))
    } else if gathered.out_of_budget {
        (StageState::Partial, Some("the budget was spent".to_owned()))
    } else if gathered.workloads.is_empty() {
        (StageState::Skipped, Some("there is nothing to measure".to_owned()))
    } else {
        (StageState::Done, None)
    };
    stages.push(benching.end(directory, state, message));
    let commands =
        command_stage(measuring, benching_since.elapsed(), directory, interrupt, progress, stages)?;
    let ours = CpuTime::now().since(cpu_time);
    let meanwhile =
        ticks.zip(CpuTicks::now()).map(|(before, after)| after.meanwhile(before, ours.own + ours.children));
    preconditions.extend(after_measuring(meanwhile));
    allow(&mut preconditions, &measuring.plan.config.audit.allow.value);
    drop(lock);
    Ok(Measured { host, preconditions, gathered, commands })
}

/// Whole commands, with what benchmarks left of the budget.
fn command_stage(
    measuring: Measuring<'_>,
    spent: Duration,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
    stages: &mut Vec<Stage>,
) -> Result<MeasuredCommands, CommandError> {
    let plan = measuring.plan;
    if plan.commands.is_empty() {
        return Ok(MeasuredCommands::default());
    }
    let running = Recorder::begin(StageName::Commands, Some(directory));
    let request = CommandRequest {
        specs: &plan.commands,
        mode: plan.mode,
        budget: plan.pace.budget().map(|budget| budget.saturating_sub(spent)),
        seed: measuring.seed,
        patience: measuring.arguments.timeout,
    };
    let mut launcher = Launcher::of_this_program()?;
    let measured = measure_commands(&request, &mut launcher, directory, interrupt, &mut |event| {
        progress.commanding(event);
    })?;
    let (state, message) = if measured.interrupted {
        (StageState::Partial, Some("interrupted".to_owned()))
    } else if measured.out_of_budget {
        (StageState::Partial, Some("the budget was spent".to_owned()))
    } else {
        (StageState::Done, None)
    };
    stages.push(running.end(directory, state, message));
    Ok(measured)
}

/// What the user allows is told, but not held against the run.
fn allow(preconditions: &mut [Precondition], codes: &[String]) {
    let allowed = |condition: &&mut Precondition| {
        condition.status == PreconditionStatus::Violated && codes.contains(&condition.code)
    };
    preconditions
        .iter_mut()
        .filter(allowed)
        .for_each(|condition| condition.status = PreconditionStatus::Allowed);
}
