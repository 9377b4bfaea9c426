//! What is run on both sides: a benchmark of both builds, or a command of each side.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use perfaudit_bench::{BenchExecutable, ProfileRequest, profiled_process};
use perfaudit_exec::timed::{Launcher, PeakRss, TimedCommand, TimedError};
use perfaudit_exec::{Command, Ending, Interrupt, RunError, run};
use perfaudit_result::{Workload, WorkloadId, WorkloadKind};

use crate::layouts::{LayoutError, Layouts};
use crate::pair::Observation;
use crate::workbench::{Both, Side, Workbench, WorkbenchError};

/// The variable that makes an environment longer.
const PADDING: &str = "PERFAUDIT_PADDING";

/// Variables that a process gets besides its environment.
pub type Environment = Vec<(String, OsString)>;

/// The benchmarks of one arm.
#[derive(Debug)]
pub struct ArmBenchmarks {
    /// The executables, as they were built.
    pub executables: Vec<BenchExecutable>,
    /// What they hold.
    pub workloads: Vec<Workload>,
    /// What their processes get besides the environment.
    pub environment: Environment,
}

impl ArmBenchmarks {
    /// The executable that holds a workload.
    fn executable(&self, workload: &Workload) -> Option<&BenchExecutable> {
        let holds = |one: &&BenchExecutable| one.package == workload.package && one.target == workload.target;
        self.executables.iter().find(holds)
    }
}

/// Something that both sides have.
#[derive(Debug)]
pub struct Subject<'a> {
    /// Its name, the same on both sides.
    pub id: WorkloadId,
    /// What kind of thing it is.
    pub kind: WorkloadKind,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Benchmark { arms: &'a Both<ArmBenchmarks>, rows: Both<usize>, time: Duration },
    Command(Box<Both<PairedCommand>>),
}

/// A command of one side.
#[derive(Debug, Clone)]
pub struct PairedCommand {
    /// What is measured.
    pub timed: TimedCommand,
    /// What is run before each process of it, and not measured.
    pub prepare: Option<Command>,
}

impl From<TimedCommand> for PairedCommand {
    fn from(timed: TimedCommand) -> Self {
        Self { timed, prepare: None }
    }
}

/// What runs are made with.
#[derive(Debug)]
pub struct Means<'a> {
    /// Where builds and trees lie; none where commands are compared that belong to no tree.
    pub workbench: Option<&'a mut Workbench>,
    /// What is linked in further layouts.
    pub layouts: &'a Layouts,
    /// Starts commands; none where only benchmarks are compared.
    pub launcher: Option<&'a mut Launcher>,
    /// How long one process may take.
    pub patience: Duration,
    /// Ends everything.
    pub interrupt: &'a Interrupt,
}

/// Why there is no observation.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The subject cannot be measured on this side; the others can.
    #[error("{0}")]
    Subject(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// Nothing can be measured any more.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    /// Nothing can be measured any more.
    #[error(
        "cannot make a folder for what harnesses write: {0}; make room, or name another place with TMPDIR"
    )]
    Scratch(std::io::Error),
}

impl<'a> Subject<'a> {
    /// A benchmark: both builds, its row in the workloads of each side, and how long one process of it measures.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn benchmark(arms: &'a Both<ArmBenchmarks>, rows: Both<usize>, time: Duration) -> Self {
        let row = &arms.b.workloads[rows.b];
        Self { id: row.id.clone(), kind: row.kind, what: What::Benchmark { arms, rows, time } }
    }

    /// A command of each side.
    #[must_use]
    pub fn command(id: WorkloadId, sides: Both<PairedCommand>) -> Self {
        Self { id, kind: WorkloadKind::Command, what: What::Command(Box::new(sides)) }
    }

    /// Where the program of one side lies in a layout while the side is seated, linked if it is not there; none for a
    /// command, which is run as it is.
    pub(crate) fn program(
        &self,
        side: Side,
        layout: u32,
        means: &mut Means<'_>,
    ) -> Result<Option<PathBuf>, ObserveError> {
        let (Some((executable, ..)), Some(workbench)) = (self.held(side), &mut means.workbench) else {
            return Ok(None);
        };
        match means.layouts.program(workbench, side, executable, layout, means.interrupt) {
            Ok(program) => Ok(Some(program)),
            Err(LayoutError::OneLayout(why)) => {
                Err(ObserveError::Subject(format!("it could not be linked in a further layout: {why}")))
            }
            Err(LayoutError::Interrupted) => Err(ObserveError::Interrupted),
            Err(LayoutError::Workbench(error)) => Err(error.into()),
        }
    }

    /// Runs it once on one side.
    ///
    /// # Errors
    /// When there is nothing to compare: a process that failed has no time.
    pub fn observe(
        &self,
        side: Side,
        layout: u32,
        padding: u16,
        known_ns: Option<f64>,
        means: &mut Means<'_>,
    ) -> Result<Observation, ObserveError> {
        let padding = "x".repeat(usize::from(padding));
        match &self.what {
            What::Benchmark { arms, rows, time } => {
                let program = self.program(side, layout, means)?;
                if let Some(workbench) = &mut means.workbench {
                    workbench.seat(side)?;
                }
                let arm = arms.get(side);
                let workload = &arm.workloads[*rows.get(side)];
                let executable = arm
                    .executable(workload)
                    .ok_or_else(|| ObserveError::Subject(format!("`{}` was not built", workload.target)))?;
                let linked = program.map(|path| BenchExecutable { path, ..executable.clone() });
                let executable = linked.as_ref().unwrap_or(executable);
                // A folder of its own for each process: Criterion would compare with what an earlier one wrote.
                let home = tempfile::tempdir().map_err(ObserveError::Scratch)?;
                let request = ProfileRequest {
                    executable,
                    workload,
                    median_ns: known_ns,
                    all: &arm.workloads,
                    time: *time,
                    home: home.path(),
                    limit: means.patience,
                };
                let process = profiled_process(request).map_err(ObserveError::Subject)?;
                let mut command = process.command.clone().env(PADDING, padding);
                for (name, value) in &arm.environment {
                    command = command.env(name, value);
                }
                let finished = run(&command, means.interrupt, &mut |_| {}).map_err(cannot_start)?;
                ended_well(finished.ending, || finished.stderr.last_lines(LINES).join("\n"))?;
                let measured = process.measured(&finished).ok_or_else(|| {
                    ObserveError::Subject("its process stated no time for it under this name".to_owned())
                })?;
                Ok(Observation {
                    value_ns: measured.median_ns,
                    process_s: finished.duration.as_secs_f64(),
                    p95_of_calls_ns: measured.p95_of_calls_ns,
                    throughput: measured.throughput,
                    cpu_ns: None,
                    peak_rss: None,
                    output: None,
                })
            }
            What::Command(sides) => {
                let Some(launcher) = &mut means.launcher else {
                    return Err(ObserveError::Subject("there is nothing to start commands with".to_owned()));
                };
                // A command of a tree runs in it.
                if let Some(workbench) = &mut means.workbench {
                    workbench.seat(side)?;
                }
                let began = Instant::now();
                let PairedCommand { mut timed, prepare } = sides.get(side).clone();
                if let Some(prepare) = prepare {
                    let prepare = prepare.time_limit(means.patience);
                    let finished = run(&prepare, means.interrupt, &mut |_| {}).map_err(cannot_start)?;
                    ended_well(finished.ending, || finished.stderr.last_lines(LINES).join("\n"))
                        .map_err(in_preparation)?;
                }
                timed.command = timed.command.env(PADDING, padding).time_limit(means.patience);
                let timed = launcher.run(&timed, means.interrupt).map_err(refused)?;
                ended_well(timed.ending, || {
                    let lines: Vec<&str> = timed.stderr.lines().collect();
                    lines[lines.len().saturating_sub(LINES)..].join("\n")
                })?;
                Ok(Observation {
                    // A clock that stands still is no time of zero.
                    value_ns: (timed.wall.as_secs_f64() * 1e9).max(1.0),
                    process_s: began.elapsed().as_secs_f64(),
                    p95_of_calls_ns: None,
                    throughput: None,
                    cpu_ns: u64::try_from((timed.user + timed.system).as_nanos()).ok(),
                    peak_rss: if let PeakRss::Measured(bytes) = timed.peak_rss { Some(bytes) } else { None },
                    output: timed.stdout.map(|output| output.sha256),
                })
            }
        }
    }

    /// What one side holds of a benchmark: the executable as it was built, the row, and all rows beside it. None
    /// for a command.
    #[must_use]
    pub fn held(&self, side: Side) -> Option<(&BenchExecutable, &Workload, &[Workload])> {
        let What::Benchmark { arms, rows, .. } = &self.what else { return None };
        let arm = arms.get(side);
        let workload = &arm.workloads[*rows.get(side)];
        Some((arm.executable(workload)?, workload, &arm.workloads))
    }

    /// The command that one side runs, for a reader who wants to see it.
    #[must_use]
    pub fn line(&self, side: Side) -> Option<&Command> {
        match &self.what {
            What::Benchmark { .. } => None,
            What::Command(sides) => Some(&sides.get(side).timed.command),
        }
    }

    /// Whether something is run before each process, which so cannot be repeated by itself.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        matches!(&self.what, What::Command(sides) if sides.a.prepare.is_some() || sides.b.prepare.is_some())
    }
}

/// The last lines of what a process printed that are told.
const LINES: usize = 12;

fn ended_well(ending: Ending, said: impl FnOnce() -> String) -> Result<(), ObserveError> {
    match ending {
        Ending::Exited(0) => Ok(()),
        Ending::Interrupted => Err(ObserveError::Interrupted),
        ending => {
            let said = said();
            let behind = if said.trim().is_empty() { String::new() } else { format!("\n{said}") };
            Err(ObserveError::Subject(format!("{}{behind}", ending.describe())))
        }
    }
}

fn in_preparation(error: ObserveError) -> ObserveError {
    match error {
        ObserveError::Subject(why) => ObserveError::Subject(format!("what is run before it {why}")),
        other => other,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn cannot_start(error: RunError) -> ObserveError {
    ObserveError::Subject(error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn refused(error: TimedError) -> ObserveError {
    ObserveError::Subject(error.to_string())
}
