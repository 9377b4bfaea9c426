//! Rows of the table of workloads.

use std::path::Path;

use perfaudit_exec::{Ending, Finished};
use perfaudit_result::{
    ArtifactId, Sampling, Workload, WorkloadId, WorkloadKind, WorkloadState, WorkloadTarget,
};

use crate::criterion::results::Measurement;
use crate::executable::BenchExecutable;
use crate::message;

/// `package/target/title`.
pub(crate) fn id(executable: &BenchExecutable, title: &str) -> WorkloadId {
    benchmark(executable, title, None).id
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
    title: &str,
    binary_sha256: Option<String>,
) -> Workload {
    let BenchExecutable { package, target, source, .. } = executable;
    let target = WorkloadTarget { package, target, source: &slashes(source) };
    Workload {
        binary_sha256,
        ..Workload::new(WorkloadKind::Criterion, &target, title, WorkloadState::NotRun)
    }
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
    let mut row = benchmark(executable, title, None);
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
    });
}

pub(crate) fn state_of(ending: Ending) -> WorkloadState {
    match ending {
        Ending::Exited(_) => WorkloadState::Failed,
        Ending::Signalled(_) => WorkloadState::Killed,
        Ending::TimedOut => WorkloadState::TimedOut,
        Ending::Interrupted => WorkloadState::NotRun,
    }
}
