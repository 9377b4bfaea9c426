//! Measuring every benchmark of a project, each in a process of its own.
//!
//! A process of its own costs the set-up of the executable once more for each benchmark. It buys that a benchmark
//! that panics, hangs or is killed takes no other with it, that time can be given out one by one, and that a run
//! that is cut short holds whole measurements.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use perfaudit_exec::{Ending, Finished, Interrupt, RunError, run};
use perfaudit_result::{ArtifactId, ArtifactKind, Samples, Workload, WorkloadId, WorkloadState};
use perfaudit_run::{RunDirectory, RunDirectoryError, sha256_of_file};
use regex::Regex;

use crate::criterion::launch;
use crate::criterion::listing::{Filter, Listing};
use crate::criterion::progress::Collecting;
use crate::criterion::results::{self, Measurement};
use crate::executable::{BenchExecutable, Harness, harness};
use crate::message;
use crate::pace::{Pace, Settings};
use crate::row;

/// What to measure, and how.
#[derive(Debug)]
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
    let mut gatherer = Gatherer {
        request,
        directory,
        interrupt,
        gathered: Gathered::default(),
        rows: BTreeMap::new(),
        launches: 0,
    };
    let mut waiting = gatherer.list_all(observe);
    perfaudit_stats::shuffle(&mut waiting, request.seed);
    gatherer.measure_all(&waiting, observe)?;
    Ok(gatherer.gathered)
}

impl Gatherer<'_> {
    fn list_all(&mut self, observe: &mut dyn FnMut(GatherEvent<'_>)) -> Vec<Waiting> {
        let mut waiting = Vec::new();
        for (index, executable) in self.request.executables.iter().enumerate() {
            let target = format!("{}/{}", executable.package, executable.target);
            observe(GatherEvent::Listing { target: &target });
            let started = Instant::now();
            self.list(index, executable, &mut waiting);
            self.gathered.listing_time.push(started.elapsed());
        }
        waiting
    }

    fn list(&mut self, index: usize, executable: &BenchExecutable, waiting: &mut Vec<Waiting>) {
        let whole = |state, message: String| row::target(executable, state, message);
        if executable.standard_harness {
            let row = whole(WorkloadState::Unsupported, message::standard_harness(&executable.target));
            return self.gathered.workloads.push(row);
        }
        match harness(&executable.path) {
            Ok(Harness::Criterion) => {}
            Ok(Harness::Unknown) => {
                return self
                    .gathered
                    .workloads
                    .push(whole(WorkloadState::Unsupported, message::unknown_harness()));
            }
            Err(error) => {
                return self.gathered.workloads.push(whole(WorkloadState::Unreadable, error.to_string()));
            }
        }
        if self.interrupt.is_set() {
            self.gathered.interrupted = true;
            return self.gathered.workloads.push(whole(WorkloadState::NotRun, message::interrupted()));
        }
        let command = launch::list(executable, self.request.patience);
        let finished = match run(&command, self.interrupt, &mut |_| {}) {
            Ok(finished) => finished,
            Err(RunError::Start { source, .. }) => {
                return self
                    .gathered
                    .workloads
                    .push(whole(WorkloadState::Failed, format!("cannot be started: {source}")));
            }
        };
        self.gathered.strays += finished.strays;
        let listing = Listing::parse(&finished.stdout.text());
        if !finished.ending.is_success() {
            let state = row::state_of(finished.ending);
            self.gathered.workloads.push(whole(state, message::listing_failed(&finished)));
        } else if listing.titles.is_empty() {
            self.gathered
                .workloads
                .push(whole(WorkloadState::NoResults, message::lists_nothing(&listing.foreign)));
        }
        self.gathered.interrupted |= finished.ending == Ending::Interrupted;
        let sha256 = sha256_of_file(&executable.path).ok();
        for title in &listing.titles {
            let id = row::id(executable, &title.text);
            if self.request.filter.is_some_and(|filter| !filter.is_match(&id.0)) {
                continue;
            }
            let row = self.gathered.workloads.len();
            self.rows.insert((index, title.text.clone()), row);
            self.gathered.workloads.push(row::benchmark(executable, &title.text, sha256.clone()));
            for copy in 2..=title.listed {
                self.gathered.workloads.push(row::hidden_duplicate(
                    executable,
                    &title.text,
                    copy,
                    title.listed,
                ));
            }
            waiting.push(Waiting {
                row,
                executable: index,
                title: title.text.clone(),
                filters: listing.filters(&title.text),
            });
        }
    }

    fn measure_all(
        &mut self,
        waiting: &[Waiting],
        observe: &mut dyn FnMut(GatherEvent<'_>),
    ) -> Result<(), GatherError> {
        let pace = self.request.pace;
        observe(GatherEvent::Planned { benchmarks: waiting.len(), estimate: self.estimate(waiting) });
        let started = Instant::now();
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
            let remaining = waiting.len() - position;
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
        }
        Ok(())
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

    fn launch(
        &mut self,
        benchmark: &Waiting,
        filter: &Filter,
        settings: Settings,
    ) -> Result<(), GatherError> {
        let executable = &self.request.executables[benchmark.executable];
        let order = self.launches;
        self.launches += 1;
        let relative = format!("artifacts/criterion/{order:04}");
        let home = self.directory.path().join(&relative);
        let finished = match self.run_criterion(executable, filter, settings, &home) {
            Ok(finished) => finished,
            Err(error) => {
                let row = &mut self.gathered.workloads[benchmark.row];
                row.state = WorkloadState::Failed;
                row.message = Some(error.to_string());
                return Ok(());
            }
        };
        self.gathered.strays += finished.strays;
        self.directory.adopt(ArtifactKind::Harness, &relative)?;
        let mut unreadable = Vec::new();
        for result in results::collect(&home, |title| row::id(executable, title)) {
            match result {
                Ok(measurement) => self.take(benchmark.executable, order, &finished, measurement)?,
                Err(error) => unreadable.push(error.to_string()),
            }
        }
        if self.gathered.workloads[benchmark.row].state != WorkloadState::Measured {
            self.tell_failure(benchmark, order, &finished, &unreadable)?;
        }
        Ok(())
    }

    /// Runs Criterion; when it says that it will take far longer than its share of a budget, runs it again with
    /// fewer samples.
    fn run_criterion(
        &self,
        executable: &BenchExecutable,
        filter: &Filter,
        settings: Settings,
        home: &Path,
    ) -> Result<Finished, RunError> {
        let allowance = self.request.pace.allowance(settings);
        let mut fewer = None;
        let command = launch::measure(executable, filter, settings, home, self.request.patience);
        let finished = run(&command, self.interrupt, &mut |line| {
            let Some(collecting) = Collecting::parse(line.text) else { return };
            let too_long = allowance.filter(|allowed| collecting.estimated > *allowed);
            fewer = too_long.and_then(|allowed| {
                settings.with_fewer_samples(collecting.samples, collecting.estimated, allowed)
            });
            *line.time_limit = match fewer {
                Some(_) => Some(Duration::ZERO),
                // Set-up that is repeated for each sample is not part of Criterion's estimate.
                None => line.time_limit.map(|limit| limit + collecting.estimated * 10),
            };
        })?;
        match fewer {
            Some(settings) if finished.ending == Ending::TimedOut => {
                let command = launch::measure(executable, filter, settings, home, self.request.patience);
                run(&command, self.interrupt, &mut |line| {
                    if let Some(collecting) = Collecting::parse(line.text) {
                        *line.time_limit = line.time_limit.map(|limit| limit + collecting.estimated * 10);
                    }
                })
            }
            _ => Ok(finished),
        }
    }

    /// Writes the batches of a benchmark down and fills in its row.
    fn take(
        &mut self,
        executable: usize,
        order: u32,
        finished: &Finished,
        measurement: Measurement,
    ) -> Result<(), GatherError> {
        let Some(&row) = self.rows.get(&(executable, measurement.title.clone())) else {
            // A benchmark that the user's filter leaves out, measured because it shares its name with another.
            return Ok(());
        };
        if self.gathered.workloads[row].state == WorkloadState::Measured {
            return Ok(());
        }
        let relative = format!("artifacts/samples/{row:04}.json");
        let artifact = self.directory.add_samples(&relative, &measurement.samples)?;
        row::fill(&mut self.gathered.workloads[row], &measurement, artifact.clone(), order, finished);
        self.gathered.samples.insert(artifact, measurement.samples);
        Ok(())
    }

    fn tell_failure(
        &mut self,
        benchmark: &Waiting,
        order: u32,
        finished: &Finished,
        unreadable: &[String],
    ) -> Result<(), GatherError> {
        let log = format!(
            "{}\n\nstandard output:\n{}\n\nstandard error:\n{}\n",
            finished.ending.describe(),
            finished.stdout.text(),
            finished.stderr.text()
        );
        self.directory.add(
            ArtifactKind::WorkloadLog,
            &format!("artifacts/logs/{:04}.log", benchmark.row),
            log.as_bytes(),
        )?;
        let row = &mut self.gathered.workloads[benchmark.row];
        row.order = Some(order);
        row.duration_s = Some(finished.duration.as_secs_f64());
        let (state, message) = match (finished.ending, unreadable) {
            (Ending::Interrupted, _) => (WorkloadState::NotRun, message::interrupted()),
            (Ending::Exited(0), []) => {
                (WorkloadState::NoResults, message::no_results(&benchmark.title, finished))
            }
            (Ending::Exited(0), unreadable) => (WorkloadState::Unreadable, unreadable.join("\n")),
            (ending, _) => (row::state_of(ending), message::failed(finished)),
        };
        row.state = state;
        row.message = Some(message);
        self.gathered.interrupted |= finished.ending == Ending::Interrupted;
        Ok(())
    }

    fn estimate(&self, waiting: &[Waiting]) -> Duration {
        let overhead: Duration =
            waiting.iter().map(|benchmark| self.gathered.listing_time[benchmark.executable]).sum();
        let mean = overhead / u32::try_from(waiting.len().max(1)).unwrap_or(u32::MAX);
        self.request.pace.estimate(waiting.len(), mean)
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
