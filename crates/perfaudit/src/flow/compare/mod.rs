//! Two sides against each other: build both, run them by turns, judge.

mod again;
mod builds;
mod commands;
mod error;
mod functions;
mod instructions;
mod ir;
mod keeping;
mod measure;
mod pairing;
mod pairs_run;
mod recorded;
mod settling;
mod several;
mod tree_commands;
pub(super) mod trees;
pub(super) mod verdict;
mod witnesses;

use std::path::Path;

use perfaudit_exec::Interrupt;
use perfaudit_project::config::Config;
use perfaudit_project::{CargoProject, ProjectError, ProjectRoot, Selection};
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{Both, Environment, Side};
use perfaudit_result::{ArmBinary, StageName, StageState, WorkloadId};

use self::builds::{Builds, BuildsRequest};
use self::trees::Trees;
use super::record::Recorder;
use super::{CompletedRun, changes, describe, profile_of, random_seed, run_id, runs_directory};
use crate::arguments::{CompareArguments, PairingArguments};
use crate::error::CommandError;
use crate::progress::Progress;
use crate::settings;

pub(crate) use error::CompareError;
pub(super) use measure::{Measured, Measuring};
pub(super) use pairs_run::{Answer, Gathered, PairsRun};
pub(crate) use recorded::recorded;
pub(super) use several::{OneOfSeveral, Used};

/// As the user would name it.
fn named(source: &ArmSource) -> String {
    source.name()
}

/// What is compared.
pub(super) enum Sides {
    /// The benchmarks of two builds.
    Builds(Box<Builds>),
    /// Two programs or commands, or a command in two trees.
    Commands(Box<commands::Commands>),
}

/// Compares two sides.
pub(crate) fn compare(
    arguments: &CompareArguments,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<CompletedRun, CommandError> {
    progress.say("find  both sides".to_owned());
    let sources = Both { a: arguments.a.clone(), b: arguments.b.clone() };
    let is_folder = |source: &ArmSource| matches!(source, ArmSource::Folder(_));
    let is_project_needed = are_trees(&sources)? && !(is_folder(&sources.a) && is_folder(&sources.b));
    let pairing = &arguments.pairing;
    let mut run = PairsRun::open(pairing, &arguments.output, is_project_needed, interrupt)?;
    let building = Recorder::begin(StageName::Build, Some(&run.directory));
    let sides = sides(arguments, &sources, &run.project, &run.config, interrupt, progress);
    let mut sides = sides.inspect_err(|_| run.leave_nothing())?;
    if let Sides::Builds(builds) = &sides {
        run.keep_logs(builds)?;
        run.stages.push(building.end(&run.directory, StageState::Done, None));
    }
    let measuring = Measuring {
        project: &run.project,
        arguments: pairing,
        config: &run.config,
        seed: run.seed,
        delta: pairing.delta,
        others: 0,
        settles: true,
        first_row: 0,
        interrupt,
        progress,
    };
    let profile = run.profile();
    let mut measured = measuring.measure(&mut sides, &profile, &mut run.directory, &mut run.stages)?;
    if let (Sides::Builds(builds), true) = (&mut sides, arguments.ir) {
        let counting = Recorder::begin(StageName::Ir, Some(&run.directory));
        ir::count(builds, &mut measured.comparison, &run.config, interrupt, progress)?;
        run.stages.push(counting.end(&run.directory, StageState::Done, None));
    }
    drop(sides);
    let verdict = verdict::verdict(&measured.comparison, arguments.gate, interrupt.is_set());
    let answer = Answer { bisection: None, verdict, what: "the whole comparison, in the same order" };
    Ok(run.finish(argv, measured, answer, interrupt))
}

/// Whether both sides are source trees; otherwise both are run as they are.
fn are_trees(sources: &Both<ArmSource>) -> Result<bool, CompareError> {
    let is_tree = |source: &ArmSource| match source {
        ArmSource::Revision(_) | ArmSource::WorkingTree | ArmSource::Folder(_) => Some(true),
        ArmSource::Binary(_) | ArmSource::Command(_) => Some(false),
        ArmSource::Run(_) => None,
    };
    match (is_tree(&sources.a), is_tree(&sources.b)) {
        (Some(a), Some(b)) if a == b => Ok(a),
        _ => Err(CompareError::Mixed),
    }
}

/// The user's own tree, which is only looked at; where programs are compared there need be none. cargo may have to
/// download what it states of its dependencies, unless it is to be kept `offline`.
pub(super) fn project(
    path: &Path,
    is_needed: bool,
    offline: bool,
    interrupt: &Interrupt,
) -> Result<CargoProject, CommandError> {
    Ok(match ProjectRoot::locate(path, interrupt) {
        Ok(root) => {
            let offline = offline || settings::configured(&root.path)?.audit.offline.value;
            CargoProject::discover(root, &Selection::default(), offline, interrupt)?
        }
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
    let pairing = &arguments.pairing;
    if !are_trees(sources)? {
        if arguments.ir {
            return Err(CompareError::NoSource.into());
        }
        if pairing.in_tree.command.is_some() {
            return Err(CompareError::NoTrees.into());
        }
        let here = std::env::current_dir().unwrap_or_else(|_| project.root.clone());
        let commands = commands::commands(
            sources,
            &arguments.program_arguments,
            pairing.in_tree.prepare.as_deref(),
            &here,
        )?;
        return Ok(Sides::Commands(Box::new(commands)));
    }
    if !arguments.program_arguments.is_empty() {
        return Err(CompareError::NoProgram.into());
    }
    let trees = Trees::of(sources, &pairing.project, &project.root, interrupt)?;
    let sides = Both::try_of(|side| trees.side(sources.get(side), interrupt))?;
    let building = Building { trees: &trees, pairing, project_root: &project.root, config };
    Sides::of_trees(building, &sides, interrupt, progress)
}

/// What building source trees needs to know.
#[derive(Clone, Copy)]
pub(super) struct Building<'a> {
    pub(super) trees: &'a Trees,
    pub(super) pairing: &'a PairingArguments,
    /// The root of the user's own project.
    pub(super) project_root: &'a Path,
    pub(super) config: &'a Config,
}

impl Sides {
    /// Builds both trees, for their benchmarks or for a command that is run in them.
    pub(super) fn of_trees(
        building: Building<'_>,
        sides: &Both<trees::Side>,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<Self, CommandError> {
        let in_tree = &building.pairing.in_tree;
        if let Some(line) = &in_tree.command {
            let commands =
                tree_commands::tree_commands(building.trees, sides, line, in_tree, interrupt, progress)?;
            return Ok(Self::Commands(Box::new(commands)));
        }
        if in_tree.prepare.is_some() {
            return Err(CompareError::NoCommand.into());
        }
        let selection = building.config.bench.selection();
        let request = building.request(&selection);
        Ok(Self::Builds(Box::new(builds::build(request, sides, interrupt, progress)?)))
    }

    /// Builds another tree in the place of a side.
    pub(super) fn place(
        &mut self,
        building: Building<'_>,
        arm: Side,
        side: &trees::Side,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        match self {
            Self::Commands(commands) => Ok(commands.place(building.trees, arm, side, interrupt, progress)?),
            Self::Builds(builds) => {
                let selection = building.config.bench.selection();
                let request = building.request(&selection);
                builds.place(request, arm, side, interrupt, progress)
            }
        }
    }

    /// Gives the processes of each side variables of the environment, and no longer those that they were given before.
    pub(super) fn set_environment(&mut self, environment: Both<Environment>) {
        match self {
            Self::Builds(builds) => builds.environment = environment,
            Self::Commands(commands) => commands.environment = environment,
        }
    }

    /// Removes what was built for a side and is kept for further comparisons.
    pub(super) fn forget_products(&mut self, arm: Side) -> Result<(), CompareError> {
        let workbench = match self {
            Self::Builds(builds) => Some(&mut builds.workbench),
            Self::Commands(commands) => commands.in_trees.as_mut().map(|in_trees| &mut in_trees.workbench),
        };
        Ok(workbench.map_or(Ok(()), |workbench| workbench.forget_products(arm))?)
    }

    /// Why the program that holds a benchmark was not built on a side; none where it was, and for commands.
    pub(super) fn broken(&self, arm: Side, id: &WorkloadId) -> Option<String> {
        match self {
            Self::Builds(builds) => builds.broken(arm, id),
            Self::Commands(_) => None,
        }
    }

    /// The program that holds a benchmark on a side, in its first layout; none for commands.
    pub(super) fn program(&self, arm: Side, id: &WorkloadId) -> Option<ArmBinary> {
        match self {
            Self::Builds(builds) => builds.program(arm, id),
            Self::Commands(_) => None,
        }
    }
}

impl<'a> Building<'a> {
    fn request(self, selection: &'a Selection) -> BuildsRequest<'a> {
        BuildsRequest {
            trees: self.trees,
            project_root: self.project_root,
            selection,
            offline: self.config.audit.offline.value,
        }
    }
}
