//! Everything of a comparison that needs the machine to itself.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};

use perfaudit_bench::Pace;
use perfaudit_exec::timed::Launcher;
use perfaudit_exec::{CpuTime, FileLock, Interrupt, LockError};
use perfaudit_host::{CpuTicks, after_measuring, before_measuring, calibrate, host};
use perfaudit_project::CargoProject;
use perfaudit_project::config::{ChosenStage, Config};
use perfaudit_prove::{
    ArmBenchmarks, Both, ContestRequest, Contested, Layouts, Means, PADDING_BELOW, RowArtifacts,
    STOLEN_LIMIT, Side, Subject as Contestant, among_all, contest, testify, unmeasured, witness,
};
use perfaudit_result::{
    Arm, ArmBinary, ArmKind, ArtifactId, BuildProfile, CpuProfile, Host, Limit, Method, MetricName, Mode,
    NoiseFloor, PairedComparison, PairedDesign, PairedRow, PairedVerdict, Precondition, Samples, Stage,
    StageName, StageState, Unit, WorkloadId, WorkloadKind,
};
use perfaudit_run::RunDirectory;
use perfaudit_stats::{Design, LogRatio, Looks, Probability, StandardErrors};

use super::super::noise_floor::{self, Floor, FloorRequest};
use super::super::record::Recorder;
use super::again::{self, Looking};
use super::builds::Builds;
use super::keeping::{telling, write};
use super::pairing::{Pairing, pair};
use super::settling::Settling;
use super::{CompareError, Sides, functions, instructions, verdict, witnesses};
use crate::arguments::PairingArguments;
use crate::error::CommandError;
use crate::progress::Progress;

/// What measuring needs to know.
pub(in super::super) struct Measuring<'a> {
    /// The user's own project.
    pub(in super::super) project: &'a CargoProject,
    pub(in super::super) arguments: &'a PairingArguments,
    pub(in super::super) config: &'a Config,
    pub(in super::super) seed: u64,
    /// A difference up to this does not matter, as a ratio.
    pub(in super::super) delta: f64,
    /// How many other comparisons share the error.
    pub(in super::super) others: usize,
    /// Whether what changes rest on is looked into.
    pub(in super::super) settles: bool,
    /// The number of the first row among all whose pairs the run keeps.
    pub(in super::super) first_row: usize,
    pub(in super::super) interrupt: &'a Interrupt,
    pub(in super::super) progress: &'a Progress,
}

/// What measuring found.
pub(in super::super) struct Measured {
    pub(in super::super) comparison: PairedComparison,
    pub(in super::super) host: Host,
    pub(in super::super) preconditions: Vec<Precondition>,
    pub(in super::super) limits: Vec<Limit>,
    pub(in super::super) samples: BTreeMap<ArtifactId, Samples>,
    pub(in super::super) profiles: BTreeMap<ArtifactId, CpuProfile>,
}

impl Measuring<'_> {
    /// Everything that needs the machine to itself.
    pub(in super::super) fn measure(
        &self,
        sides: &mut Sides,
        profile: &BuildProfile,
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
        let pairing = match sides {
            Sides::Builds(builds) => {
                let filter = self.config.bench.filter.value.as_ref();
                let (pace, patience) = (self.pace(), self.arguments.timeout);
                Some(pair(builds, filter, pace, patience, directory, self.interrupt, self.progress)?)
            }
            Sides::Commands(_) => None,
        };
        let family = match (&pairing, &*sides) {
            (Some(pairing), _) => pairing.rows.len(),
            (None, Sides::Commands(commands)) => usize::from(!commands.are_identical()),
            (None, Sides::Builds(_)) => 0,
        };
        let mut limits = self.noise_floor(&mut host, family > 0);
        stages.push(looking.end(directory, StageState::Done, None));
        let design = self.design(family + self.others, host.noise_floor.as_ref());
        let layouts = self.layouts(sides, pairing.as_ref(), &design)?;
        // Over so many layouts a change has its grounds in them.
        let settles = self.settles && (layouts.get() as usize) < design.layouts_to_sample();
        let comparing = Recorder::begin(StageName::Compare, Some(directory));
        let began = Instant::now();
        let (ticks, cpu_time) = (CpuTicks::now(), CpuTime::now());
        let time = self.process_time(family, design.looks().pairs()[0], settles);
        let of_both: Both<ArmBenchmarks>;
        let mut contestants: Vec<Contestant<'_>> = Vec::new();
        let is_benchmark = pairing.is_some();
        let (mut told, only) = match pairing {
            Some(Pairing { arms, rows, told, only, strays }) => {
                limits.extend(verdict::left_behind(strays));
                of_both = arms;
                contestants.extend(rows.into_iter().map(|rows| Contestant::benchmark(&of_both, rows, time)));
                (told, only)
            }
            None => (Vec::new(), Both::default()),
        };
        let mut launcher = None;
        let no_layouts = Layouts::default();
        let (workbench, linked) = match &mut *sides {
            Sides::Builds(builds) => {
                let Builds { workbench, layouts, .. } = &mut **builds;
                (Some(workbench), &*layouts)
            }
            Sides::Commands(commands) if commands.are_identical() => {
                told.push(unmeasured(
                    commands.id.clone(),
                    WorkloadKind::Command,
                    PairedVerdict::Identical,
                    "both sides run the same program".to_owned(),
                ));
                (None, &no_layouts)
            }
            Sides::Commands(commands) => {
                launcher = Some(Launcher::of_this_program()?);
                contestants.push(Contestant::command(commands.id.clone(), commands.paired()));
                (commands.in_trees.as_mut().map(|in_trees| &mut in_trees.workbench), &no_layouts)
            }
        };
        let request = ContestRequest {
            design: &design,
            seed: self.seed,
            budget: self.budget_of_pairs(settles),
            layouts,
            pairs_of_commands: if self.arguments.p95 {
                design.pairs_for_quantile(Probability::P95)
            } else {
                0
            },
        };
        let mut means = Means {
            workbench,
            layouts: linked,
            launcher: launcher.as_mut(),
            patience: self.arguments.timeout,
            interrupt: self.interrupt,
        };
        let contested = contest(&request, contestants, &mut means, &mut |standing| {
            self.progress.say(telling(&standing));
        })
        .map_err(CompareError::from)?;
        // What its children took is known once it has ended.
        drop(launcher);
        let ours = CpuTime::now().since(cpu_time);
        let meanwhile = ticks
            .zip(CpuTicks::now())
            .map(|(before, after)| after.meanwhile(before, ours.own + ours.children));
        preconditions.extend(after_measuring(meanwhile));
        let mut samples = BTreeMap::new();
        let mut measured = Vec::new();
        for (index, contested) in contested.into_iter().enumerate() {
            let name = format!("{:04}", self.first_row + index);
            let artifacts = write(&name, &contested, directory, &mut samples)?;
            measured.push((contested, artifacts));
        }
        let mut rows = perfaudit_prove::rows(&design, &measured);
        if settles {
            let settling = Settling { measuring: self, design: &design, looking: self.looking(began, 0.0) };
            let doubts = settling.count(sides, &measured, &mut rows, directory);
            settling.settle(doubts, &mut rows);
        }
        let arms = match &*sides {
            Sides::Builds(builds) => builds.arms.clone(),
            Sides::Commands(commands) => commands.arms.clone(),
        };
        sizes(&arms, &measured, &mut rows);
        among_all(&mut rows);
        let profiles = self.look_into(sides, &measured, &mut rows, began, directory)?;
        rows.extend(told);
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        let interrupted = self.interrupt.is_set().then(|| "interrupted".to_owned());
        let state = if interrupted.is_some() { StageState::Partial } else { StageState::Done };
        stages.push(comparing.end(directory, state, interrupted));
        let comparison = self.comparison(arms, &design, rows, only, is_benchmark.then_some(time));
        Ok(Measured { comparison, host, preconditions, limits, samples, profiles })
    }

    /// In how many layouts each program is measured: each pair in one of its own, unless somebody says how many, or there
    /// is but one.
    fn layouts(
        &self,
        sides: &mut Sides,
        pairing: Option<&Pairing>,
        design: &Design,
    ) -> Result<NonZeroU32, CommandError> {
        let (Sides::Builds(builds), Some(pairing)) = (sides, pairing) else { return Ok(NonZeroU32::MIN) };
        let most = self.arguments.layouts.unwrap_or(NonZeroU32::MAX);
        let first_look = u32::try_from(design.looks().pairs()[0]).unwrap_or(u32::MAX);
        let at_once = NonZeroU32::new(first_look).map_or(most, |first_look| most.min(first_look));
        let selection = self.config.bench.selection();
        let has_layouts =
            builds.lay_out(&pairing.executables(), at_once, &selection, self.interrupt, self.progress)?;
        Ok(if has_layouts { most } else { NonZeroU32::MIN })
    }

    /// Runs what was compared once more: counts what it allocates and runs, and profiles what changed.
    fn look_into(
        &self,
        sides: &mut Sides,
        measured: &[(Contested<'_>, RowArtifacts)],
        rows: &mut [PairedRow],
        began: Instant,
        directory: &mut RunDirectory,
    ) -> Result<BTreeMap<ArtifactId, CpuProfile>, CommandError> {
        let [counts, instructions, profiles] = self.shares();
        let looking = |kept: f64| self.looking(began, kept);
        let mut both: Vec<_> = measured.iter().map(|(contested, _)| contested).zip(rows).collect();
        if counts > 0.0 {
            witnesses::count(looking(instructions + profiles), sides, &mut both, directory);
        }
        if instructions > 0.0 {
            instructions::count(looking(profiles), sides, &mut both, directory);
        }
        both.iter_mut().for_each(|(_, row)| testify(row));
        if profiles > 0.0 {
            return Ok(functions::name(looking(0.0), sides, &mut both, directory)?);
        }
        Ok(BTreeMap::new())
    }

    /// How far looking into what was measured may go when a share of the budget is kept for what follows.
    fn looking(&self, began: Instant, kept: f64) -> Looking<'_> {
        Looking {
            mode: self.config.audit.mode.value,
            patience: self.arguments.timeout,
            until: self.pace().budget().map(|budget| began + budget.mul_f64(1.0 - kept)),
            project: self.project,
            interrupt: self.interrupt,
            progress: self.progress,
        }
    }

    /// Whether what changed is looked into.
    fn looks_into_functions(&self) -> bool {
        !self.config.audit.skip.value.contains(&ChosenStage::Cpu)
    }

    /// The shares of a budget that are kept for allocations, for instructions and for profiles; none for what is not
    /// wanted.
    fn shares(&self) -> [f64; 3] {
        let is_on = |stage| !self.config.audit.skip.value.contains(&stage);
        let kept = |is_wanted, share| if is_wanted { share } else { 0.0 };
        [
            kept(is_on(ChosenStage::Heap), again::SHARE_OF_COUNTS),
            kept(self.arguments.witness.is_some(), again::SHARE_OF_INSTRUCTIONS),
            kept(self.looks_into_functions(), again::SHARE_OF_PROFILES),
        ]
    }

    /// What is left of the budget for pairs when something is kept for what follows.
    fn budget_of_pairs(&self, settles: bool) -> Option<Duration> {
        let settling = if settles { again::SHARE_OF_SETTLING } else { 0.0 };
        let kept: f64 = self.shares().into_iter().sum::<f64>() + settling;
        self.pace().budget().map(|budget| budget.mul_f64(1.0 - kept))
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
        let floor = design.floor(design.looks().pairs()[0]);
        PairedComparison {
            before: arms.a,
            after: arms.b,
            design: PairedDesign {
                alpha: design.alpha().get(),
                family: count(design.family().get()),
                looks: design.looks().pairs().iter().map(|&pairs| count(pairs)).collect(),
                delta: design.delta().change(),
                noise_floor_errors: floor.map(StandardErrors::get),
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

    fn design(&self, family: usize, floor: Option<&NoiseFloor>) -> Design {
        /// Full mode looks six times, the last time at some 64 pairs.
        const LOOKS_OF_FULL: usize = 6;
        let family = NonZeroUsize::new(family).unwrap_or(NonZeroUsize::MIN);
        let ratio = |change: f64| LogRatio::of_change(change).unwrap_or(LogRatio::ZERO);
        let estimates = floor.into_iter().flat_map(|floor| &floor.estimates);
        let floors =
            estimates.filter_map(|floor| Some((floor.pairs as usize, StandardErrors::new(floor.errors)?)));
        let design = Design::new(ratio(self.delta), family).with_floors(floors);
        match self.config.audit.mode.value {
            Mode::Quick | Mode::Standard => design,
            Mode::Full => {
                let looks = Looks::up_to(LOOKS_OF_FULL, design.alpha(), family);
                design.with_looks(looks)
            }
        }
    }

    /// How long one process of a benchmark measures: its share of the budget up to the first look, if there is one.
    fn process_time(&self, family: usize, first_look: usize, settles: bool) -> Duration {
        /// Less than this is mostly warming up.
        const LEAST: Duration = Duration::from_millis(100);
        /// The rest of a process's time goes to warming up, to its start and to what it writes.
        const SHARE: f64 = 0.5;
        let usual = Duration::from_millis(match self.config.audit.mode.value {
            Mode::Quick => 300,
            Mode::Standard => 500,
            Mode::Full => 1000,
        });
        let processes = u32::try_from(family.max(1) * first_look * 2).unwrap_or(u32::MAX);
        self.budget_of_pairs(settles)
            .map_or(usual, |budget| (budget / processes).mul_f64(SHARE).clamp(LEAST, usual))
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

/// The program of a side that is one.
fn program(arm: &Arm) -> Option<&ArmBinary> {
    arm.binaries.first().filter(|_| arm.kind == ArmKind::Binary)
}

/// How large the files of both programs are: of a benchmark its executable, in the first layout.
fn sizes(arms: &Both<Arm>, measured: &[(Contested<'_>, RowArtifacts)], rows: &mut [PairedRow]) {
    for ((contested, _), row) in measured.iter().zip(rows) {
        let of = |side: Side| match contested.subject.held(side) {
            None => program(arms.get(side)),
            Some((executable, ..)) => {
                let name = format!("{}/{}", executable.package, executable.target);
                arms.get(side).binaries.iter().find(|binary| binary.name == name)
            }
        };
        if let (Some(a), Some(b)) = (of(Side::A), of(Side::B)) {
            let method = Method("the size of the file of the program".into());
            row.witnesses.extend(witness(
                MetricName::BINARY_SIZE,
                Unit::Bytes,
                method,
                &[a.bytes],
                &[b.bytes],
            ));
        }
    }
}
