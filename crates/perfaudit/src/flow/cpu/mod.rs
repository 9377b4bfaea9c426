//! Where workloads spend CPU time: each is run once more and sampled. What comes of it is read in [`summary`].

mod beside;
pub(super) mod harness_source;
mod process;
mod recorded;
pub(super) mod sources;
mod summary;
mod trust;

use std::path::Path;
use std::time::{Duration, Instant};

use perfaudit_bench::{CommandSpec, ProfileRequest, StatedWhileProfiled, SteppedCommand, profiled_process};
use perfaudit_cpu::Recording;
use perfaudit_cpu::record::{self, RecordError, RecordOptions, Recorded, StackBytes};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, SymbolRemark, symbolise, waiting_stacks};
use perfaudit_exec::{Command, Ending, Finished, Gate, Interrupt};
use perfaudit_result::{
    BlockedIn, CpuProfile, Mode, OffCpu, Samples, StackStep, StageName, StageState, Usage, Workload,
    WorkloadKind,
};
use perfaudit_run::RunDirectory;

use super::again::{Homes, LookedInto, Outcomes, Subjects, TimeOfEach, Turns, command_of, executable_of};
use super::measure::Measuring;
use super::record::Recorder;
use crate::error::CommandError;
use crate::progress::Progress;
pub(crate) use beside::{BesideEachOther, ProfiledRun, beside};
pub(crate) use process::RunningProcess;
pub(crate) use recorded::RecordedProfile;
pub(crate) use summary::summarise;
pub(super) use trust::Judgement;

/// A workload that was, or should have been, profiled.
pub(crate) type Profiled = LookedInto<Taken>;

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
    /// What else limits it, each in a sentence.
    pub(crate) remarks: Vec<String>,
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
pub(super) const LEAST_COMMAND_TIME: Duration = Duration::from_secs(1);
/// However short it is, a command is not run more often.
pub(super) const MOST_COMMAND_RUNS: u32 = 50;
/// Less than this is not worth a process.
const LEAST_BENCHMARK_TIME: Duration = Duration::from_millis(500);

/// How long the routine of a benchmark runs.
pub(super) fn benchmark_time(mode: Mode) -> Duration {
    match mode {
        Mode::Quick => Duration::from_millis(1500),
        Mode::Standard => Duration::from_secs(3),
        Mode::Full => Duration::from_secs(10),
    }
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
    if let Some(recorded) = &measuring.plan.recorded {
        progress.say("cpu   read what perf recorded".to_owned());
        let profiled = vec![recorded.profiled(measuring.plan)];
        return Ok((profiled, recorder.end(directory, StageState::Done, None)));
    }
    let mut session = Session {
        measuring,
        options: measuring.arguments.sampling.options(),
        gate: Gate::of_this_program().map_err(CommandError::ThisProgram)?,
        sources: sources::of_plan(measuring.plan),
        places: SymbolPlaces::of_this_machine(),
        interrupt,
        homes: Homes::within(directory).map_err(CommandError::Scratch)?,
    };
    let ladder = record::try_ladder();
    if ladder.works.is_empty() {
        let why = ladder.refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let message = format!("no way to take CPU samples works here: {why}");
        return Ok((Vec::new(), recorder.end(directory, StageState::Skipped, Some(message))));
    }
    let turns = Turns {
        label: "cpu",
        done: "profiled",
        budget,
        each: Some(TimeOfEach { ample: benchmark_time(measuring.plan.mode), least: LEAST_BENCHMARK_TIME }),
        interrupt,
        progress,
    };
    let Outcomes { workloads, state, message } =
        turns.take(subjects, |workload, time| session.profile(workload, subjects, time));
    Ok((workloads, recorder.end(directory, state, message)))
}

struct Session<'a> {
    measuring: Measuring<'a>,
    options: RecordOptions,
    gate: Gate,
    sources: ProjectSources,
    places: SymbolPlaces,
    interrupt: &'a Interrupt,
    homes: Homes,
}

impl Session<'_> {
    fn profile(
        &mut self,
        workload: &Workload,
        subjects: Subjects<'_>,
        time: Duration,
    ) -> Result<Taken, String> {
        if workload.kind == WorkloadKind::Command {
            return self.profile_command(command_of(workload, subjects)?, workload);
        }
        if workload.kind == WorkloadKind::Process {
            return self.watch_process(workload);
        }
        let median_ns = (subjects.samples)(workload).map(median);
        let executable = executable_of(workload, self.measuring)?;
        let mut options = self.options.clone();
        let (recording, (stated, beside)) = whole_stacks(&mut options, self.interrupt, |options| {
            let home = self.homes.open()?;
            let request = ProfileRequest {
                executable,
                workload,
                median_ns,
                all: subjects.workloads,
                time,
                home: &home,
                limit: self.measuring.arguments.timeout + time * 20,
            };
            let process = profiled_process(request)?;
            let (recorded, finished) = self.record(&process.command, options)?;
            let stated = process.stated(&finished, self.measuring.seed);
            Homes::close(home);
            let beside = self.beside(&recorded, finished.duration);
            Ok((recorded.recording, (stated, beside)))
        })?;
        Ok(self.symbolise(&recording, workload, stated, 1, beside))
    }

    /// A process that runs already.
    fn watch_process(&self, workload: &Workload) -> Result<Taken, String> {
        let process = self.measuring.plan.process.ok_or("its process is not known any more")?;
        let begun = Instant::now();
        let recorded = record::attach(process.number, Some(process.duration), &self.options, self.interrupt);
        let recorded = recorded.map_err(|error: RecordError| error.to_string())?;
        let beside = self.beside(&recorded, begun.elapsed());
        Ok(self.symbolise(&recorded.recording, workload, None, 1, beside))
    }

    /// A command as a whole, with all that is done around its runs; a short one several times.
    fn profile_command(&mut self, spec: &CommandSpec, workload: &Workload) -> Result<Taken, String> {
        let patience = self.measuring.arguments.timeout;
        let limit = spec.timeout.unwrap_or(patience);
        let (whole, runs, beside) = SteppedCommand::run(spec, patience, self.interrupt, |stepped| {
            let mut options = self.options.clone();
            let (mut whole, (finished, mut beside)) =
                whole_stacks(&mut options, self.interrupt, |options| {
                    let command = stepped.prepared()?.time_limit(limit);
                    let (recorded, finished) = self.record(&command, options)?;
                    let beside = self.beside(&recorded, finished.duration);
                    Ok((recorded.recording, (finished, beside)))
                })?;
            let mut runs = 1;
            let mut spent = finished.duration;
            while spent < LEAST_COMMAND_TIME && runs < MOST_COMMAND_RUNS && !self.interrupt.is_set() {
                let command = stepped.prepared()?.time_limit(limit);
                let (recorded, finished) = self.record(&command, &options)?;
                whole.join(recorded.recording);
                spent += finished.duration;
                // As the CPU time of the recording is that of all runs.
                beside.wall += finished.duration;
                runs += 1;
            }
            Ok((whole, runs, beside))
        })?;
        Ok(self.symbolise(&whole, workload, None, runs, beside))
    }

    fn record(&self, command: &Command, options: &RecordOptions) -> Result<(Recorded, Finished), String> {
        let recorded = record::run(command, &self.gate, options, self.interrupt, &mut |_| {});
        let (recorded, finished) = recorded.map_err(|error: RecordError| error.to_string())?;
        match finished.ending {
            Ending::Interrupted => Err("interrupted".to_owned()),
            Ending::TimedOut => Err("it did not end in its time when it was profiled".to_owned()),
            Ending::Signalled(_) => Err(format!("{} while it was profiled", finished.ending.describe())),
            Ending::Exited(_) => Ok((recorded, finished)),
        }
    }

    /// What was seen beside samples, with symbols for the stacks of waits.
    fn beside(&self, recorded: &Recorded, wall: Duration) -> Beside {
        let blocked_in = recorded.waits.as_ref().map(|waits| match waits {
            Ok(waits) => {
                let stacks = waiting_stacks(&recorded.recording, waits, &self.sources, &self.places);
                BlockedIn::Stacks(stacks)
            }
            Err(reason) => BlockedIn::NotTaken(reason.clone()),
        });
        let off_cpu = recorded.off_cpu.clone().map(|off_cpu| OffCpu { blocked_in, ..off_cpu });
        Beside { wall, off_cpu, usage: recorded.usage.clone() }
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
        Taken {
            profile: symbolised.profile,
            symbols: symbolised.remarks,
            stated,
            runs,
            beside,
            remarks: Vec::new(),
        }
    }
}

/// Takes a recording, and takes it again where that makes more stacks whole; `options` become those of the last one. Of
/// those before, only how many stacks were cut off is kept.
fn whole_stacks<T>(
    options: &mut RecordOptions,
    interrupt: &Interrupt,
    mut take: impl FnMut(&RecordOptions) -> Result<(Recording, T), String>,
) -> Result<(Recording, T), String> {
    let mut before = Vec::new();
    loop {
        let (mut recording, taken) = take(options)?;
        let again = options.again(&recording.sampler).filter(|_| !interrupt.is_set());
        let steps = &mut recording.sampler.stack_steps;
        if let Some(deeper) = again {
            before.extend(steps.drain(..).map(|step| StackStep { kept: false, ..step }));
            *options = deeper;
        } else {
            steps.splice(0..0, before);
            options.stack = options.stack.max(StackBytes::new(recording.sampler.stack_bytes));
            return Ok((recording, taken));
        }
    }
}

fn median(samples: &Samples) -> f64 {
    let mut times: Vec<f64> = samples.per_iteration().collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A file of the project, relative to its root; none for one that lies elsewhere, also by a link.
fn own_file(root: &Path, file: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(file);
    let stays_inside =
        path.is_relative() && path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let real = stays_inside.then(|| root.join(path).canonicalize().ok()).flatten()?;
    real.starts_with(root.canonicalize().ok()?).then_some(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_is_read_within_the_project_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        std::fs::create_dir(&root).unwrap();
        for file in ["secret", "project/own.rs"] {
            std::fs::write(folder.path().join(file), "x").unwrap();
        }
        std::os::unix::fs::symlink("../secret", root.join("link.rs")).unwrap();
        assert!(own_file(&root, "own.rs").is_some());
        for file in ["../secret", "/etc/passwd", "link.rs", "none.rs", "a/../../secret"] {
            assert_eq!(own_file(&root, file), None, "{file}");
        }
    }
}
