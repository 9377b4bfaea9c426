use perfaudit_result::{AuditState, Confidence, Severity, Workload};
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
    /// command-line options. For p95 a benchmark needs 72 samples, for p99 it needs 368.
    rule: "too-few-samples",
    title: "A benchmark without enough samples for an interval",
    check: check,
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    for measured in evidence.measured() {
        let count = measured.samples.times().len();
        let samples = format!("{count} samples");
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
        remedy: "raise `sample_size` in the source of the benchmark, or remove the setting",
        severity: Severity::Warning,
        confidence: Confidence::High,
        evidence: Vec::new(),
    });
    outcome
}

#[cfg(test)]
mod tests {
    use crate::testing::{Case, flagged};

    #[test]
    fn two_samples_are_too_few_and_ten_are_not() {
        let case = Case::new(&[("quick", &[10.0, 11.0]), ("ten", &[10.0; 10])]);
        assert_eq!(flagged(&case, "too-few-samples"), ["quick"]);
    }
}
