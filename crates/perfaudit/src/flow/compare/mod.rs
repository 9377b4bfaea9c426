//! Two sides against each other: build both, run them by turns, judge.

mod again;
mod builds;
mod commands;
mod error;
mod functions;
mod measure;
mod recorded;
mod verdict;
mod witnesses;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use perfaudit_exec::{Interrupt, TreeSnapshot};
use perfaudit_project::config::Config;
use perfaudit_project::{CargoProject, ProjectError, ProjectRoot, Selection};
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{Both, Side};
use perfaudit_result::{
    ArtifactKind, AuditResult, Mode, ReproduceStep, Run, SCHEMA_VERSION, StageName, StageState, Tool,
};
use perfaudit_run::RunDirectory;

use self::builds::{Builds, BuildsRequest};
use self::measure::Measuring;
use super::record::Recorder;
use super::{CompletedRun, changes, describe, profile_of, random_seed, run_id, runs_directory};
use crate::arguments::CompareArguments;
use crate::error::CommandError;
use crate::progress::Progress;
use crate::settings;

pub(crate) use error::CompareError;
pub(crate) use recorded::recorded;

/// How many layouts of each program are measured where that is not said: each costs a compilation of its last crate.
const LAYOUTS: u32 = 3;

/// As the user would name it.
fn named(source: &ArmSource) -> String {
    source.name()
}

/// What is compared.
enum Sides {
    Builds(Box<Builds>),
    Commands(Box<commands::Commands>),
}

/// Compares two sides.
pub(crate) fn compare(
    arguments: &CompareArguments,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<CompletedRun, CommandError> {
    let started = Timestamp::now();
    let clock = Instant::now();
    let discovering = Recorder::begin(StageName::Discover, None);
    progress.say("find  both sides".to_owned());
    let sources = Both { a: arguments.a.clone(), b: arguments.b.clone() };
    let are_trees = are_trees(&sources)?;
    let project = project(&arguments.project, are_trees, interrupt)?;
    let config = settings::effective_for_comparison(&project.root, arguments)?;
    let work = project.work_directory()?;
    let seed = u64::from(arguments.seed.unwrap_or_else(random_seed));
    let id = run_id(started, seed);
    let runs = arguments.out.is_none().then(|| runs_directory(&work));
    let path = runs.as_ref().map_or_else(|| arguments.out.clone().unwrap_or_default(), |runs| runs.join(&id));
    let mut directory = RunDirectory::create(&path)?;
    let skip = [project.target_directory.clone(), directory.path().to_owned()];
    let snapshot =
        || TreeSnapshot::take(&project.root, &skip.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    let tree = snapshot();
    let mut stages = vec![discovering.end(&directory, StageState::Done, None)];

    let building = Recorder::begin(StageName::Build, Some(&directory));
    let sides = sides(arguments, &sources, &project, &config, interrupt, progress);
    // A run that has nothing to tell leaves nothing.
    let mut sides = sides.inspect_err(|_| drop(std::fs::remove_dir(directory.path())))?;
    if let Sides::Builds(builds) = &sides {
        for side in Side::BOTH {
            let log = builds.built.get(side).built.log.as_bytes();
            let name = format!("artifacts/build-{}.log", side.letter().to_lowercase());
            directory.add(ArtifactKind::BuildLog, &name, log)?;
        }
        stages.push(building.end(&directory, StageState::Done, None));
    }
    let measuring = Measuring { project: &project, arguments, config: &config, seed, interrupt, progress };
    let profile = profile_of(&project, config.bench.selection().profile.as_deref());
    let measured = measuring.measure(&mut sides, &profile, &mut directory, &mut stages)?;

    let analysing = Recorder::begin(StageName::Analyse, Some(&directory));
    let comparison = measured.comparison;
    let tree_changes = changes(&snapshot(), &tree);
    stages.push(analysing.end(&directory, StageState::Done, None));
    let run = Run {
        id,
        argv,
        started: started.to_string(),
        duration_s: clock.elapsed().as_secs_f64(),
        mode: config.audit.mode.value,
        seed,
        interrupted: interrupt.is_set(),
        stages,
        tree_changes,
    };
    let mut limits = verdict::limits(&comparison);
    limits.extend(measured.limits);
    let result = AuditResult {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "perfaudit".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        verdict: verdict::verdict(&comparison, arguments.gate, run.interrupted),
        project: describe(&project, profile, interrupt),
        host: measured.host,
        preconditions: measured.preconditions,
        workloads: Vec::new(),
        slos: Vec::new(),
        cpu: None,
        heap: None,
        source: None,
        comparison: None,
        paired: Some(comparison),
        groups: Vec::new(),
        findings: Vec::new(),
        next_actions: Vec::new(),
        limits,
        reproduce: vec![again(&run)],
        artifacts: directory.artifacts().to_vec(),
        run,
    };
    let runs = runs.map(|runs| (runs, config.audit.keep.value));
    Ok(CompletedRun {
        directory,
        runs,
        store: None,
        result,
        samples: measured.samples,
        profiles: measured.profiles,
        heaps: BTreeMap::new(),
    })
}

/// Whether both sides are source trees; otherwise both are run as they are.
fn are_trees(sources: &Both<ArmSource>) -> Result<bool, CompareError> {
    let is_tree = |source: &ArmSource| match source {
        ArmSource::Revision(_) | ArmSource::WorkingTree => Some(true),
        ArmSource::Binary(_) | ArmSource::Command(_) => Some(false),
        ArmSource::Run(_) => None,
    };
    match (is_tree(&sources.a), is_tree(&sources.b)) {
        (Some(a), Some(b)) if a == b => Ok(a),
        _ => Err(CompareError::Mixed),
    }
}

/// The user's own tree, which is only looked at; where programs are compared there need be none.
fn project(path: &Path, is_needed: bool, interrupt: &Interrupt) -> Result<CargoProject, CommandError> {
    Ok(match ProjectRoot::locate(path, interrupt) {
        Ok(root) => CargoProject::discover(root, &Selection::default(), true, interrupt)?,
        Err(ProjectError::NoManifest { .. }) if !is_needed => CargoProject::none(path)?,
        Err(error) => return Err(error.into()),
    })
}

fn sides(
    arguments: &CompareArguments,
    sources: &Both<ArmSource>,
    project: &CargoProject,
    config: &Config,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Sides, CommandError> {
    if !are_trees(sources)? {
        let here = std::env::current_dir().unwrap_or_else(|_| project.root.clone());
        let commands = commands::commands(sources, &arguments.program_arguments, &here)?;
        return Ok(Sides::Commands(Box::new(commands)));
    }
    if !arguments.program_arguments.is_empty() {
        return Err(CompareError::NoProgram.into());
    }
    let request = BuildsRequest {
        sources,
        folder: &arguments.project,
        project,
        selection: &config.bench.selection(),
        offline: config.audit.offline.value,
        layouts: arguments.layouts.unwrap_or(match config.audit.mode.value {
            Mode::Quick => 1,
            Mode::Standard | Mode::Full => LAYOUTS,
        }),
    };
    Ok(Sides::Builds(Box::new(builds::build(request, interrupt, progress)?)))
}

/// The command that compares again, in the same order.
fn again(run: &Run) -> ReproduceStep {
    let mut argv = run.argv.clone();
    if let Some(program) = argv.first_mut() {
        "perfaudit".clone_into(program);
    }
    if !argv.iter().any(|argument| argument.starts_with("--seed")) {
        let place = argv.iter().position(|argument| argument == "--").unwrap_or(argv.len());
        argv.splice(place..place, ["--seed".to_owned(), run.seed.to_string()]);
    }
    ReproduceStep {
        what: "the whole comparison, in the same order".to_owned(),
        directory: String::new(),
        environment: Vec::new(),
        argv,
    }
}
