//! Everything that needs the machine to itself: looking at it, benchmarks, whole commands, builds and tests.

use std::time::{Duration, Instant};

use perfaudit_bench::{
    Built, CommandRequest, GatherRequest, Gathered, MeasuredCommands, gather, measure_commands,
};
use perfaudit_exec::timed::Launcher;
use perfaudit_exec::{CpuTime, FileLock, Interrupt, LockError};
use perfaudit_host::{CpuTicks, after_measuring, before_measuring, calibrate, host};
use perfaudit_result::{
    BuildProfile, Host, Limit, Precondition, PreconditionStatus, Stage, StageName, StageState, Workload,
    WorkloadState,
};
use perfaudit_run::{OpenedRun, RunDirectory};

use super::Plan;
use super::again::Subjects;
use super::cpu::{Profiled, RunningProcess, cpu_stage};
use super::delivery::Delivered;
use super::heap::{CountedWorkload, heap_stage};
use super::instructions::{CountedInstructions, instructions_stage};
use super::noise_floor::{self, Floor, FloorRequest};
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
    /// Why there is no noise floor, or it was not kept.
    pub(crate) floor_limits: Vec<Limit>,
    pub(crate) preconditions: Vec<Precondition>,
    pub(crate) gathered: Gathered,
    pub(crate) commands: MeasuredCommands,
    pub(crate) delivery: Delivered,
    pub(crate) profiled: Vec<Profiled>,
    pub(crate) instructions: Vec<CountedInstructions>,
    pub(crate) counted: Vec<CountedWorkload>,
}

/// What was seen of workloads that were run again.
#[derive(Default)]
struct SeenInside {
    profiled: Vec<Profiled>,
    instructions: Vec<CountedInstructions>,
    counted: Vec<CountedWorkload>,
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
    let mut host = host(&calibrate());
    let measuring_since = Instant::now();
    let floor_limits = noise_floor(&mut host, measuring, interrupt, progress);
    let mut preconditions = before_measuring(measuring.profile);
    if !measuring.built.executables.is_empty() {
        preconditions.push(measuring.plan.like_shipped());
    }
    stages.push(looking.end(directory, StageState::Done, None));

    let benching = Recorder::begin(StageName::Bench, Some(directory));
    let request = GatherRequest {
        executables: &measuring.built.executables,
        filter: measuring.plan.config.bench.filter.value.as_ref(),
        pace: measuring.plan.pace,
        seed: measuring.seed,
        patience: measuring.arguments.timeout,
        earlier: measuring.earlier,
        spent: measuring_since.elapsed(),
        refines: measuring.plan.stages.refines,
        is_followed: !measuring.plan.commands.is_empty(),
        width: &|workload, samples| {
            super::objectives::width(&measuring.plan.config, workload, samples, measuring.seed)
        },
    };
    let (ticks, cpu_time) = (CpuTicks::now(), CpuTime::now());
    let mut gathered = gather(&request, directory, interrupt, &mut |event| progress.gathering(event))?;
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
        command_stage(measuring, measuring_since.elapsed(), directory, interrupt, progress, stages)?;
    let delivery = super::delivery::stages(
        measuring,
        measuring_since.elapsed(),
        directory,
        interrupt,
        progress,
        stages,
    )?;
    gathered.workloads.extend(measuring.plan.process.map(RunningProcess::workload));
    gathered.workloads.extend(measuring.plan.recorded.as_ref().map(|recorded| recorded.workload()));
    let SeenInside { profiled, instructions, counted } =
        look_inside(measuring, &gathered, &commands, directory, interrupt, progress, stages)?;
    let ours = CpuTime::now().since(cpu_time);
    let meanwhile =
        ticks.zip(CpuTicks::now()).map(|(before, after)| after.meanwhile(before, ours.own + ours.children));
    let rows = gathered.workloads.iter().chain(&commands.workloads).chain(&delivery.measured.workloads);
    // What disturbs a run says something about its figures only.
    if !profiled.is_empty() || rows.into_iter().any(|row| row.state == WorkloadState::Measured) {
        preconditions.extend(after_measuring(meanwhile));
    }
    allow(&mut preconditions, &measuring.plan.config.audit.allow.value);
    drop(lock);
    Ok(Measured {
        host,
        floor_limits,
        preconditions,
        gathered,
        commands,
        delivery,
        profiled,
        instructions,
        counted,
    })
}

/// Samples where the measured workloads spend CPU time, and counts their instructions and what they allocate.
fn look_inside(
    measuring: Measuring<'_>,
    gathered: &Gathered,
    commands: &MeasuredCommands,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
    stages: &mut Vec<Stage>,
) -> Result<SeenInside, CommandError> {
    let plan = measuring.plan;
    let mut seen = SeenInside::default();
    let workloads: Vec<Workload> = gathered.workloads.iter().chain(&commands.workloads).cloned().collect();
    let samples = |workload: &Workload| {
        let artifact = workload.samples.as_ref()?;
        gathered.samples.get(artifact).or_else(|| commands.samples.get(artifact))
    };
    let subjects = Subjects { workloads: &workloads, samples: &samples, commands: &plan.commands };
    if plan.stages.cpu {
        let (found, stage) = cpu_stage(measuring, subjects, plan.cpu_budget, directory, interrupt, progress)?;
        seen.profiled = found;
        stages.push(stage);
    }
    if let Some(witness) = measuring.arguments.witness {
        let (found, stage) =
            instructions_stage(witness, measuring, subjects, directory, interrupt, progress)?;
        seen.instructions = found;
        stages.push(stage);
    }
    if plan.stages.heap {
        let (found, stage) =
            heap_stage(measuring, subjects, plan.heap_budget, directory, interrupt, progress)?;
        seen.counted = found;
        stages.push(stage);
    }
    Ok(seen)
}

/// Fills in the noise floor of the host, or says why there is none.
fn noise_floor(
    host: &mut Host,
    measuring: Measuring<'_>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Vec<Limit> {
    let plan = measuring.plan;
    // Figures that only serve profiles are compared with nothing.
    let is_idle =
        !plan.stages.refines || (measuring.built.executables.is_empty() && plan.commands.is_empty());
    // Not more than a tenth of the time goes into it.
    let is_short = plan.pace.budget().is_some_and(|budget| budget < noise_floor::LONGEST * 10);
    let request = FloorRequest {
        source: plan.config.audit.noise_floor.value,
        store: measuring.arguments.store.directory.as_deref(),
        not_now: if is_idle || measuring.arguments.dry_run {
            Some("nothing is measured in this run")
        } else if is_short {
            Some("measuring it takes too much of the budget")
        } else {
            None
        },
        seed: measuring.seed,
    };
    let Floor { floor, warnings } = noise_floor::establish(&request, host, interrupt, || {
        progress.say("measure how far this machine differs from itself, up to 10 s".to_owned());
    });
    noise_floor::told(floor, warnings, host, !is_idle)
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
        budget: plan.pace.budget(),
        spent,
        seed: measuring.seed,
        patience: measuring.arguments.timeout,
        earlier: measuring.earlier,
        label: "command",
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
