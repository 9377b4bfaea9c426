//! `perfaudit audit --dry-run`: what would be measured, and how long it would take.

use std::fmt::Write as _;
use std::time::Duration;

use perfaudit_bench::DeliveryPart;
use perfaudit_render::quantity;
use perfaudit_result::{AuditResult, Run, StageName, StageState, Workload, WorkloadState};
use serde::Serialize;

use crate::arguments::{AuditArguments, Format};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::{Plan, runs_directory, stage_of};
use crate::output;

/// What would be done.
#[derive(Debug, Serialize)]
struct Outline {
    project: String,
    targets: Vec<Target>,
    /// Seconds that measuring takes at most; null without a budget.
    budget_s: Option<f64>,
    /// Builds, tests and sizes that objectives name.
    delivery: Vec<PlannedDelivery>,
    /// From the newest run of this project, if there is one.
    earlier: Option<Earlier>,
}

#[derive(Debug, Serialize)]
struct PlannedDelivery {
    workloads: Vec<String>,
    /// How often each is timed.
    runs: u32,
    /// What the same stage took in the newest run that had it, for as many runs; null where none had.
    estimate_s: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Target {
    package: String,
    bench: String,
    missing_features: Vec<String>,
}

/// What the newest run tells about the next.
#[derive(Debug, Serialize)]
struct Earlier {
    run: String,
    benchmarks: usize,
    build_s: f64,
    /// What measuring the same benchmarks takes in this mode.
    estimate_s: f64,
}

pub(crate) fn run(plan: &Plan, arguments: &AuditArguments) -> Result<Exit, CommandError> {
    let outline = Outline {
        project: plan.project.name.clone(),
        targets: plan
            .project
            .packages
            .iter()
            .flat_map(|package| {
                package.benches.iter().map(|bench| Target {
                    package: package.name.clone(),
                    bench: bench.name.clone(),
                    missing_features: bench.missing_features.clone(),
                })
            })
            .collect(),
        budget_s: plan.pace.budget().map(|budget| budget.as_secs_f64()),
        delivery: delivery(plan),
        earlier: earlier(plan),
    };
    if arguments.output.format == Format::Json {
        let json =
            serde_json::to_string_pretty(&outline).expect("the outline holds nothing that JSON cannot");
        output::raw(&format!("{json}\n"));
    } else {
        output::result(&describe(&outline, plan));
    }
    Ok(Exit::Pass)
}

/// What objectives name, with what the newest run tells of how long it takes.
fn delivery(plan: &Plan) -> Vec<PlannedDelivery> {
    let newest = perfaudit_run::newest(&runs_directory(&plan.work)).ok();
    let earlier: Option<Run> = newest.and_then(|newest| Some(perfaudit_run::open(&newest).ok()?.result.run));
    let planned = |part: DeliveryPart| {
        let workloads: Vec<String> =
            plan.delivery.workloads(part).into_iter().map(|workload| workload.0).collect();
        let runs = part.runs(plan.mode).get();
        let estimate_s = earlier.as_ref().and_then(|run| {
            let stage = run.stages.iter().find(|stage| stage.name == stage_of(part))?;
            let is_whole = stage.state == StageState::Done;
            is_whole.then(|| stage.duration_s * f64::from(runs) / f64::from(part.runs(run.mode).get()))
        });
        (!workloads.is_empty()).then_some(PlannedDelivery { workloads, runs, estimate_s })
    };
    DeliveryPart::ALL.into_iter().filter_map(planned).collect()
}

fn earlier(plan: &Plan) -> Option<Earlier> {
    let newest = perfaudit_run::newest(&runs_directory(&plan.work)).ok()?;
    let result: AuditResult = perfaudit_run::open(&newest).ok()?.result;
    let listed = |workload: &&Workload| {
        !workload.title.is_empty()
            && !matches!(workload.state, WorkloadState::Unsupported | WorkloadState::Ignored)
            && workload.kind.own_metric().is_none()
    };
    let benchmarks = result.workloads.iter().filter(listed).count();
    let build = result.run.stages.iter().find(|stage| stage.name == StageName::Build)?;
    let planned = plan.pace.estimate(benchmarks, Duration::ZERO).as_secs_f64();
    // What benchmarks really took, set-up and settings of their own included, beats what the mode asks for.
    let taken: Vec<f64> =
        result.workloads.iter().filter(listed).filter_map(|workload| workload.duration_s).collect();
    #[expect(clippy::cast_precision_loss, reason = "the number of benchmarks is small")]
    let measured = (result.run.mode == plan.mode && !taken.is_empty())
        .then(|| taken.iter().sum::<f64>() / taken.len() as f64 * benchmarks as f64);
    let estimate_s =
        measured.unwrap_or(planned).min(plan.pace.budget().map_or(f64::INFINITY, |b| b.as_secs_f64()));
    Some(Earlier { run: result.run.id, benchmarks, build_s: build.duration_s, estimate_s })
}

fn describe(outline: &Outline, plan: &Plan) -> String {
    let mut text = String::new();
    let line = |text: &mut String, content: String| {
        writeln!(text, "{content}").expect("writing to a string cannot fail");
    };
    let targets = quantity::counted(outline.targets.len(), "benchmark target");
    line(&mut text, format!("would build and measure {targets} of {}", outline.project));
    for target in &outline.targets {
        let missing = if target.missing_features.is_empty() {
            String::new()
        } else {
            format!("  (left out: requires --features {})", target.missing_features.join(","))
        };
        line(&mut text, format!("  {}/{}{missing}", target.package, target.bench));
    }
    match &outline.earlier {
        Some(earlier) => {
            line(
                &mut text,
                format!(
                    "measuring: about {} for the {} of run {}",
                    quantity::seconds(earlier.estimate_s),
                    quantity::counted(earlier.benchmarks, "benchmark"),
                    earlier.run
                ),
            );
            line(
                &mut text,
                format!(
                    "building: {} in that run, less when little has changed",
                    quantity::seconds(earlier.build_s)
                ),
            );
        }
        None => {
            let each = plan.pace.estimate(1, Duration::ZERO).as_secs_f64();
            line(
                &mut text,
                format!(
                    "measuring: about {} for each benchmark; how many there are is known once they are built",
                    quantity::seconds(each)
                ),
            );
        }
    }
    for planned in &outline.delivery {
        let times = if planned.runs == 1 { "once".to_owned() } else { format!("{} times", planned.runs) };
        let time = planned.estimate_s.map_or_else(
            || "how long that takes is known once it was done".to_owned(),
            |seconds| format!("about {}, by the newest run", quantity::seconds(seconds)),
        );
        line(&mut text, format!("objectives name {}: {times} each; {time}", planned.workloads.join(", ")));
    }
    if let Some(budget) = outline.budget_s {
        line(&mut text, format!("budget for measuring: {}", quantity::seconds(budget)));
    }
    text
}
