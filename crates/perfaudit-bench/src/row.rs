//! Rows of the table of workloads.

use std::path::Path;

use perfaudit_exec::{Ending, Finished};
use perfaudit_result::{
    ArtifactId, Interval, Sampling, SamplingMode, Stated, Throughput, Workload, WorkloadId, WorkloadKind,
    WorkloadState, WorkloadTarget,
};

use crate::criterion::results::Measurement;
use crate::executable::BenchExecutable;
use crate::message;
use crate::stated::{Bounds, Statement, Work};

/// `package/target/title`.
pub(crate) fn id(executable: &BenchExecutable, title: &str) -> WorkloadId {
    benchmark(executable, WorkloadKind::Criterion, title, None).id
}

/// A row for a target as a whole.
pub(crate) fn target(executable: &BenchExecutable, state: WorkloadState, message: String) -> Workload {
    whole_target(&executable.package, &executable.target, &executable.source, state, message)
}

pub(crate) fn whole_target(
    package: &str,
    target: &str,
    source: &Path,
    state: WorkloadState,
    message: String,
) -> Workload {
    let target = WorkloadTarget { package, target, source: &slashes(source) };
    Workload { message: Some(message), ..Workload::new(WorkloadKind::BenchTarget, &target, "", state) }
}

/// A row for a benchmark that waits for its turn.
pub(crate) fn benchmark(
    executable: &BenchExecutable,
    kind: WorkloadKind,
    title: &str,
    binary_sha256: Option<String>,
) -> Workload {
    let BenchExecutable { package, target, source, .. } = executable;
    let target = WorkloadTarget { package, target, source: &slashes(source) };
    Workload { binary_sha256, ..Workload::new(kind, &target, title, WorkloadState::NotRun) }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A row for a benchmark whose files are those of another of the same name.
pub(crate) fn hidden_duplicate(
    executable: &BenchExecutable,
    title: &str,
    copy: usize,
    listed: usize,
) -> Workload {
    let mut row = benchmark(executable, WorkloadKind::Criterion, title, None);
    row.id = WorkloadId(format!("{} ({copy} of {listed})", row.id));
    row.state = WorkloadState::Unsupported;
    row.message = Some(message::hidden_duplicate(title, listed));
    row
}

/// Fills in what a measurement tells without computing anything.
pub(crate) fn fill(
    row: &mut Workload,
    measurement: &Measurement,
    samples: ArtifactId,
    order: u32,
    finished: &Finished,
) {
    let iterations = measurement.samples.iterations();
    let batches = iterations.len() as u64;
    row.state = WorkloadState::Measured;
    row.message = message::after_measuring(finished);
    row.order = Some(order);
    row.duration_s = Some(finished.duration.as_secs_f64());
    row.throughput = measurement.throughput;
    row.samples = Some(samples);
    row.sampling = Some(Sampling {
        mode: measurement.mode,
        batches,
        least_iterations: iterations.iter().copied().min().unwrap_or(0),
        most_iterations: iterations.iter().copied().max().unwrap_or(0),
        #[expect(clippy::cast_precision_loss, reason = "the number of batches is small")]
        effective_batches: batches as f64,
        stated: None,
    });
}

/// A row for what several processes measured: the one that waited for it under the title of a part. `copy` tells parts
/// of one title apart.
pub(crate) fn part(
    executable: &BenchExecutable,
    waiting: &Workload,
    title: &str,
    copy: usize,
    copies: usize,
) -> Workload {
    let mut row = benchmark(executable, waiting.kind, title, waiting.binary_sha256.clone());
    if copies > 1 {
        row.id = WorkloadId(format!("{} ({} of {copies})", row.id, copy + 1));
    }
    row.order = waiting.order;
    row.duration_s = waiting.duration_s;
    row
}

/// Fills in what processes state without computing anything.
pub(crate) fn fill_from_processes(row: &mut Workload, statements: &[Statement], samples: ArtifactId) {
    let least = |of: fn(&Statement) -> u64| statements.iter().map(of).min().unwrap_or(0);
    let most = |of: fn(&Statement) -> u64| statements.iter().map(of).max().unwrap_or(0);
    let fastest = statements.iter().filter_map(|one| Some(one.fastest?.value)).reduce(f64::min);
    let slowest = statements.iter().filter_map(|one| Some(one.slowest?.value)).reduce(f64::max);
    row.state = WorkloadState::Measured;
    row.throughput = throughput(statements);
    row.samples = Some(samples);
    row.sampling = Some(Sampling {
        mode: SamplingMode::Processes,
        batches: statements.len() as u64,
        least_iterations: least(|one| one.iterations),
        most_iterations: most(|one| one.iterations),
        #[expect(clippy::cast_precision_loss, reason = "the number of processes is small")]
        effective_batches: statements.len() as f64,
        stated: Some(Stated {
            resolution_ns: statements.iter().map(|one| one.median.resolution).fold(0.0, f64::max),
            least_samples: least(|one| one.samples),
            most_samples: most(|one| one.samples),
            range_ns: fastest
                .zip(slowest)
                .and_then(|(fastest, slowest)| Interval::new(fastest, slowest).ok()),
        }),
    });
}

/// The work of one iteration, where the rates of all processes leave one whole number only.
fn throughput(statements: &[Statement]) -> Option<Throughput> {
    let whole = |work: Work| {
        let stated = statements.iter().flat_map(|one| &one.work).filter(|(kind, _)| *kind == work);
        stated.fold(Bounds::ALL, |all, (_, bounds)| all.and(*bounds)).whole()
    };
    whole(Work::Bytes)
        .map(Throughput::Bytes)
        .or_else(|| whole(Work::Items).map(Throughput::Elements))
        .or_else(|| whole(Work::Chars).map(Throughput::Elements))
}

/// Whether processes state rates from which the work does not follow.
pub(crate) fn states_work_but_not_how_much(row: &Workload, statements: &[Statement]) -> bool {
    row.throughput.is_none() && statements.iter().any(|one| !one.work.is_empty())
}

pub(crate) fn state_of(ending: Ending) -> WorkloadState {
    match ending {
        Ending::Exited(_) => WorkloadState::Failed,
        Ending::Signalled(_) => WorkloadState::Killed,
        Ending::TimedOut => WorkloadState::TimedOut,
        Ending::Interrupted => WorkloadState::NotRun,
    }
}
