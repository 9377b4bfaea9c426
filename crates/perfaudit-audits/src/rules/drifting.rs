use perfaudit_result::{AuditState, Confidence, Severity, Workload};
use perfaudit_stats::{Drift, Sample, drift};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Compares the first third of the batches with the last, and flags a benchmark that becomes faster or slower
    /// by at least 2 % between them, when a block permutation test finds that significant at 0.001.
    ///
    /// ## Why it matters
    /// A benchmark that becomes faster was still warming up: caches, page tables, branch predictors or lazily
    /// built state were filled while the clock ran. One that becomes slower grows something on each iteration, or
    /// the machine slowed down. Either way the median depends on how long was measured.
    ///
    /// ## What to do
    /// Faster: raise the warm-up time. Slower: look for state that outlives an iteration (a container that grows,
    /// a log), and repeat the run to see whether it was the machine.
    ///
    /// ## Limits
    /// Drift of the machine and drift of the benchmark look alike in one run. With fewer than 50 batches nothing
    /// is said. The medians that processes of divan and of the standard harness state hide their beginning and end.
    rule: "drifting",
    title: "A benchmark that is faster or slower at its end than at its beginning",
    check: check,
}

/// A smaller drift changes no decision.
const LEAST_SHARE: f64 = 0.02;
/// From here on the median is misleading.
const LARGE_SHARE: f64 = 0.10;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<(&Workload, f64)> = Vec::new();
    for measured in evidence.measured() {
        if measured.is_of_processes() {
            let message = "its processes state medians, which hide how they began and ended".to_owned();
            outcome.remark(measured.index, AuditState::NotMeasured, message);
            continue;
        }
        let Ok(sample) = Sample::new(measured.samples.per_iteration().collect()) else { continue };
        let (share, how) = match drift(&sample, evidence.seed) {
            Drift::None => (0.0, ""),
            Drift::Falling { share } => (share, "faster"),
            Drift::Rising { share } => (share, "slower"),
        };
        if share < LEAST_SHARE {
            outcome.remark(measured.index, AuditState::Passed, "steady".to_owned());
            continue;
        }
        let message =
            format!("{:.0} % {how} in the last third of the batches than in the first", 100.0 * share);
        outcome.remark(measured.index, AuditState::Flagged, message);
        found.push((measured.workload, share));
    }
    let flagged: Vec<&Workload> = found.iter().map(|(workload, _)| *workload).collect();
    outcome.find_by_target(&AUDIT, &flagged, |workloads| {
        let most = found
            .iter()
            .filter(|(workload, _)| workloads.iter().any(|same| same.id == workload.id))
            .map(|(_, share)| *share)
            .fold(0.0, f64::max);
        Draft {
            title: format!("{} still drifting while measured", count_of_benchmarks(workloads.len())),
            message: format!("the time per iteration moved by up to {:.0} % from the first third of the batches to the last", 100.0 * most),
            remedy: "faster at the end: raise the warm-up time; slower: look for state that grows with each iteration, and repeat the run to see whether it was the machine",
            severity: if most >= LARGE_SHARE { Severity::Warning } else { Severity::Note },
            confidence: Confidence::Medium,
            evidence: Vec::new(),
        }
    });
    outcome
}

#[cfg(test)]
mod tests {
    use perfaudit_result::AuditState;

    use crate::testing::{Case, flagged, scrambled, states};

    #[test]
    fn a_benchmark_that_warms_up_while_it_is_measured_is_flagged() {
        let warming: Vec<f64> = scrambled(120)
            .iter()
            .enumerate()
            .map(|(i, noise)| 100.0 + noise / 120.0 + 60.0 / (1.0 + i as f64 / 10.0))
            .collect();
        let steady: Vec<f64> = scrambled(120).iter().map(|noise| 100.0 + noise / 120.0).collect();
        let case = Case::new(&[("warming", &warming), ("steady", &steady)]);
        assert_eq!(flagged(&case, "drifting"), ["warming"]);
    }

    #[test]
    fn medians_of_processes_say_nothing_about_drift() {
        let falling: Vec<f64> = (0..60).map(|place| 200.0 - f64::from(place)).collect();
        let mut case = Case::new(&[("by processes", &falling)]);
        case.by_processes();
        assert_eq!(states(&case, "drifting"), [AuditState::NotMeasured]);
    }
}
