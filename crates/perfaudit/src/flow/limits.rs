//! What a run could not know.

use perfaudit_bench::Gathered;
use perfaudit_project::{CopyReason, Loading, WorkPlace};
use perfaudit_result::{Limit, Workload, WorkloadKind, WorkloadState};

use crate::flow::Plan;

/// The limits of a run, with what would lift each.
pub(crate) fn limits(plan: &Plan, gathered: &Gathered, is_profiled: bool) -> Vec<Limit> {
    let mut limits = Vec::new();
    let measured = |kind| {
        let is_measured = |workload: &&Workload| workload.state == WorkloadState::Measured;
        gathered.workloads.iter().filter(is_measured).any(|workload| workload.kind == kind)
    };
    if measured(WorkloadKind::Criterion) {
        limits.push(limit(
            "percentiles-of-batches",
            "Criterion times batches: where a batch holds more than one call, percentiles are those of batch means, and single calls spread wider",
            None,
        ));
        limits.push(limit(
            "one-process",
            "each benchmark ran in one process: what differs from process to process, such as the layout of memory, is not part of the intervals",
            None,
        ));
    }
    let is_benched =
        [WorkloadKind::Criterion, WorkloadKind::Divan, WorkloadKind::Libtest].into_iter().any(measured);
    if is_benched && !is_profiled {
        limits.push(limit(
            "hollow-benchmarks",
            "whether a benchmark calls the code that it is named after was not measured: that needs a CPU profile",
            Some("profile it: `perfaudit cpu`"),
        ));
    }
    if let Some(copied) = &plan.project.copied {
        let why = match copied.reason {
            CopyReason::NoLockfile => "the project has no Cargo.lock",
            CopyReason::Trial => "changes are tried",
            CopyReason::StaleLockfile => "the project's Cargo.lock does not fit its manifests",
        };
        limits.push(limit(
            "built-in-a-copy",
            &format!("{why}; it was built in a copy without its history, with versions of dependencies that cargo chose now"),
            Some("run `cargo generate-lockfile` to fix the versions"),
        ));
    }
    match &plan.project.loading {
        Loading::Whole => {}
        Loading::Members { why } => limits.push(limit(
            "without-dependencies",
            &format!("{why}; its packages are known by their manifests, and what syntax leaves open was not asked of the compiler"),
            Some("let `cargo metadata` succeed here, then read the source again"),
        )),
        Loading::Files { why } => limits.push(limit(
            "files-alone",
            &format!("{why}; its files were read as they lie there, without packages, and what syntax leaves open was not asked of the compiler"),
            Some("let `cargo metadata --no-deps` succeed here, then read the source again"),
        )),
    }
    if let WorkPlace::Cache { reason } = &plan.work.place {
        limits.push(limit(
            "target-not-writable",
            &format!("the project's target directory cannot be written ({reason}); builds and runs are in the user's cache"),
            Some("name a directory for the run with `--out`"),
        ));
    }
    if gathered.strays > 0 {
        limits.push(limit(
            "processes-left-behind",
            &format!("benchmarks left {} processes behind; they were ended, and may have disturbed the ones measured meanwhile", gathered.strays),
            Some("let each benchmark wait for the processes it starts"),
        ));
    }
    limits
}

fn limit(code: &str, message: &str, remedy: Option<&str>) -> Limit {
    Limit { code: code.to_owned(), message: message.to_owned(), remedy: remedy.map(str::to_owned) }
}
