//! Where workloads spend CPU time: each is run once more and sampled. What comes of it is read in [`summary`].

pub(super) mod harness_source;
mod process;
pub(super) mod sources;
mod summary;
mod trust;

use std::path::Path;
use std::time::{Duration, Instant};

use perfaudit_bench::{CommandSpec, ProfileRequest, StatedWhileProfiled, profiled_process};
use perfaudit_cpu::Recording;
use perfaudit_cpu::record::{self, RecordError, RecordOptions, Recorded};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, SymbolRemark, symbolise};
use perfaudit_exec::{Command, Ending, Finished, Gate, Interrupt};
use perfaudit_result::{
    CpuProfile, Mode, OffCpu, Samples, StageName, StageState, Usage, Workload, WorkloadId, WorkloadKind,
    WorkloadState,
};
use perfaudit_run::RunDirectory;

use super::measure::Measuring;
use super::record::Recorder;
use crate::error::CommandError;
use crate::progress::Progress;
pub(crate) use process::RunningProcess;
pub(crate) use summary::summarise;
pub(super) use trust::Judgement;

/// A workload that was, or should have been, profiled.
#[derive(Debug)]
pub(crate) struct Profiled {
    pub(crate) id: WorkloadId,
    pub(crate) outcome: Result<Taken, String>,
}

/// A profile as it was taken, before the measured part is cut out of it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) profile: CpuProfile,
    pub(crate) symbols: Vec<SymbolRemark>,
    /// What the benchmark stated of itself meanwhile.
    pub(crate) stated: Option<StatedWhileProfiled>,
    /// In how many runs it was taken.
    pub(crate) runs: u32,
    /// What was seen beside samples; of several runs, in the first, but for the time.
    pub(crate) beside: Beside,
}

/// What was seen of a process beside its samples.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// How long it was watched, in all runs.
    pub(crate) wall: Duration,
    /// How its threads spent that time.
    pub(crate) off_cpu: Option<OffCpu>,
    /// Processor and memory meanwhile.
    pub(crate) usage: Option<Usage>,
}

/// How much of a budget is for profiles; the rest is for figures.
pub(crate) const SHARE_OF_BUDGET: f64 = 0.3;
/// A command that is over sooner is run again, until all of it together took this long.
const LEAST_COMMAND_TIME: Duration = Duration::from_secs(1);
/// However short it is, a command is not run more often.
const MOST_COMMAND_RUNS: u32 = 50;
/// Less than this is not worth a process.
const LEAST_BENCHMARK_TIME: Duration = Duration::from_millis(500);

/// How long the routine of a benchmark runs.
fn benchmark_time(mode: Mode) -> Duration {
    match mode {
        Mode::Quick => Duration::from_millis(1500),
        Mode::Standard => Duration::from_secs(3),
        Mode::Full => Duration::from_secs(10),
    }
}

/// What is profiled.
#[derive(Clone, Copy)]
pub(crate) struct Subjects<'a> {
    pub(crate) workloads: &'a [Workload],
    /// The samples of a workload.
    pub(crate) samples: &'a dyn Fn(&Workload) -> Option<&'a Samples>,
    pub(crate) commands: &'a [CommandSpec],
}

/// Profiles what was measured, as far as the budget goes.
pub(crate) fn cpu_stage(
    measuring: Measuring<'_>,
    subjects: Subjects<'_>,
    budget: Option<Duration>,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<(Vec<Profiled>, perfaudit_result::Stage), CommandError> {
    let recorder = Recorder::begin(StageName::Cpu, Some(directory));
    let mut session = Session {
        measuring,
        options: measuring.arguments.sampling.options(),
        gate: Gate::of_this_program().map_err(CommandError::ThisProgram)?,
        sources: sources::of_plan(measuring.plan),
        places: SymbolPlaces::of_this_machine(),
        interrupt,
        folder: tempfile::tempdir_in(directory.path()).map_err(CommandError::Scratch)?,
        launches: 0,
    };
    let ladder = record::try_ladder();
    if ladder.works.is_empty() {
        let why = ladder.refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let message = format!("no way to take CPU samples works here: {why}");
        return Ok((Vec::new(), recorder.end(directory, StageState::Skipped, Some(message))));
    }
    let started = Instant::now();
    let mut profiled = Vec::new();
    let wanted = in_turn(subjects.workloads);
    let (mut left_out, mut was_interrupted) = (0, false);
    for (position, workload) in wanted.iter().enumerate() {
        let remaining = u32::try_from(wanted.len() - position).unwrap_or(u32::MAX);
        let ample = benchmark_time(measuring.plan.mode);
        let time = match budget.map(|budget| budget.saturating_sub(started.elapsed())) {
            Some(left) => ample.min((left / remaining).max(LEAST_BENCHMARK_TIME)).min(left),
            None => ample,
        };
        was_interrupted |= interrupt.is_set();
        let outcome = if was_interrupted {
            Err("interrupted before its turn came".to_owned())
        } else if time < LEAST_BENCHMARK_TIME {
            left_out += 1;
            Err("the budget was spent before its turn came: give it more with `--budget`".to_owned())
        } else {
            progress.say(format!("cpu   {}/{}: {}", position + 1, wanted.len(), workload.id));
            session.profile(workload, subjects, time)
        };
        profiled.push(Profiled { id: workload.id.clone(), outcome });
    }
    let failed = profiled.iter().filter(|one| one.outcome.is_err()).count();
    let (state, message) = match (was_interrupted, left_out, failed) {
        (true, ..) => (StageState::Partial, Some("interrupted".to_owned())),
        (_, 1.., _) => (
            StageState::Partial,
            Some(format!("the budget was spent: {left_out} workloads were not profiled")),
        ),
        (_, _, 1..) => (StageState::Partial, Some(format!("{failed} workloads could not be profiled"))),
        _ if wanted.is_empty() => (StageState::Skipped, Some("nothing was measured".to_owned())),
        _ => (StageState::Done, None),
    };
    Ok((profiled, recorder.end(directory, state, message)))
}

/// What was measured, so that the first of each group come before the second ones: where the budget is short, each
/// group has one.
pub(super) fn in_turn(workloads: &[Workload]) -> Vec<&Workload> {
    let is_here = |workload: &&Workload| {
        workload.state == WorkloadState::Measured && workload.kind != WorkloadKind::Imported
    };
    let mut seen: std::collections::BTreeMap<(&str, &str, &str), usize> = std::collections::BTreeMap::new();
    let mut ranked: Vec<(usize, &Workload)> = workloads
        .iter()
        .filter(is_here)
        .map(|workload| {
            let group = workload.title.split(workload.kind.separator()).next().unwrap_or_default();
            let rank = seen.entry((&workload.package, &workload.target, group)).or_default();
            *rank += 1;
            (*rank, workload)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, workload)| workload).collect()
}

struct Session<'a> {
    measuring: Measuring<'a>,
    options: RecordOptions,
    gate: Gate,
    sources: ProjectSources,
    places: SymbolPlaces,
    interrupt: &'a Interrupt,
    /// For what harnesses write; gone with the session.
    folder: tempfile::TempDir,
    launches: u32,
}

impl Session<'_> {
    fn profile(
        &mut self,
        workload: &Workload,
        subjects: Subjects<'_>,
        time: Duration,
    ) -> Result<Taken, String> {
        if workload.kind == WorkloadKind::Command {
            let name = workload.id.0.strip_prefix("command/").unwrap_or(&workload.id.0);
            let spec = subjects.commands.iter().find(|spec| spec.name == name);
            return self.profile_command(spec.ok_or("its command is not known any more")?, workload);
        }
        if workload.kind == WorkloadKind::Process {
            return self.watch_process(workload);
        }
        let executables = &self.measuring.built.executables;
        let of_target = executables
            .iter()
            .find(|executable| executable.package == workload.package && executable.target == workload.target)
            .ok_or("its executable is not known")?;
        self.launches += 1;
        let home = self.folder.path().join(self.launches.to_string());
        let median_ns = (subjects.samples)(workload).map(median);
        let request = ProfileRequest {
            executable: of_target,
            workload,
            median_ns,
            all: subjects.workloads,
            time,
            home: &home,
            limit: self.measuring.arguments.timeout + time * 20,
        };
        let process = profiled_process(request)?;
        let (recording, finished, beside) = self.record(&process.command)?;
        let stated = process.stated(&finished, self.measuring.seed);
        // Nothing of it is kept, and a failure to remove it is mended when the folder goes.
        let _ = std::fs::remove_dir_all(&home);
        Ok(self.symbolise(&recording, workload, stated, 1, beside))
    }

    /// A process that runs already.
    fn watch_process(&self, workload: &Workload) -> Result<Taken, String> {
        let process = self.measuring.plan.process.ok_or("its process is not known any more")?;
        let begun = Instant::now();
        let recorded = record::attach(process.number, Some(process.duration), &self.options, self.interrupt);
        let recorded = recorded.map_err(|error: RecordError| error.to_string())?;
        let beside = Beside { wall: begun.elapsed(), off_cpu: recorded.off_cpu, usage: recorded.usage };
        Ok(self.symbolise(&recorded.recording, workload, None, 1, beside))
    }

    /// A command as a whole; a short one several times.
    fn profile_command(&mut self, spec: &CommandSpec, workload: &Workload) -> Result<Taken, String> {
        if spec.setup.is_some() || spec.prepare.is_some() || spec.cleanup.is_some() || spec.input.is_some() {
            return Err("it has steps before or after, or an input, which a profile does not run yet: profile it with `perfaudit cpu -- COMMAND`".to_owned());
        }
        let limit = spec.timeout.unwrap_or(self.measuring.arguments.timeout);
        let command = spec.command().time_limit(limit);
        let (mut whole, finished, mut beside) = self.record(&command)?;
        let mut runs = 1;
        let mut spent = finished.duration;
        while spent < LEAST_COMMAND_TIME && runs < MOST_COMMAND_RUNS && !self.interrupt.is_set() {
            let (recording, finished, _) = self.record(&command)?;
            whole.join(recording);
            spent += finished.duration;
            // As the CPU time of the recording is that of all runs.
            beside.wall += finished.duration;
            runs += 1;
        }
        Ok(self.symbolise(&whole, workload, None, runs, beside))
    }

    fn record(&self, command: &Command) -> Result<(Recording, Finished, Beside), String> {
        let recorded = record::run(command, &self.gate, &self.options, self.interrupt, &mut |_| {});
        let (recorded, finished) = recorded.map_err(|error: RecordError| error.to_string())?;
        match finished.ending {
            Ending::Interrupted => Err("interrupted".to_owned()),
            Ending::TimedOut => Err("it did not end in its time when it was profiled".to_owned()),
            Ending::Signalled(_) => Err(format!("{} while it was profiled", finished.ending.describe())),
            Ending::Exited(_) => {
                let Recorded { recording, off_cpu, usage, .. } = recorded;
                let beside = Beside { wall: finished.duration, off_cpu, usage };
                Ok((recording, finished, beside))
            }
        }
    }

    fn symbolise(
        &self,
        recording: &Recording,
        workload: &Workload,
        stated: Option<StatedWhileProfiled>,
        runs: u32,
        beside: Beside,
    ) -> Taken {
        let symbolised = symbolise(recording, workload.id.clone(), &self.sources, &self.places);
        Taken { profile: symbolised.profile, symbols: symbolised.remarks, stated, runs, beside }
    }
}

fn median(samples: &Samples) -> f64 {
    let mut times: Vec<f64> = samples.per_iteration().collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A file of the project, relative to its root; none for one that lies elsewhere.
fn own_file(root: &Path, file: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(file);
    let stays_inside =
        path.is_relative() && path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    stays_inside.then(|| root.join(path))
}
