//! One command while it is measured.

use std::time::{Duration, Instant};

use perfaudit_exec::timed::{Launcher, Timed, TimedCommand};
use perfaudit_exec::{Ending, Interrupt, OutputLimit};
use perfaudit_result::{WorkloadId, WorkloadState};

use super::earlier::Earlier;
use super::effort::Effort;
use super::line::NeedsShell;
use super::runs::CommandRuns;
use super::schedule::Progress;
use super::spec::CommandSpec;
use super::steps::{Steps, placed};
use crate::message;

/// What is kept of each end of standard error.
const STDERR_BYTES: usize = 8 * 1024;
/// The variable that pads the environment.
const PADDING: &str = "PERFAUDIT_PADDING";
/// The environment is padded by less than a page.
const PAGE: u16 = 4096;

/// Why a command cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) state: WorkloadState,
    pub(super) message: String,
    /// What it printed on standard error.
    pub(super) log: String,
}

impl Failure {
    pub(super) fn plain(state: WorkloadState, message: String) -> Self {
        Self { state, log: message.clone(), message }
    }
}

/// One command while it is measured.
pub(super) struct Session<'a> {
    pub(super) spec: &'a CommandSpec,
    pub(super) effort: Effort,
    pub(super) runs: CommandRuns,
    pub(super) failure: Option<Failure>,
    pub(super) strays: usize,
    /// The place of its first run in the order of measuring.
    pub(super) order: Option<u32>,
    command: TimedCommand,
    pub(super) steps: Steps<'a>,
    paddings: Vec<u16>,
    /// How long each run took, with all that was done for it.
    cycles: Vec<Duration>,
    is_set_up: bool,
}

/// What runs are made with.
pub(super) struct Means<'a> {
    pub(super) launcher: &'a mut Launcher,
    pub(super) interrupt: &'a Interrupt,
    /// Ends a step or a run of a command without a limit of its own.
    pub(super) patience: Duration,
    /// The start of measuring.
    pub(super) started: Instant,
    /// How long the session took that this one goes on from, in seconds.
    pub(super) spent_before_s: f64,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        spec: &'a CommandSpec,
        id: WorkloadId,
        identity: String,
        effort: Effort,
        patience: Duration,
        seed: u64,
    ) -> Self {
        let (argv, _) = spec.run.argv();
        let command = placed(&spec.run, spec)
            .output_limit(OutputLimit(STDERR_BYTES))
            .time_limit(spec.timeout.unwrap_or(patience));
        let mut paddings: Vec<u16> = (0..PAGE).collect();
        perfaudit_stats::shuffle(&mut paddings, seed);
        Self {
            spec,
            effort,
            runs: CommandRuns::new(id, argv, identity),
            failure: None,
            strays: 0,
            order: None,
            command: TimedCommand { command, input: spec.input.clone(), output: spec.output },
            steps: Steps::of(spec),
            paddings,
            cycles: Vec::new(),
            is_set_up: false,
        }
    }

    /// Goes on from the runs of an earlier session.
    pub(super) fn take_over(&mut self, earlier: &Earlier) {
        self.runs = earlier.runs.clone();
        // What a budget had cut down may be more now.
        self.runs.planned = self.runs.planned.filter(|planned| *planned >= self.effort.least());
        self.order = Some(earlier.order);
        self.strays = self.runs.runs.iter().map(|run| run.strays).sum();
        // What was done for each run besides is not known.
        self.cycles = self.runs.runs.iter().map(|run| Duration::from_nanos(run.wall_ns)).collect();
    }

    /// Sets up and warms up, if there is anything to run.
    pub(super) fn begin(&mut self, means: &mut Means<'_>) {
        if self.runs.planned.is_some_and(|planned| self.made() >= planned) {
            return;
        }
        self.is_set_up = true;
        if let Err(failure) = self.steps.set_up(means.interrupt, means.patience) {
            return self.failure = Some(failure);
        }
        for _ in 0..self.spec.warmup {
            if let Err(failure) = self.run_once(means) {
                return self.failure = Some(failure);
            }
        }
    }

    /// Runs it once, timed.
    pub(super) fn observe(&mut self, means: &mut Means<'_>) {
        let began = Instant::now();
        let at_s = means.spent_before_s + means.started.elapsed().as_secs_f64();
        match self.run_once(means) {
            Ok((timed, padding)) => self.runs.push(&timed, at_s, padding),
            Err(failure) => self.failure = Some(failure),
        }
        self.cycles.push(began.elapsed());
    }

    /// Cleans up, also after a failure and after an interrupt.
    pub(super) fn end(&mut self, means: &mut Means<'_>) {
        if !self.is_set_up {
            return;
        }
        if let Err(failure) = self.steps.clean_up(means.patience) {
            self.failure.get_or_insert(failure);
        }
    }

    /// Decides how often it is run, once enough runs tell how long one takes. `share` is what is left for it of the
    /// budget.
    pub(super) fn plan(&mut self, share: Option<Duration>) {
        if self.runs.planned.is_none() && self.made() >= self.effort.pilot() {
            self.runs.planned = Some(self.effort.runs(self.cycle(), share, self.made()));
        }
    }

    /// Whether it goes through a shell whose start-up is not known.
    pub(super) fn needs_shell_time(&self) -> bool {
        self.spec.run.argv().1 == NeedsShell::Yes && self.runs.empty_shell_ns.is_empty()
    }

    /// How far it has come; none when it cannot go on. Before the number of runs is decided, a few are planned.
    pub(super) fn progress(&self) -> Option<Progress> {
        let planned = self.runs.planned.unwrap_or(self.effort.pilot());
        self.failure.is_none().then_some(Progress { made: self.made(), planned })
    }

    pub(super) fn made(&self) -> u32 {
        u32::try_from(self.runs.runs.len()).unwrap_or(u32::MAX)
    }

    /// What a run takes, by the median of those that were made.
    pub(super) fn cycle(&self) -> Duration {
        let mut cycles = self.cycles.clone();
        cycles.sort_unstable();
        cycles.get(cycles.len() / 2).copied().unwrap_or_default()
    }

    fn run_once(&mut self, means: &mut Means<'_>) -> Result<(Timed, u16), Failure> {
        if let Some(eviction) = self.steps.prepare(means.interrupt, means.patience)? {
            self.runs.dropped_from_cache = eviction.dropped;
            self.runs.kept_in_cache = eviction.kept;
        }
        let padding = self.paddings[self.runs.runs.len() % self.paddings.len()];
        let mut command = self.command.clone();
        command.command = command.command.env(PADDING, "x".repeat(usize::from(padding)));
        let timed = means
            .launcher
            .run(&command, means.interrupt)
            .map_err(|error| Failure::plain(WorkloadState::Failed, error.to_string()))?;
        self.strays += timed.strays;
        match timed.ending {
            Ending::Exited(code) if self.spec.exit.accepts(code) => Ok((timed, padding)),
            _ => Err(failure_of(&timed)),
        }
    }
}

fn failure_of(timed: &Timed) -> Failure {
    const LINES: usize = 12;
    const LONGEST: usize = 300;
    if timed.ending == Ending::Interrupted {
        return Failure::plain(WorkloadState::NotRun, message::interrupted());
    }
    let how = match timed.ending {
        Ending::TimedOut => {
            format!("still running after {:.0} s and ended; `timeout` allows more", timed.wall.as_secs_f64())
        }
        Ending::Exited(code) => format!("exit code {code}, which is not accepted"),
        ending => ending.describe(),
    };
    let lines: Vec<&str> = timed.stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail =
        lines[lines.len().saturating_sub(LINES)..].iter().map(|line| line.chars().take(LONGEST).collect());
    let message = std::iter::once(how).chain(tail).collect::<Vec<_>>().join("\n");
    Failure { state: crate::row::state_of(timed.ending), message, log: timed.stderr.clone() }
}
