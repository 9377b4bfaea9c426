use perfaudit_result::{AuditState, Confidence, MetricName, Severity, Unit};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome};

audit! {
    /// ## What it does
    /// Flags a benchmark whose batches add up to more time than its process ran.
    ///
    /// ## Why it matters
    /// Criterion can measure something else than wall time (cycles, allocations, energy) by a custom measurement,
    /// and does not record what. Shown as nanoseconds such figures are wrong. The same happens when
    /// `iter_custom` returns a time that it did not take.
    ///
    /// ## What to do
    /// Read the figures of such a benchmark in the unit that its source names. If it is meant to measure time,
    /// return from `iter_custom` what `Instant::elapsed` says.
    ///
    /// ## Limits
    /// A custom unit whose numbers are smaller than nanoseconds would be cannot be told from time.
    rule: "unit-not-time",
    title: "A benchmark that measures something else than wall time",
    check: check,
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for measured in evidence.measured() {
        let workload = measured.workload;
        let is_time = workload
            .metric(&MetricName::WALL_TIME_P50)
            .is_some_and(|metric| metric.figure.unit != Unit::Unknown);
        if is_time {
            let message = "fits into the time of its process".to_owned();
            outcome.remark(measured.index, AuditState::Passed, message);
            continue;
        }
        let total: f64 = measured.samples.times().iter().sum();
        let message = format!(
            "its batches add up to {:.3} s if they were nanoseconds; its process ran for {:.3} s",
            total / 1e9,
            workload.duration_s.unwrap_or(0.0)
        );
        outcome.remark(measured.index, AuditState::Flagged, message.clone());
        let draft = Draft {
            title: format!("`{}` does not measure wall time", workload.title),
            message: message.clone(),
            remedy: "read its figures in the unit that its source names",
            severity: Severity::Warning,
            confidence: Confidence::High,
            evidence: vec![message],
        };
        outcome.find(&AUDIT, &[workload], &workload.title, draft);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use crate::testing::{Case, flagged};

    #[test]
    fn a_figure_without_a_known_unit_is_flagged() {
        let mut case = Case::new(&[("cycles", &[10.0; 20])]);
        assert!(flagged(&case, "unit-not-time").is_empty());
        case.forget_units();
        assert_eq!(flagged(&case, "unit-not-time"), ["cycles"]);
    }
}
