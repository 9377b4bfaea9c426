//! Measuring every benchmark of a project, each in a process of its own, or in several where the harness hands out no
//! samples ([`processes`]).
//!
//! A process of its own costs the set-up of the executable once more for each benchmark. It buys that a benchmark
//! that panics, hangs or is killed takes no other with it, that time can be given out one by one, and that a run
//! that is cut short holds whole measurements.

mod launch;
mod list;
mod process_record;
mod processes;
mod refine;
mod restore;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use perfaudit_exec::{Finished, Interrupt};
use perfaudit_result::{ArtifactId, Samples, Workload, WorkloadId, WorkloadState};
use perfaudit_run::{OpenedRun, RunDirectory, RunDirectoryError};
use regex::Regex;

use crate::criterion::listing::Filter;
use crate::executable::BenchExecutable;
use crate::pace::{Pace, Settings};
use crate::{message, row};
use list::Listed;
use process_record::EarlierProcesses;

/// What to measure, and how.
pub struct GatherRequest<'a> {
    /// The executables.
    pub executables: &'a [BenchExecutable],
    /// Only benchmarks whose workload id matches.
    pub filter: Option<&'a Regex>,
    /// How the time is spread.
    pub pace: Pace,
    /// Decides the order.
    pub seed: u64,
    /// How long a process may run before it says how long it will take.
    pub patience: Duration,
    /// A run of the same seed that was cut short: what it measured of the same executables is taken over.
    pub earlier: Option<&'a OpenedRun>,
    /// How much of the budget is gone.
    pub spent: Duration,
    /// Whether something else is measured afterwards under the same budget.
    pub is_followed: bool,
    /// Whether quick mode measures uncertain benchmarks again.
    pub refines: bool,
    /// How badly a benchmark is known from its samples: the width of an interval over its value, infinite where there is
    /// none or it does not decide what it should. Gatherers compute nothing; this only says where time is left to go.
    pub width: &'a dyn Fn(&Workload, &Samples) -> f64,
}

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum GatherEvent<'a> {
    /// An executable is asked what it holds.
    Listing {
        /// `package/target`.
        target: &'a str,
    },
    /// All executables were asked.
    Planned {
        /// The number of benchmarks to measure.
        benchmarks: usize,
        /// How long that takes, as far as it can be foretold.
        estimate: Duration,
    },
    /// A benchmark is being measured.
    Measuring {
        /// The workload.
        id: &'a WorkloadId,
        /// Its place, from 1.
        position: usize,
        /// The number of benchmarks.
        of: usize,
        /// How long the rest takes, as far as it can be foretold.
        left: Duration,
    },
}

/// Workloads without figures, and their samples.
#[derive(Debug, Default)]
pub struct Gathered {
    /// One row for each benchmark that was listed, and one for each target that could not be asked.
    pub workloads: Vec<Workload>,
    /// The batches of the measured ones.
    pub samples: BTreeMap<ArtifactId, Samples>,
    /// The share of each executable's start-up, by its place in the request.
    pub listing_time: Vec<Duration>,
    /// True when the user interrupted.
    pub interrupted: bool,
    /// True when the budget was spent before everything was measured.
    pub out_of_budget: bool,
    /// Processes that benchmarks left behind; they were ended.
    pub strays: usize,
}

/// Why gathering cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The run directory cannot be written.
    #[error(transparent)]
    Run(#[from] RunDirectoryError),
}

/// A benchmark that waits for its turn: its row, its executable, and how it may be run.
struct Waiting {
    row: usize,
    executable: usize,
    title: String,
    filters: Vec<Filter>,
}

/// The gatherer while it works.
struct Gatherer<'a> {
    request: &'a GatherRequest<'a>,
    directory: &'a mut RunDirectory,
    interrupt: &'a Interrupt,
    gathered: Gathered,
    /// For each executable and title: its row.
    rows: BTreeMap<(usize, String), usize>,
    launches: u32,
    /// What can be taken over of benchmarks that run in several processes.
    earlier: EarlierProcesses,
}

/// Lists and measures. Rows come in the order of the listing; `order` tells the order of measuring.
///
/// # Errors
/// When the run directory cannot be written. Whatever a benchmark does is a row.
pub fn gather(
    request: &GatherRequest<'_>,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(GatherEvent<'_>),
) -> Result<Gathered, GatherError> {
    let mut gatherer = Gatherer::new(request, directory, interrupt);
    let Listed { mut waiting, repeated } = gatherer.list_all(observe);
    perfaudit_stats::shuffle(&mut waiting, request.seed);
    let benchmarks = waiting.len() + repeated.len();
    let estimate = gatherer.estimate(&waiting) + gatherer.estimate_repeated(repeated.len());
    let estimate = request.pace.budget().map_or(estimate, |budget| estimate.min(budget));
    observe(GatherEvent::Planned { benchmarks, estimate });
    let now = Instant::now();
    let started = now.checked_sub(request.spent).unwrap_or(now);
    let measured = gatherer.measure_all(&waiting, repeated.len(), started, observe)?;
    gatherer.measure_repeated(repeated, started, observe)?;
    gatherer.refine(&measured, started, observe)?;
    Ok(gatherer.gathered)
}

/// Lists without measuring: rows of state `not_run` are benchmarks, all others tell what cannot be one.
#[must_use]
pub fn list(
    request: &GatherRequest<'_>,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(GatherEvent<'_>),
) -> Gathered {
    let mut gatherer = Gatherer::new(request, directory, interrupt);
    gatherer.list_all(observe);
    gatherer.gathered
}

impl<'a> Gatherer<'a> {
    fn new(
        request: &'a GatherRequest<'a>,
        directory: &'a mut RunDirectory,
        interrupt: &'a Interrupt,
    ) -> Self {
        Self {
            request,
            directory,
            interrupt,
            gathered: Gathered::default(),
            rows: BTreeMap::new(),
            launches: 0,
            earlier: request.earlier.map(EarlierProcesses::of).unwrap_or_default(),
        }
    }
}

impl Gatherer<'_> {
    /// Measures each in one process, and returns those that it started. `behind` benchmarks come afterwards, and keep their share of the budget.
    fn measure_all<'w>(
        &mut self,
        waiting: &'w [Waiting],
        behind: usize,
        started: Instant,
        observe: &mut dyn FnMut(GatherEvent<'_>),
    ) -> Result<Vec<&'w Waiting>, GatherError> {
        let pace = self.request.pace;
        let mut measured = Vec::new();
        for (position, benchmark) in waiting.iter().enumerate() {
            // An earlier process may have measured it along with a benchmark of the same name.
            if self.gathered.workloads[benchmark.row].state != WorkloadState::NotRun {
                continue;
            }
            if self.gathered.interrupted || self.interrupt.is_set() {
                self.gathered.interrupted = true;
                self.gathered.workloads[benchmark.row].message = Some(message::interrupted());
                continue;
            }
            if self.restore(benchmark)? {
                continue;
            }
            let remaining = waiting.len() - position + behind;
            let overhead = self.gathered.listing_time[benchmark.executable];
            let Some(settings) = pace.next(started.elapsed(), remaining, overhead) else {
                self.gathered.out_of_budget = true;
                self.gathered.workloads[benchmark.row].message = Some(message::out_of_budget(pace.budget()));
                continue;
            };
            observe(GatherEvent::Measuring {
                id: &self.gathered.workloads[benchmark.row].id,
                position: position + 1,
                of: waiting.len(),
                left: self.time_left(&waiting[position..], started.elapsed()),
            });
            self.measure(benchmark, settings)?;
            measured.push(benchmark);
        }
        Ok(measured)
    }

    /// Tries the filters until one of them leads to samples or to a failure worth telling.
    fn measure(&mut self, benchmark: &Waiting, settings: Settings) -> Result<(), GatherError> {
        for filter in &benchmark.filters {
            self.launch(benchmark, filter, settings)?;
            if self.gathered.workloads[benchmark.row].state != WorkloadState::NoResults {
                break;
            }
        }
        Ok(())
    }

    fn estimate(&self, waiting: &[Waiting]) -> Duration {
        let overhead: Duration =
            waiting.iter().map(|benchmark| self.gathered.listing_time[benchmark.executable]).sum();
        let mean = overhead / u32::try_from(waiting.len().max(1)).unwrap_or(u32::MAX);
        self.request.pace.estimate(waiting.len(), mean)
    }

    fn estimate_repeated(&self, benchmarks: usize) -> Duration {
        let executables = u32::try_from(self.gathered.listing_time.len().max(1)).unwrap_or(u32::MAX);
        let overhead = self.gathered.listing_time.iter().sum::<Duration>() / executables;
        let pace = self.request.pace;
        pace.estimate_processes(benchmarks * pace.processes() as usize, overhead)
    }

    /// From what the measured ones took, once there are some.
    fn time_left(&self, waiting: &[Waiting], spent: Duration) -> Duration {
        let estimate = if self.launches == 0 {
            self.estimate(waiting)
        } else {
            spent / self.launches * u32::try_from(waiting.len()).unwrap_or(u32::MAX)
        };
        self.request.pace.budget().map_or(estimate, |budget| estimate.min(budget.saturating_sub(spent)))
    }
}

/// What a process printed, and how it ended.
fn log_of(finished: &Finished) -> String {
    format!(
        "{}\n\nstandard output:\n{}\n\nstandard error:\n{}\n",
        finished.ending.describe(),
        finished.stdout.text(),
        finished.stderr.text()
    )
}

/// Rows for targets that have no executable.
#[must_use]
pub fn unbuilt(failure: &crate::build::BuildFailure) -> Workload {
    use crate::build::BuildFailureReason;
    let (state, message) = match &failure.reason {
        BuildFailureReason::MissingFeatures(features) => {
            (WorkloadState::Unsupported, message::missing_features(features))
        }
        BuildFailureReason::Failed(said) => (WorkloadState::BuildFailed, said.clone()),
        BuildFailureReason::Interrupted => (WorkloadState::NotRun, message::interrupted()),
    };
    row::whole_target(&failure.package, &failure.target.name, &failure.target.source, state, message)
}
