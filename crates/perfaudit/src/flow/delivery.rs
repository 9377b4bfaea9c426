//! Builds, tests and sizes, as far as objectives name them.

use std::time::Duration;

use perfaudit_bench::{
    Delivery, DeliveryDetails, DeliveryEvent, DeliveryPart, DeliveryPlan, DeliveryRequest, Goal,
    MeasuredCommands,
};
use perfaudit_binary::{Detail, weigh};
use perfaudit_exec::Interrupt;
use perfaudit_exec::timed::Launcher;
use perfaudit_project::{CargoProject, config};
use perfaudit_result::{BinarySize, BuildTimeline, Ir, Limit, Stage, StageName, StageState, WorkloadId};
use perfaudit_run::RunDirectory;

use super::measure::Measuring;
use super::record::Recorder;
use crate::error::CommandError;
use crate::progress::Progress;

/// The rows of each list of sizes that a result keeps.
const ROWS: usize = 200;

/// What the objectives of the configuration name. Whoever names benchmark targets on the command line means those
/// alone; a filter is one on builds and tests too.
pub(crate) fn chosen(config: &config::Config, project: &CargoProject) -> DeliveryPlan {
    let bench = &config.bench;
    if bench.benches.origin == config::Origin::CommandLine {
        return DeliveryPlan::default();
    }
    let filter = bench.filter.value.as_ref();
    let meant = |slo: &config::Slo, id: &WorkloadId| {
        slo.workload.matches(id) && filter.is_none_or(|filter| filter.is_match(&id.0))
    };
    let matches: Vec<_> = config.slos.iter().map(|slo| move |id: &WorkloadId| meant(slo, id)).collect();
    let goals: Vec<Goal<'_>> = config
        .slos
        .iter()
        .zip(&matches)
        .map(|(slo, matches)| Goal { metric: slo.metric.name(), matches })
        .collect();
    DeliveryPlan::new(project, &goals)
}

/// The stage of a part.
pub(crate) fn stage_of(part: DeliveryPart) -> StageName {
    match part {
        DeliveryPart::CleanBuild => StageName::CleanBuild,
        DeliveryPart::IncrementalBuild => StageName::IncrementalBuild,
        DeliveryPart::TestSuite => StageName::TestSuite,
        DeliveryPart::BinarySize => StageName::BinarySize,
        DeliveryPart::IrLines => StageName::Ir,
    }
}

/// What building, testing and shipping costs, and where the bytes of what is shipped are.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) measured: MeasuredCommands,
    pub(super) sizes: Vec<BinarySize>,
    /// What builds do with their time.
    pub(super) builds: Vec<BuildTimeline>,
    /// What the compiler hands to LLVM.
    pub(super) ir: Option<Ir>,
    /// What could not be weighed or looked into.
    pub(super) limits: Vec<Limit>,
}

/// A stage for each part that has something to measure, with what the stages before left of the budget.
pub(super) fn stages(
    measuring: Measuring<'_>,
    spent: Duration,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
    stages: &mut Vec<Stage>,
) -> Result<Delivered, CommandError> {
    let plan = measuring.plan;
    let mut delivered = Delivered::default();
    let all = &mut delivered.measured;
    let parts = DeliveryPart::ALL.into_iter().filter(|part| !plan.delivery.workloads(*part).is_empty());
    let parts: Vec<DeliveryPart> = parts.collect();
    if parts.is_empty() {
        return Ok(delivered);
    }
    let mut launcher = Launcher::of_this_program()?;
    let request = DeliveryRequest {
        project: &plan.project,
        selection: &plan.selection,
        plan: &plan.delivery,
        profile: &plan.config.bench.shipped_profile.value,
        incremental_profile: &plan.config.bench.incremental_profile.value,
        work: &plan.work.path,
        mode: plan.mode,
        budget: plan.pace.budget(),
        spent,
        seed: measuring.seed,
        looks_into_builds: measuring.arguments.build_times,
        patience: measuring.arguments.timeout,
    };
    let mut observe = |event: DeliveryEvent<'_>| match event {
        DeliveryEvent::Preparing { what } => progress.say(what.to_owned()),
        DeliveryEvent::Timing(event) => progress.commanding(event),
    };
    let mut delivery = Delivery::new(request, &mut launcher, directory, interrupt, &mut observe);
    for part in parts {
        let running = Recorder::begin(stage_of(part), Some(delivery.directory()));
        let measured = delivery.measure(part)?;
        // As long as what was built is there.
        for (workload, file) in measured.shipped.iter().filter(|_| plan.stages.size) {
            progress.say(format!("weigh {workload}"));
            let detail = Detail { inlined: measuring.arguments.inlines, rows: Some(ROWS) };
            match weigh(file, &workload.0, detail) {
                Ok(size) => delivered.sizes.push(size),
                Err(error) => delivered.limits.push(Limit {
                    code: "size-unknown".to_owned(),
                    message: format!("where the bytes of {workload} are is not known: {error}"),
                    remedy: None,
                }),
            }
        }
        let (state, message) = outcome(&measured);
        stages.push(running.end(delivery.directory(), state, message));
        all.workloads.extend(measured.workloads);
        all.samples.extend(measured.samples);
        all.runs.extend(measured.runs);
        all.strays += measured.strays;
        all.interrupted |= measured.interrupted;
        all.out_of_budget |= measured.out_of_budget;
    }
    let DeliveryDetails { timelines, unseen, ir } = delivery.into_details();
    delivered.builds = timelines;
    delivered.ir = ir;
    delivered.limits.extend(unseen.into_iter().map(|(build, why)| Limit {
        code: "build-time-unknown".to_owned(),
        message: format!("what {build} does with its time is not known: {why}"),
        remedy: None,
    }));
    Ok(delivered)
}

fn outcome(measured: &MeasuredCommands) -> (StageState, Option<String>) {
    let failed = measured.workloads.iter().filter(|row| row.state.is_failure()).count();
    if measured.interrupted {
        (StageState::Partial, Some("interrupted".to_owned()))
    } else if measured.out_of_budget {
        (StageState::Partial, Some("the budget was spent".to_owned()))
    } else if failed == 0 {
        (StageState::Done, None)
    } else {
        let state = if failed == measured.workloads.len() { StageState::Failed } else { StageState::Partial };
        (state, Some(format!("{failed} of {} failed", measured.workloads.len())))
    }
}
