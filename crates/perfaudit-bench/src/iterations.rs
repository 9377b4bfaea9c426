//! Processes of one benchmark that run a known number of iterations: for counts, which repetition does not make better.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::{Command, Finished};
use perfaudit_result::{Workload, WorkloadKind};

use crate::criterion::listing::Filter;
use crate::criterion::results;
use crate::divan::launch::Row;
use crate::divan::table::Table;
use crate::executable::BenchExecutable;
use crate::pace::Settings;
use crate::profile::shares_its_name;
use crate::{criterion, divan, libtest, message};

/// What runs a known number of iterations.
#[derive(Debug, Clone, Copy)]
pub struct IterationRequest<'a> {
    /// The executable that holds the benchmark.
    pub executable: &'a BenchExecutable,
    /// The benchmark.
    pub workload: &'a Workload,
    /// All workloads, among which equal names are looked for.
    pub all: &'a [Workload],
    /// An empty folder for what the harness writes.
    pub home: &'a Path,
    /// When it is ended.
    pub limit: Duration,
}

/// How many iterations a process ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IterationCount {
    /// Exactly this many, warm-up included.
    Exactly(u64),
    /// This many after a warm-up that the benchmark's source prolongs: it runs 1, 2, 4, 8 and so on iterations.
    AfterDoubling(u64),
}

/// Samples of divan, and the iterations of each.
const DIVAN_SAMPLES: u64 = 10;

/// The process that runs a single iteration.
///
/// # Errors
/// Why this benchmark cannot be run alone.
pub fn one_iteration(request: IterationRequest<'_>) -> Result<Command, String> {
    let IterationRequest { executable, workload, all, home, limit } = request;
    let title = &workload.title;
    match workload.kind {
        WorkloadKind::Criterion if shares_its_name(workload, all) => Err(message::shared_name(title)),
        WorkloadKind::Criterion => {
            Ok(criterion::launch::test(executable, &Filter::for_title(title), home, limit))
        }
        WorkloadKind::Divan => Ok(divan::launch::test(executable, title, limit)),
        WorkloadKind::Libtest => Ok(libtest::launch::test(executable, title, limit)),
        _ => Err("it is not a benchmark of a harness that is known".to_owned()),
    }
}

/// Whether the process of [`one_iteration`] ran the benchmark: one that a harness does not find under its name allocates
/// nothing, and that is no answer.
#[must_use]
pub fn has_run(workload: &Workload, finished: &Finished) -> bool {
    let stdout = finished.stdout.text();
    match workload.kind {
        WorkloadKind::Criterion => stdout.lines().any(|line| line.trim_end() == "Success"),
        WorkloadKind::Libtest => stdout.contains(" 1 passed"),
        // It tells only in the table of a measurement: see `iteration_count`.
        _ => true,
    }
}

/// A process that runs many iterations, as many as [`iteration_count`] tells afterwards; none where a harness does not
/// tell how many it runs.
#[must_use]
pub fn many_iterations(request: IterationRequest<'_>) -> Option<Command> {
    let IterationRequest { executable, workload, home, limit, .. } = request;
    let title = &workload.title;
    match workload.kind {
        WorkloadKind::Criterion => {
            let filter = Filter::for_title(title);
            Some(criterion::launch::measure(executable, &filter, Settings::FEW, home, limit))
        }
        WorkloadKind::Divan => {
            Some(divan::launch::iterate(executable, title, DIVAN_SAMPLES, DIVAN_SAMPLES, limit))
        }
        _ => None,
    }
}

/// How many iterations the process of [`many_iterations`] ran; none when what it left cannot be read.
#[must_use]
pub fn iteration_count(request: IterationRequest<'_>, finished: &Finished) -> Option<IterationCount> {
    match request.workload.kind {
        WorkloadKind::Criterion => {
            let id = request.workload.id.clone();
            let measured = results::collect(request.home, |_| id.clone()).into_iter().find_map(Result::ok)?;
            let measured: u64 = measured.samples.iterations().iter().sum();
            // The warm-up is announced with its time: one of nanoseconds is over with its first iteration.
            let announced = |line: &str| {
                let (_, time) = line.trim_end().rsplit_once(": Warming up for ")?;
                Some(time.ends_with(" ns"))
            };
            let is_ours = finished.stderr.text().lines().find_map(announced).unwrap_or(false);
            Some(if is_ours {
                IterationCount::Exactly(measured + 1)
            } else {
                IterationCount::AfterDoubling(measured)
            })
        }
        WorkloadKind::Divan => {
            let table = Table::parse(&finished.stdout.text());
            let row = table.rows.iter().find(|(path, _)| path == Row::of(&request.workload.title).path);
            row.map(|(_, stated)| IterationCount::Exactly(stated.iterations))
        }
        _ => None,
    }
}
