//! The answer of a run in one line.

use perfaudit_result::{Finding, Project, Severity, Verdict, VerdictStatus, Workload, WorkloadState};

use crate::exit::Exit;

/// How many workloads are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    benchmarks: usize,
    measured: usize,
    failed: usize,
    not_run: usize,
}

impl Counts {
    fn of(workloads: &[Workload]) -> Self {
        let count = |is: fn(&Workload) -> bool| workloads.iter().filter(|workload| is(workload)).count();
        Self {
            benchmarks: count(|workload| workload.state != WorkloadState::Unsupported),
            measured: count(|workload| workload.state == WorkloadState::Measured),
            failed: count(|workload| workload.state.is_failure()),
            not_run: count(|workload| workload.state == WorkloadState::NotRun),
        }
    }
}

/// Failures of the project come before what was left out, and both before success.
pub(crate) fn verdict(
    workloads: &[Workload],
    findings: &[Finding],
    project: &Project,
    interrupted: bool,
) -> Verdict {
    let counts = Counts::of(workloads);
    let (status, headline) = if counts.failed > 0 {
        (VerdictStatus::ProjectFailed, failed(counts))
    } else if counts.measured == 0 && counts.not_run == 0 && !interrupted {
        (VerdictStatus::Inconclusive, nothing_to_measure(workloads, project))
    } else if counts.not_run > 0 || interrupted {
        let why = if interrupted { "the run was interrupted" } else { "the budget was spent" };
        let headline = format!("{} of {} measured: {why}", counts.measured, benchmarks(counts.benchmarks));
        (VerdictStatus::Inconclusive, headline)
    } else {
        (VerdictStatus::Pass, format!("{} measured", benchmarks(counts.measured)))
    };
    let headline = format!("{headline}{}", doubts(findings));
    Verdict { status, headline, exit_code: Exit::of(status).code() }
}

fn failed(counts: Counts) -> String {
    let measured = if counts.measured == 0 { "none".to_owned() } else { counts.measured.to_string() };
    format!("{} of {} failed, {measured} measured", counts.failed, benchmarks(counts.benchmarks))
}

fn nothing_to_measure(workloads: &[Workload], project: &Project) -> String {
    if workloads.is_empty() {
        let packages = project.packages.len();
        let what = if packages == 1 { "package has" } else { "packages have" };
        let targets: usize = project.packages.iter().map(|package| package.bench_targets.len()).sum();
        return if targets == 0 {
            format!("nothing measured: {packages} {what} no benchmark")
        } else {
            "nothing measured: no benchmark matches the filter".to_owned()
        };
    }
    "nothing measured: no benchmark target could be used".to_owned()
}

/// How many of the measured figures a reader should not take at their word.
fn doubts(findings: &[Finding]) -> String {
    let affected = |severity| {
        let mut workloads: Vec<_> = findings
            .iter()
            .filter(|finding| finding.severity == severity && finding.rule != "failing-benchmark")
            .flat_map(|finding| &finding.workloads)
            .collect();
        workloads.sort();
        workloads.dedup();
        workloads.len()
    };
    let (wrong, doubtful) = (affected(Severity::Critical), affected(Severity::Warning));
    let figures = |n: usize| if n == 1 { "1 figure is".to_owned() } else { format!("{n} figures are") };
    match (wrong, doubtful) {
        (0, 0) => String::new(),
        (wrong, 0) => format!("; {} wrong", figures(wrong)),
        (0, doubtful) => format!("; {} doubtful", figures(doubtful)),
        (wrong, doubtful) => format!("; {} wrong and {doubtful} doubtful", figures(wrong)),
    }
}

fn benchmarks(n: usize) -> String {
    if n == 1 { "1 benchmark".to_owned() } else { format!("{n} benchmarks") }
}
