//! What is fixed before anything runs: the subject, the settings, the places.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use perfaudit_bench::{CommandSpec, DeliveryPlan, Pace};
use perfaudit_exec::Interrupt;
use perfaudit_host::CodeSettings;
use perfaudit_project::config::{ChosenStage, Config};
use perfaudit_project::{
    CargoProject, ProjectError, ProjectRoot, Selection, WorkDirectory, benchmark_settings, effective_profile,
    shipped_settings,
};
use perfaudit_result::{BuildProfile, Mode, Precondition};
use perfaudit_run::OpenedRun;

use super::cpu::{RecordedProfile, RunningProcess};
use super::{commands, cpu, delivery, heap};
use crate::arguments::{AuditArguments, LineArguments, StageArgument};
use crate::error::CommandError;
use crate::settings;

/// The folder of the runs of a project.
pub(crate) fn runs_directory(work: &WorkDirectory) -> PathBuf {
    work.path.join("runs")
}

/// The project, the selection and what is fixed before anything runs.
pub(crate) struct Plan {
    pub(crate) config: Config,
    pub(crate) project: CargoProject,
    pub(crate) selection: Selection,
    pub(crate) work: WorkDirectory,
    pub(crate) pace: Pace,
    pub(crate) mode: Mode,
    /// Whole commands to measure.
    pub(crate) commands: Vec<CommandSpec>,
    /// A process that runs already, to profile.
    pub(crate) process: Option<RunningProcess>,
    /// What another tool recorded, to look into.
    pub(crate) recorded: Option<Arc<RecordedProfile>>,
    /// Builds, tests and sizes that objectives name.
    pub(crate) delivery: DeliveryPlan,
    pub(crate) stages: Stages,
    /// How long profiling may take, if that is bounded.
    pub(crate) cpu_budget: Option<Duration>,
    /// How long counting allocations may take, if that is bounded.
    pub(crate) heap_budget: Option<Duration>,
}

/// What is done besides finding, building and analysing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stages {
    /// Benchmarks are measured.
    pub(crate) bench: bool,
    /// Quick mode measures uncertain benchmarks again: not when their figures only serve profiles.
    pub(crate) refines: bool,
    /// Whole commands are measured.
    pub(crate) commands: bool,
    /// Builds, tests and sizes that objectives name are measured.
    pub(crate) delivery: bool,
    /// What was measured is profiled.
    pub(crate) cpu: bool,
    /// The allocations of what was measured are counted.
    pub(crate) heap: bool,
    /// What the project ships is built, and its bytes are charged.
    pub(crate) size: bool,
    /// The project's source is read.
    pub(crate) source: bool,
}

impl Stages {
    fn chosen(arguments: &AuditArguments, config: &Config) -> Self {
        let is_on = |stage| !config.audit.skip.value.contains(&stage);
        let (cpu, heap) = (is_on(ChosenStage::Cpu), is_on(ChosenStage::Heap));
        // A profile is of what was measured: its shares are of those figures. Whoever wants profiles alone gets them.
        let is_named = |stage: StageArgument| arguments.skip.contains(&stage);
        let serves_profiles = |stage| (cpu || heap) && !arguments.only.is_empty() && !is_named(stage);
        Self {
            bench: is_on(ChosenStage::Bench) || serves_profiles(StageArgument::Bench),
            refines: is_on(ChosenStage::Bench),
            commands: is_on(ChosenStage::Commands) || serves_profiles(StageArgument::Commands),
            delivery: is_on(ChosenStage::Delivery),
            cpu,
            heap,
            // An audit that is to be quick does not build everything once more unless that was asked for.
            size: is_on(ChosenStage::Size)
                && (config.audit.mode.value != Mode::Quick || arguments.only.contains(&StageArgument::Size)),
            source: is_on(ChosenStage::Source),
        }
    }

    /// Whether anything is to be run.
    pub(crate) fn measures(self) -> bool {
        self.bench || self.commands || self.delivery || self.cpu || self.heap || self.size
    }

    /// Whether source is read, and nothing is built or run.
    fn only_reads(self) -> bool {
        self.source && !self.measures()
    }

    /// Whether programs are weighed, which no other load disturbs, and nothing else is run.
    pub(crate) fn only_weighs(self) -> bool {
        self.size && !(self.bench || self.commands || self.delivery || self.cpu || self.heap)
    }

    /// The pace of figures, and the time for profiles and for counting allocations.
    fn share_out(self, mode: Mode, budget: Option<Duration>) -> (Pace, Option<Duration>, Option<Duration>) {
        let whole = Pace::new(mode, budget);
        let Some(budget) = whole.budget() else { return (whole, None, None) };
        let share = |is_on, share| if is_on { budget.mul_f64(share) } else { Duration::ZERO };
        let for_profiles = share(self.cpu, cpu::SHARE_OF_BUDGET);
        let is_alone = !self.refines && !self.cpu;
        let for_counting = share(self.heap, if is_alone { heap::SHARE_ALONE } else { heap::SHARE_OF_BUDGET });
        let rest = budget.saturating_sub(for_profiles).saturating_sub(for_counting);
        (Pace::new(mode, Some(rest)), Some(for_profiles), Some(for_counting))
    }
}

impl Plan {
    pub(crate) fn make(arguments: &AuditArguments, interrupt: &Interrupt) -> Result<Self, CommandError> {
        let Found { mut project, config, selection, stages } = find(arguments, interrupt)?;
        let work = project.work_directory()?;
        let mode = config.audit.mode.value;
        let (pace, cpu_budget, heap_budget) = stages.share_out(mode, config.audit.budget.value);
        let commands = if stages.commands { commands::chosen(&config, &project.root) } else { Vec::new() };
        let delivery = match stages.delivery {
            true if arguments.build_times => DeliveryPlan::of_builds(&project),
            true => delivery::chosen(&config, &project),
            false => DeliveryPlan::default(),
        };
        let delivery = if stages.size { delivery.with_all_shipped(&project) } else { delivery };
        let delivery = if arguments.ir { delivery.with_all_ir(&project) } else { delivery };
        if !stages.bench {
            project.packages.iter_mut().for_each(|package| package.benches.clear());
        }
        Ok(Self {
            config,
            project,
            selection,
            work,
            pace,
            mode,
            commands,
            process: None,
            recorded: None,
            delivery,
            stages,
            cpu_budget,
            heap_budget,
        })
    }

    /// A plan to measure nothing of the project that may lie around: a command in the current directory, or nothing.
    pub(crate) fn beside_project(
        arguments: &AuditArguments,
        subject: Subject<'_>,
        interrupt: &Interrupt,
    ) -> Result<Self, CommandError> {
        let mut project = match ProjectRoot::locate(&arguments.path, interrupt) {
            Ok(root) => CargoProject::discover(root, &Selection::default(), true, interrupt)?,
            Err(ProjectError::NoManifest { .. }) => CargoProject::none(&arguments.path)?,
            Err(error) => return Err(error.into()),
        };
        project.packages.iter_mut().for_each(|package| package.benches.clear());
        let config = settings::effective(&project.root, arguments)?;
        let here = std::env::current_dir().unwrap_or_else(|_| project.root.clone());
        let mode = config.audit.mode.value;
        let stages = Stages::chosen(arguments, &config);
        let (pace, cpu_budget, heap_budget) = stages.share_out(mode, config.audit.budget.value);
        Ok(Self {
            selection: Selection::default(),
            work: project.work_directory()?,
            pace,
            mode,
            delivery: DeliveryPlan::default(),
            stages,
            cpu_budget,
            process: if let Subject::Process(process) = subject { Some(process) } else { None },
            recorded: if let Subject::Recorded(recorded) = subject {
                Some(Arc::clone(recorded))
            } else {
                None
            },
            heap_budget,
            commands: match subject {
                Subject::Command(words) if stages.refines => vec![commands::typed(words, &here)],
                Subject::Command(words) => vec![commands::once(commands::typed(words, &here))],
                Subject::Lines(lines) => commands::lines(lines, &here),
                Subject::Project | Subject::Files(_) | Subject::Process(_) | Subject::Recorded(_) => {
                    Vec::new()
                }
            },
            config,
            project,
        })
    }

    /// Whether benchmarks are built like what ships.
    pub(crate) fn like_shipped(&self) -> Precondition {
        let name = self.selection.profile.as_deref().unwrap_or("bench");
        like_shipped(&self.project, name, &self.config.bench.shipped_profile.value)
    }

    pub(crate) fn profile(&self) -> BuildProfile {
        profile_of(&self.project, self.selection.profile.as_deref())
    }
}

/// A project, and what is wanted of it.
struct Found {
    project: CargoProject,
    config: Config,
    selection: Selection,
    stages: Stages,
}

/// Finds the project. Where its source is all that is wanted, one that cargo cannot load will do.
fn find(arguments: &AuditArguments, interrupt: &Interrupt) -> Result<Found, CommandError> {
    let located = ProjectRoot::locate(&arguments.path, interrupt);
    let folder = match &located {
        Ok(root) => &root.path,
        Err(refused) if refused.leaves_files() => &arguments.path,
        Err(_) => return Err(located.expect_err("it was not found").into()),
    };
    let config = settings::effective(folder, arguments)?;
    let selection = config.bench.selection();
    let stages = Stages::chosen(arguments, &config);
    let project = match located {
        Ok(root) => {
            let place = root.clone();
            CargoProject::discover(root, &selection, config.audit.offline.value, interrupt).or_else(
                |refused| match refused {
                    _ if !stages.only_reads() || !refused.leaves_files() => Err(refused),
                    refused => {
                        CargoProject::discover_without_dependencies(place, &selection, refused, interrupt)
                    }
                },
            )?
        }
        Err(refused) if !stages.only_reads() => return Err(refused.into()),
        Err(refused) => CargoProject::files(&arguments.path, &selection, refused)?,
    };
    Ok(Found { project, config, selection, stages })
}

/// What benchmarks are built with, unless `chosen` names another profile.
pub(crate) fn profile_of(project: &CargoProject, chosen: Option<&str>) -> BuildProfile {
    let name = chosen.unwrap_or("bench");
    effective_profile(&project.cargo, name, perfaudit_bench::DEBUG, perfaudit_bench::STRIP)
}

/// Whether what profile `measured` builds is like what `shipped` does.
pub(crate) fn like_shipped(project: &CargoProject, measured: &str, shipped: &str) -> Precondition {
    let settings = |profile: &str, settings| CodeSettings { profile: profile.to_owned(), settings };
    perfaudit_host::like_shipped(
        &settings(measured, benchmark_settings(&project.cargo, measured)),
        &settings(shipped, shipped_settings(&project.cargo, shipped)),
    )
}

/// What a run is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// The project, with what its configuration names.
    Project,
    /// A command, given by its words.
    Command(&'a [String]),
    /// Command lines that are compared with each other.
    Lines(&'a LineArguments),
    /// What other tools wrote into these files.
    Files(&'a [PathBuf]),
    /// A process that runs already.
    Process(RunningProcess),
    /// What another tool recorded.
    Recorded(&'a Arc<RecordedProfile>),
}

/// The newest run of the project that holds `path`.
pub(crate) fn newest_run(path: &Path, interrupt: &Interrupt) -> Result<PathBuf, CommandError> {
    Ok(perfaudit_run::newest(&runs_of(path, interrupt)?)?)
}

/// The newest run of the project that holds `path` in which something was profiled.
pub(crate) fn newest_profiled_run(path: &Path, interrupt: &Interrupt) -> Result<OpenedRun, CommandError> {
    let runs = perfaudit_run::finished_runs(&runs_of(path, interrupt)?);
    let opened = runs.iter().rev().filter_map(|run| perfaudit_run::open(run).ok());
    opened.into_iter().find(|run| !run.profiles.is_empty()).ok_or(CommandError::NoProfiles)
}

fn runs_of(path: &Path, interrupt: &Interrupt) -> Result<PathBuf, CommandError> {
    let root = ProjectRoot::locate(path, interrupt)?;
    let project = CargoProject::discover(root, &Selection::default(), true, interrupt)?;
    Ok(runs_directory(&project.work_directory()?))
}
