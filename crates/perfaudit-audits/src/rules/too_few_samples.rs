use perfaudit_result::{AuditState, Confidence, SamplingMode, Severity, Workload};
use perfaudit_stats::{Level, Probability, least_sample_size};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Flags a benchmark with so few samples that not even its median can have a 95 % interval (fewer than six), as
    /// after Criterion's `--quick`, which takes two.
    ///
    /// ## Why it matters
    /// Two samples give a number, and no idea of how far it is off. Any comparison with it is a guess.
    ///
    /// ## What to do
    /// Raise the sample size in the benchmark's source, or remove the setting there: settings of a group beat
    /// command-line options. For p95 a benchmark needs 72 samples, for p99 it needs 368. Benchmarks of divan and of
    /// the standard harness run in 6 processes or more, unless the budget is spent before: raise it with `--budget`.
    rule: "too-few-samples",
    title: "A benchmark without enough samples for an interval",
    check: check,
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    for measured in evidence.measured() {
        let count = measured.samples.times().len();
        let samples = format!("{count} {}", if measured.is_of_processes() { "processes" } else { "samples" });
        if count >= least_sample_size(Probability::MEDIAN, Level::P95) {
            outcome.remark(measured.index, AuditState::Passed, samples);
        } else {
            outcome.remark(measured.index, AuditState::Flagged, samples);
            found.push(measured.workload);
        }
    }
    outcome.find_by_target(&AUDIT, &found, |workloads| Draft {
        title: format!("{} without enough samples for an interval", count_of_benchmarks(workloads.len())),
        message: "how far the median is off cannot be told".to_owned(),
        remedy: if workloads.iter().any(|workload| is_by_processes(workload)) {
            "raise `--budget`, or measure fewer benchmarks with `--filter`: the median needs 6 processes"
        } else {
            "raise `sample_size` in the source of the benchmark, or remove the setting"
        },
        severity: Severity::Warning,
        confidence: Confidence::High,
        evidence: Vec::new(),
    });
    outcome
}

fn is_by_processes(workload: &Workload) -> bool {
    workload.sampling.as_ref().is_some_and(|sampling| sampling.mode == SamplingMode::Processes)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Case, findings, flagged};

    #[test]
    fn two_samples_are_too_few_and_ten_are_not() {
        let case = Case::new(&[("quick", &[10.0, 11.0]), ("ten", &[10.0; 10])]);
        assert_eq!(flagged(&case, "too-few-samples"), ["quick"]);
    }

    #[test]
    fn too_few_processes_need_a_larger_budget() {
        let mut case = Case::new(&[("three", &[10.0, 11.0, 12.0])]);
        case.by_processes();
        assert!(findings(&case, "too-few-samples")[0].remedy.contains("--budget"));
    }
}
