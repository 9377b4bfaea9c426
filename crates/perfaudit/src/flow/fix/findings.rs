//! What there is to mend: findings of rules and suggestions of clippy, the hottest first.

use std::collections::BTreeMap;
use std::time::Duration;

use perfaudit_exec::{Interrupt, OutputLimit, run};
use perfaudit_result::{ArtifactId, AuditResult, CodeKind, CpuProfile, Finding, HeapProfile, Unmended};
use perfaudit_run::{OpenedRun, RunDirectory};
use perfaudit_source::fix::{ARGUMENTS, Suggestion, suggestions};

use super::workloads::{self, Times};
use crate::error::CommandError;
use crate::flow::source::{self, Priced, Profiles};
use crate::flow::{Plan, runs_directory};
use crate::progress::Progress;

/// Messages of a large workspace.
const MOST_OUTPUT: OutputLimit = OutputLimit(256 * 1024 * 1024);
/// A workspace that is not checked by then has no suggestions.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// What there is to mend.
pub(super) struct Found {
    /// Findings in what ships, the most important first.
    pub(super) findings: Vec<Finding>,
    /// Suggestions with what their lines cost.
    pub(super) suggestions: Vec<(Suggestion, Priced)>,
    /// The run whose profiles tell what is hot.
    pub(super) ranked_by: Option<String>,
    /// The benchmarks of that run.
    pub(super) times: Times,
    /// What no patch was made for.
    pub(super) without: Vec<Unmended>,
}

/// What tells what is hot.
#[derive(Clone, Copy)]
pub(super) struct Ranking<'a> {
    /// The run; none where no run of the project has profiles.
    pub(super) result: Option<&'a AuditResult>,
    pub(super) profiles: Profiles<'a>,
}

/// The stacks of a run without profiles.
pub(super) type NoStacks = (BTreeMap<ArtifactId, CpuProfile>, BTreeMap<ArtifactId, HeapProfile>);

impl<'a> Ranking<'a> {
    /// By a run that was opened; by nothing where there is none.
    pub(super) fn of_run(run: Option<&'a OpenedRun>, none: &'a NoStacks) -> Self {
        let profiles = match run {
            Some(run) => Profiles {
                cpu: run.result.cpu.as_ref(),
                stacks: &run.profiles,
                heap: run.result.heap.as_ref(),
                allocations: &run.heaps,
            },
            None => Profiles { cpu: None, stacks: &none.0, heap: None, allocations: &none.1 },
        };
        Self { result: run.map(|run| &run.result), profiles }
    }
}

/// Reads the source, joins it with profiles of the project, and asks clippy for suggestions.
pub(super) fn find(
    plan: &Plan,
    ranking: Ranking<'_>,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Found, CommandError> {
    let (scanned, _) = source::source_stage(plan, directory, interrupt, progress)?;
    progress.say("source: ask clippy for suggestions".to_owned());
    let asked = if plan.project.has_cargo() { suggested(plan, interrupt) } else { Vec::new() };
    let shipped: Vec<&str> = scanned
        .scan
        .files
        .iter()
        .filter(|file| file.place == perfaudit_source::scan::Place::Production)
        .map(|file| file.path.as_str())
        .collect();
    let asked: Vec<Suggestion> =
        asked.into_iter().filter(|one| shipped.contains(&one.file.as_str())).collect();
    let Ranking { result, profiles } = ranking;
    let places: Vec<(&str, (u32, u32))> = asked.iter().map(|one| (one.file.as_str(), one.lines)).collect();
    let prices = source::priced(profiles, &places);
    let suggestions = asked.iter().cloned().zip(prices).collect();
    let read = source::read(scanned, &plan.config.source, profiles, &plan.project.root);
    let ships =
        |finding: &Finding| finding.code.as_ref().is_some_and(|code| code.kind == CodeKind::Production);
    let findings = read.findings.into_iter().filter(ships).collect();
    let ranked_by = result.map(|result| result.run.id.clone());
    let times = result.map(workloads::times).unwrap_or_default();
    Ok(Found { findings, suggestions, ranked_by, times, without: Vec::new() })
}

/// The newest run of the project that was profiled; comparisons have profiles, too, but of two sides.
pub(super) fn profiled(plan: &Plan) -> Option<OpenedRun> {
    let runs = perfaudit_run::finished_runs(&runs_directory(&plan.work));
    let mut opened = runs.iter().rev().filter_map(|run| perfaudit_run::open(run).ok());
    opened.find(|run| run.result.cpu.is_some() || run.result.heap.is_some())
}

/// What clippy would have cargo apply by itself; nothing where the project does not compile, which its tests will tell.
fn suggested(plan: &Plan, interrupt: &Interrupt) -> Vec<Suggestion> {
    let command = plan
        .project
        .cargo
        .command("clippy")
        .args(["--workspace", "--message-format=json", "--quiet"])
        .env("CARGO_TARGET_DIR", plan.work.path.join("clippy"))
        .time_limit(LONGEST)
        .output_limit(MOST_OUTPUT)
        .args(source::locked(plan))
        .args(plan.selection.features.cargo_arguments())
        .arg("--")
        .args(ARGUMENTS);
    let finished = run(&command, interrupt, &mut |_| {});
    let finished = finished.ok().filter(|finished| finished.ending.is_success());
    finished.map_or_else(Vec::new, |finished| suggestions(&finished.stdout.text()))
}
