//! Whole commands as workloads: each observation is a process of its own.
//!
//! What hyperfine established is kept: warm-up runs, `setup`, `prepare` and `cleanup`, at least ten runs and about
//! three seconds for each command, a padded environment so that the stack's place does not decide the result, and
//! warnings that say what helps. What differs:
//!
//! - Commands take turns instead of being measured one after the other, so that a machine that becomes slower
//!   slows all of them alike. A command that is set up, prepared or cleaned up, or measured cold, is measured alone.
//! - A line is given to a shell only if it needs one ([`CommandLine::argv`]). The shell's start-up is measured and
//!   told, and not subtracted: a difference of two means is not what anybody waited for.
//! - Standard output is hashed unless it is said to be thrown away: a program that prints into `/dev/null` may do
//!   less work, and one that does not print the same each time may not do the same work.
//! - What is measured besides the time, and how exactly, is told in [`perfaudit_exec::timed`].
//!
//! [`measure_commands`] measures and writes artifacts, [`command_metrics`] makes figures of them.

mod aa;
mod change;
mod cold;
mod earlier;
mod effort;
mod figures;
mod line;
mod remark;
mod runs;
mod schedule;
mod session;
mod spec;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use perfaudit_exec::Interrupt;
use perfaudit_exec::timed::{Launcher, OutputUse, TimedCommand};
use perfaudit_result::{
    ArtifactId, ArtifactKind, Mode, Samples, Sampling, SamplingMode, Workload, WorkloadId, WorkloadState,
    WorkloadTarget,
};
use perfaudit_run::{OpenedRun, RunDirectory, sha256_of_file};

use crate::gather::GatherError;
use crate::message;

use effort::Effort;
use session::{Means, Session};

pub use aa::{
    FLOOR_SHARE, SelfPairs, SelfPairsError, estimate_floors, kernel_noise, measure_against_themselves,
};
pub use change::SourceChange;
pub use figures::command_metrics;
pub(crate) use figures::{extremes, quantities};
pub use line::{CommandLine, NeedsShell};
pub use remark::Remark;
pub use runs::{CommandRun, CommandRuns, MOST_OUTPUTS, Output};
pub use spec::{AcceptedExit, Cache, CommandSpec, Family, Preparation, Runs};
pub use steps::SteppedCommand;

/// Which commands to measure, and how.
#[derive(Debug)]
pub struct CommandRequest<'a> {
    /// The commands; no two have the same name.
    pub specs: &'a [CommandSpec],
    /// How much is made of each.
    pub mode: Mode,
    /// How long all measuring of the run may take.
    pub budget: Option<Duration>,
    /// How much of that is gone.
    pub spent: Duration,
    /// Decides the order of runs and the padding of environments.
    pub seed: u64,
    /// How long a run may take if its command has no limit of its own.
    pub patience: Duration,
    /// A run of the same mode and seed that was cut short: the runs it made of the same commands count.
    pub earlier: Option<&'a OpenedRun>,
    /// What the files of this request begin with, which those of no other request of the run do.
    pub label: &'static str,
}

impl CommandRequest<'_> {
    fn left(&self) -> Option<Duration> {
        self.budget.map(|budget| budget.saturating_sub(self.spent))
    }

    /// The path of an artifact below a folder of the run.
    fn file(&self, folder: &str, index: usize) -> String {
        format!("artifacts/{folder}/{}-{index:04}.json", self.label)
    }
}

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum CommandEvent<'a> {
    /// How much there is to do.
    Planned {
        /// The number of commands.
        commands: usize,
        /// How long they take, as far as it can be foretold.
        estimate: Duration,
    },
    /// A command is set up and warmed up.
    WarmingUp {
        /// The workload.
        id: &'a WorkloadId,
    },
    /// A command is run.
    Measuring {
        /// The workload.
        id: &'a WorkloadId,
        /// Runs made of it up to now.
        made: u32,
        /// Runs planned, as far as that is decided.
        planned: u32,
    },
}

/// Workloads without figures, and what was observed of them.
#[derive(Debug, Default)]
pub struct MeasuredCommands {
    /// One row for each command, in the order of the request.
    pub workloads: Vec<Workload>,
    /// The wall times of each measured command, by the artifact that holds them.
    pub samples: BTreeMap<ArtifactId, Samples>,
    /// Everything else that was observed, with the artifact that holds it.
    pub runs: BTreeMap<WorkloadId, (ArtifactId, CommandRuns)>,
    /// What readers of the figures should know.
    pub remarks: BTreeMap<WorkloadId, Vec<Remark>>,
    /// True when the user interrupted.
    pub interrupted: bool,
    /// True when the budget was spent before every command was run as often as wanted.
    pub out_of_budget: bool,
    /// Processes that commands left behind; they were ended.
    pub strays: usize,
    /// Files that were built to be weighed, as long as their target directory is there.
    pub shipped: BTreeMap<WorkloadId, std::path::PathBuf>,
}

/// The kind of the artifact that holds [`CommandRuns`].
const RUNS_KIND: ArtifactKind = ArtifactKind::CommandRuns;
/// How often an empty line is given to the shell.
const EMPTY_LINES: u32 = 30;
/// How often before that.
const EMPTY_WARMUP: u32 = 3;

/// The row of a command that waits for its turn.
#[must_use]
pub fn command_row(spec: &CommandSpec) -> Workload {
    // cargo itself is not what is measured where it builds and tests.
    if spec.family != Family::COMMAND {
        return row_of(spec);
    }
    let is_direct = spec.run.argv().1 == NeedsShell::No;
    let program = is_direct.then(|| cold::program(spec)).flatten();
    Workload { binary_sha256: program.and_then(|path| sha256_of_file(&path).ok()), ..row_of(spec) }
}

fn row_of(spec: &CommandSpec) -> Workload {
    // Commands have no target between the word for all of them and their names.
    let target = WorkloadTarget { package: spec.family.word, target: "", source: &spec.source };
    Workload::new(spec.family.kind, &target, &spec.name, WorkloadState::NotRun)
}

/// Measures commands. `launcher` starts them; see [`perfaudit_exec::timed`].
///
/// # Errors
/// When the run directory cannot be written. Whatever a command does is a row.
pub fn measure_commands(
    request: &CommandRequest<'_>,
    launcher: &mut Launcher,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(CommandEvent<'_>),
) -> Result<MeasuredCommands, GatherError> {
    let mut sessions: Vec<Session<'_>> = (0_u64..)
        .zip(request.specs)
        .map(|(index, spec)| {
            let effort = Effort::new(request.mode, spec.runs);
            let identity = earlier::identity(spec, request.mode);
            Session::new(spec, row_of(spec).id, identity, effort, request.patience, request.seed ^ index)
        })
        .collect();
    let (launches, spent_before_s) = take_over(request, &mut sessions);
    observe(CommandEvent::Planned { commands: sessions.len(), estimate: estimate(request, &sessions) });
    let means =
        Means { launcher, interrupt, patience: request.patience, started: Instant::now(), spent_before_s };
    let mut measurer = Measurer { request, means, waiting: sessions.len(), launches };
    measurer.calibrate_shell(&mut sessions);
    let (mut alone, mut together): (Vec<_>, Vec<_>) =
        sessions.iter_mut().partition(|session| session.spec.is_alone());
    measurer.measure(&mut together, observe);
    for session in &mut alone {
        measurer.measure(std::slice::from_mut(session), observe);
    }
    let mut measured = MeasuredCommands { interrupted: interrupt.is_set(), ..MeasuredCommands::default() };
    for (index, session) in sessions.into_iter().enumerate() {
        measured.take(index, session, request, directory)?;
    }
    Ok(measured)
}

/// Gives each command the runs that an earlier session made of it. Tells how many there are, and how many seconds that
/// session took.
fn take_over(request: &CommandRequest<'_>, sessions: &mut [Session<'_>]) -> (u32, f64) {
    let known = request.earlier.map(earlier::of).unwrap_or_default();
    let (mut launches, mut spent_s) = (0, 0.0_f64);
    for session in sessions {
        let Some(earlier) = known.get(&session.runs.workload) else { continue };
        if earlier.runs.identity == session.runs.identity {
            session.take_over(earlier);
            launches += session.made();
            spent_s = spent_s.max(earlier.end_s());
        }
    }
    (launches, spent_s)
}

fn estimate(request: &CommandRequest<'_>, sessions: &[Session<'_>]) -> Duration {
    let all = sessions.iter().map(|session| session.effort.time()).sum();
    request.left().map_or(all, |left| left.min(all))
}

struct Measurer<'a> {
    request: &'a CommandRequest<'a>,
    means: Means<'a>,
    /// Commands whose number of runs is not decided yet.
    waiting: usize,
    launches: u32,
}

impl Measurer<'_> {
    fn is_stopped(&self) -> bool {
        self.means.interrupt.is_set() || self.left() == Some(Duration::ZERO)
    }

    fn left(&self) -> Option<Duration> {
        self.request.left().map(|left| left.saturating_sub(self.means.started.elapsed()))
    }

    /// Measures commands that take turns.
    fn measure(&mut self, sessions: &mut [&mut Session<'_>], observe: &mut dyn FnMut(CommandEvent<'_>)) {
        for session in sessions.iter_mut() {
            if self.is_stopped() {
                break;
            }
            observe(CommandEvent::WarmingUp { id: &session.runs.workload });
            session.begin(&mut self.means);
        }
        // A few runs of each tell how often the budget allows all of them.
        self.take_turns(sessions, observe);
        let waiting = u32::try_from(self.waiting.max(1)).unwrap_or(u32::MAX);
        let share = self.left().map(|left| left / waiting);
        for session in sessions.iter_mut() {
            session.plan(share.map(|share| share + session.cycle() * session.made()));
        }
        self.waiting -= sessions.len();
        self.take_turns(sessions, observe);
        for session in sessions.iter_mut() {
            session.end(&mut self.means);
        }
    }

    fn take_turns(&mut self, sessions: &mut [&mut Session<'_>], observe: &mut dyn FnMut(CommandEvent<'_>)) {
        while !self.is_stopped() {
            let left = self.left();
            // A run that the budget cannot hold is not begun, unless it is the first.
            let progress: Vec<_> = sessions
                .iter()
                .map(|session| {
                    let fits = session.made() == 0 || left.is_none_or(|left| session.cycle() <= left);
                    session.progress().filter(|_| fits)
                })
                .collect();
            let Some(turn) = schedule::next(&progress, self.request.seed) else { break };
            let session = &mut sessions[turn];
            if let Some(schedule::Progress { made, planned }) = progress[turn] {
                observe(CommandEvent::Measuring { id: &session.runs.workload, made, planned });
            }
            session.order.get_or_insert(self.launches);
            self.launches += 1;
            session.observe(&mut self.means);
        }
    }

    /// Measures how long the shell takes for an empty line, if a command goes through it.
    fn calibrate_shell(&mut self, sessions: &mut [Session<'_>]) {
        let mut shells: Vec<_> = sessions.iter_mut().filter(|session| session.needs_shell_time()).collect();
        let Some(first) = shells.first() else { return };
        let command = steps::placed(&first.spec.run.emptied(), first.spec).time_limit(self.means.patience);
        let empty = TimedCommand { command, input: None, output: OutputUse::Discarded };
        let mut times = Vec::new();
        for run in 0..EMPTY_WARMUP + EMPTY_LINES {
            if self.is_stopped() {
                break;
            }
            // A command that goes through a shell that cannot be started says so itself.
            let Ok(timed) = self.means.launcher.run(&empty, self.means.interrupt) else { return };
            if run >= EMPTY_WARMUP && timed.ending.is_success() {
                times.push(u64::try_from(timed.wall.as_nanos()).unwrap_or(u64::MAX));
            }
        }
        for session in &mut shells {
            session.runs.empty_shell_ns.clone_from(&times);
        }
    }
}

impl MeasuredCommands {
    /// Makes the row of a command, and writes down what was observed.
    fn take(
        &mut self,
        index: usize,
        session: Session<'_>,
        request: &CommandRequest<'_>,
        directory: &mut RunDirectory,
    ) -> Result<(), GatherError> {
        let mut row = command_row(session.spec);
        let id = row.id.clone();
        self.strays += session.strays + session.steps.strays;
        row.order = session.order;
        let made = session.runs.runs.len();
        if made > 0 {
            self.observed(&request.file("samples", index), &session, &mut row, directory)?;
        }
        match session.failure {
            Some(failure) => {
                let log = format!("{}\n\nstandard error:\n{}\n", failure.message, failure.log);
                directory.add(
                    ArtifactKind::WorkloadLog,
                    &format!("artifacts/logs/{}-{index:04}.log", request.label),
                    log.as_bytes(),
                )?;
                row.state = failure.state;
                let before = if made > 0 { format!("after {made} runs: ") } else { String::new() };
                row.message = Some(before + &failure.message);
            }
            None if made == 0 => {
                self.out_of_budget |= !self.interrupted;
                row.message = Some(if self.interrupted {
                    message::interrupted()
                } else {
                    message::out_of_budget(request.budget)
                });
            }
            None => {
                row.state = WorkloadState::Measured;
                let said = remark::remarks(&session.runs, session.spec.warmup > 0, session.effort.least());
                self.out_of_budget |= said.iter().any(|remark| matches!(remark, Remark::FewRuns { .. }));
                let texts: Vec<String> = said.iter().map(ToString::to_string).collect();
                row.message = (!texts.is_empty()).then(|| texts.join("\n"));
                self.remarks.insert(id.clone(), said);
            }
        }
        if let Some(artifact) = runs_artifact(&request.file("commands", index), &session.runs, directory)? {
            self.runs.insert(id, (artifact, session.runs));
        }
        self.workloads.push(row);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "times are below 2^53 ns")]
    fn observed(
        &mut self,
        path: &str,
        session: &Session<'_>,
        row: &mut Workload,
        directory: &mut RunDirectory,
    ) -> Result<(), GatherError> {
        let times: Vec<f64> = session.runs.runs.iter().map(|run| run.wall_ns as f64).collect();
        let n = times.len();
        row.duration_s = Some(times.iter().sum::<f64>() / 1e9);
        row.sampling = Some(Sampling {
            mode: SamplingMode::Flat,
            batches: n as u64,
            least_iterations: 1,
            most_iterations: 1,
            effective_batches: n as f64,
            stated: None,
        });
        let samples = Samples::new(row.id.clone(), vec![1; n], times).expect("every run took a finite time");
        let artifact = directory.add_samples(path, &samples)?;
        row.samples = Some(artifact.clone());
        self.samples.insert(artifact, samples);
        Ok(())
    }
}

fn runs_artifact(
    path: &str,
    runs: &CommandRuns,
    directory: &mut RunDirectory,
) -> Result<Option<ArtifactId>, GatherError> {
    if runs.runs.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_vec(runs).expect("runs hold nothing that JSON cannot");
    Ok(Some(directory.add(RUNS_KIND, path, &text)?))
}
