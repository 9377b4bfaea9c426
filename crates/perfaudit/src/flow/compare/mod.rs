//! Two sides against each other: build both, run them by turns, judge.

mod builds;
mod commands;
mod error;
mod recorded;
mod verdict;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use perfaudit_bench::Pace;
use perfaudit_exec::timed::Launcher;
use perfaudit_exec::{CpuTime, FileLock, Interrupt, LockError, TreeSnapshot};
use perfaudit_host::{CpuTicks, after_measuring, before_measuring, calibrate, host};
use perfaudit_project::config::Config;
use perfaudit_project::{CargoProject, ProjectError, ProjectRoot, Selection};
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{
    Both, ContestRequest, Contested, Means, PADDING_BELOW, Pair, PairRecord, RowArtifacts, STOLEN_LIMIT,
    Side, Standing, Subject as Contestant, among_all, contest, row, unmeasured,
};
use perfaudit_result::{
    Arm, ArtifactId, ArtifactKind, AuditResult, Host, Limit, Mode, PairedComparison, PairedDesign, PairedRow,
    PairedVerdict, ReproduceStep, Run, SCHEMA_VERSION, Samples, Stage, StageName, StageState, Tool,
    WorkloadId, WorkloadKind,
};
use perfaudit_run::RunDirectory;
use perfaudit_stats::{Design, LogRatio, Looks};

use self::builds::{Builds, BuildsRequest, Pairing};
use super::noise_floor::{self, Floor, FloorRequest};
use super::record::Recorder;
use super::{CompletedRun, changes, describe, random_seed, run_id, runs_directory};
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
    let clock = std::time::Instant::now();
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
    let snapshot = || {
        TreeSnapshot::take(&project.root, &skip.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>())
    };
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
    let measuring = Measuring { arguments, config: &config, seed, interrupt, progress };
    let profile = super::profile_of(&project, config.bench.selection().profile.as_deref());
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
        profiles: BTreeMap::new(),
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

struct Measuring<'a> {
    arguments: &'a CompareArguments,
    config: &'a Config,
    seed: u64,
    interrupt: &'a Interrupt,
    progress: &'a Progress,
}

/// What measuring found.
struct Measured {
    comparison: PairedComparison,
    host: Host,
    preconditions: Vec<perfaudit_result::Precondition>,
    limits: Vec<Limit>,
    samples: BTreeMap<ArtifactId, Samples>,
}

impl Measuring<'_> {
    /// Everything that needs the machine to itself.
    fn measure(
        &self,
        sides: &mut Sides,
        profile: &perfaudit_result::BuildProfile,
        directory: &mut RunDirectory,
        stages: &mut Vec<Stage>,
    ) -> Result<Measured, CommandError> {
        let waiting = || self.progress.note("another perfaudit measures: waiting for it");
        let _lock = match FileLock::for_measuring(self.interrupt, waiting) {
            Ok(lock) => Some(lock),
            Err(LockError::Interrupted) => None,
            Err(error) => return Err(error.into()),
        };
        let looking = Recorder::begin(StageName::Host, Some(directory));
        self.progress.say("look at the host".to_owned());
        let mut host = host(&calibrate());
        let mut preconditions = before_measuring(profile);
        let (pairing, arms) = match sides {
            Sides::Builds(builds) => {
                let filter = self.config.bench.filter.value.as_ref();
                let pairing = builds::pair(
                    builds,
                    filter,
                    self.pace(),
                    self.arguments.timeout,
                    directory,
                    self.interrupt,
                    self.progress,
                )?;
                (Some(pairing), builds.arms.clone())
            }
            Sides::Commands(commands) => (None, commands.arms.clone()),
        };
        let family = match (&pairing, &*sides) {
            (Some(pairing), _) => pairing.rows.len(),
            (None, Sides::Commands(commands)) => usize::from(!commands.are_same),
            (None, Sides::Builds(_)) => 0,
        };
        let mut limits = self.noise_floor(&mut host, family > 0);
        stages.push(looking.end(directory, StageState::Done, None));
        let design = self.design(family, host.noise_floor.as_ref().map(|floor| floor.ratio));
        let comparing = Recorder::begin(StageName::Compare, Some(directory));
        let (ticks, cpu_time) = (CpuTicks::now(), CpuTime::now());
        let time = self.process_time(family, design.looks().pairs()[0]);
        let layouts: Vec<Both<perfaudit_prove::ArmBenchmarks>>;
        let (mut told, only, rows) = match pairing {
            Some(Pairing { layouts: all, rows, told, only, strays }) => {
                limits.extend(verdict::left_behind(strays));
                layouts = all;
                (told, only, rows)
            }
            None => {
                layouts = Vec::new();
                (Vec::new(), Both::default(), Vec::new())
            }
        };
        let mut launcher = None;
        let mut contestants: Vec<Contestant<'_>> =
            rows.into_iter().map(|rows| Contestant::benchmark(&layouts, rows, time)).collect();
        let workbench = match sides {
            Sides::Builds(builds) => Some(&mut builds.workbench),
            Sides::Commands(commands) if commands.are_same => {
                told.push(unmeasured(
                    commands.id.clone(),
                    WorkloadKind::Command,
                    PairedVerdict::Identical,
                    "both sides run the same program".to_owned(),
                ));
                None
            }
            Sides::Commands(commands) => {
                launcher = Some(Launcher::of_this_program()?);
                contestants.push(Contestant::command(commands.id.clone(), commands.sides.clone()));
                None
            }
        };
        let is_benchmark = !layouts.is_empty();
        let request = ContestRequest {
            design: &design,
            seed: self.seed,
            budget: self.pace().budget(),
            layouts: u32::try_from(layouts.len().max(1)).unwrap_or(1),
        };
        let mut means = Means {
            workbench,
            launcher: launcher.as_mut(),
            patience: self.arguments.timeout,
            interrupt: self.interrupt,
        };
        let contested = contest(&request, contestants, &mut means, &mut |standing| {
            self.progress.say(telling(&standing));
        })
        .map_err(CompareError::from)?;
        let ours = CpuTime::now().since(cpu_time);
        let meanwhile = ticks
            .zip(CpuTicks::now())
            .map(|(before, after)| after.meanwhile(before, ours.own + ours.children));
        preconditions.extend(after_measuring(meanwhile));
        let mut samples = BTreeMap::new();
        let mut rows = Vec::new();
        for (index, contested) in contested.iter().enumerate() {
            let artifacts = write(index, contested, directory, &mut samples)?;
            rows.push(row(&design, contested, artifacts));
        }
        rows.extend(told);
        among_all(&mut rows);
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        let interrupted = self.interrupt.is_set().then(|| "interrupted".to_owned());
        let state = if interrupted.is_some() { StageState::Partial } else { StageState::Done };
        stages.push(comparing.end(directory, state, interrupted));
        let comparison = self.comparison(arms, &design, rows, only, is_benchmark.then_some(time));
        Ok(Measured { comparison, host, preconditions, limits, samples })
    }

    fn comparison(
        &self,
        arms: Both<Arm>,
        design: &Design,
        rows: Vec<PairedRow>,
        only: Both<Vec<WorkloadId>>,
        time: Option<Duration>,
    ) -> PairedComparison {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let floor = design.threshold().change();
        PairedComparison {
            before: arms.a,
            after: arms.b,
            design: PairedDesign {
                alpha: design.alpha().get(),
                family: count(design.family().get()),
                looks: design.looks().pairs().iter().map(|&pairs| count(pairs)).collect(),
                delta: design.delta().change(),
                noise_floor: (floor > design.delta().change()).then_some(floor),
                stolen_limit: STOLEN_LIMIT,
                padding_below: u32::from(PADDING_BELOW),
                process_s: time.map(|time| time.as_secs_f64()),
            },
            rows,
            only_before: only.a,
            only_after: only.b,
        }
    }

    fn pace(&self) -> Pace {
        Pace::new(self.config.audit.mode.value, self.config.audit.budget.value)
    }

    fn design(&self, family: usize, floor: Option<f64>) -> Design {
        /// Full mode looks six times, the last time at some 64 pairs.
        const LOOKS_OF_FULL: usize = 6;
        let family = NonZeroUsize::new(family).unwrap_or(NonZeroUsize::MIN);
        let ratio = |change: f64| LogRatio::of_change(change).unwrap_or(LogRatio::ZERO);
        let design = Design::new(ratio(self.arguments.delta), floor.map_or(LogRatio::ZERO, ratio), family);
        match self.config.audit.mode.value {
            Mode::Quick | Mode::Standard => design,
            Mode::Full => {
                let looks = Looks::up_to(LOOKS_OF_FULL, design.alpha(), family);
                design.with_looks(looks)
            }
        }
    }

    /// How long one process of a benchmark measures: its share of the budget up to the first look, if there is one.
    fn process_time(&self, family: usize, first_look: usize) -> Duration {
        /// Less than this is mostly warming up.
        const LEAST: Duration = Duration::from_millis(100);
        let usual = Duration::from_millis(match self.config.audit.mode.value {
            Mode::Quick => 300,
            Mode::Standard => 500,
            Mode::Full => 1000,
        });
        let processes = u32::try_from(family.max(1) * first_look * 2).unwrap_or(u32::MAX);
        self.pace().budget().map_or(usual, |budget| (budget / processes).clamp(LEAST, usual))
    }

    fn noise_floor(&self, host: &mut Host, is_measured: bool) -> Vec<Limit> {
        let is_short = self.pace().budget().is_some_and(|budget| budget < noise_floor::LONGEST * 10);
        let request = FloorRequest {
            source: self.config.audit.noise_floor.value,
            store: self.arguments.store.directory.as_deref(),
            not_now: if !is_measured {
                Some("nothing is measured in this run")
            } else if is_short {
                Some("measuring it takes too much of the budget")
            } else {
                None
            },
            seed: self.seed,
        };
        let Floor { floor, warnings } = noise_floor::establish(&request, host, self.interrupt, || {
            self.progress.say("measure how far this machine differs from itself, up to 10 s".to_owned());
        });
        noise_floor::told(floor, warnings, host, is_measured)
    }
}

/// The present state of a row, for people who wait.
fn telling(standing: &Standing<'_>) -> String {
    let Standing { id, pairs, next_look, judgement, done, of } = standing;
    let interval = judgement.and_then(|judged| judged.judgement.interval).map(|interval| {
        format!(
            ", now {:+.1} % to {:+.1} %",
            100.0 * interval.lower.change(),
            100.0 * interval.upper.change()
        )
    });
    format!("pair  {}/{next_look}{}, {done}/{of} over: {id}", pairs + 1, interval.unwrap_or_default())
}

/// Writes what was measured of one row down.
fn write(
    index: usize,
    contested: &Contested<'_>,
    directory: &mut RunDirectory,
    samples: &mut BTreeMap<ArtifactId, Samples>,
) -> Result<RowArtifacts, CommandError> {
    let Contested { subject, pairs, discarded, .. } = contested;
    if pairs.is_empty() && discarded.is_empty() {
        return Ok(RowArtifacts::default());
    }
    let record = PairRecord { workload: &subject.id, pairs, discarded };
    let text = serde_json::to_vec(&record).expect("pairs hold nothing that JSON cannot");
    directory.add(ArtifactKind::Pairs, &format!("artifacts/pairs/{index:04}.json"), &text)?;
    let mut side = |side: Side, pairs: &[Pair]| -> Result<Option<ArtifactId>, CommandError> {
        let times = pairs.iter().map(|pair| pair.sides.get(side).value_ns).collect::<Vec<_>>();
        let Ok(values) = Samples::new(subject.id.clone(), vec![1; times.len()], times) else {
            return Ok(None);
        };
        let name = format!("artifacts/samples/{index:04}-{}.json", side.letter().to_lowercase());
        let artifact = directory.add_samples(&name, &values)?;
        samples.insert(artifact.clone(), values);
        Ok(Some(artifact))
    };
    Ok(RowArtifacts { samples: Both { a: side(Side::A, pairs)?, b: side(Side::B, pairs)? } })
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
