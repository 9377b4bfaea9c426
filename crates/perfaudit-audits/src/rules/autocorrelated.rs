use perfaudit_result::{AuditState, Confidence, Severity, Workload};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Flags a benchmark whose batches resemble their neighbours so much that they are worth less than a quarter
    /// of their number (integrated autocorrelation time of the ranks).
    ///
    /// ## Why it matters
    /// Intervals assume that each batch tells something new. When a slow phase of the machine covers many batches
    /// in a row they tell the same thing several times, and an interval that counts all of them is too narrow.
    ///
    /// ## What to do
    /// Nothing for this run: its intervals are widened to the effective number already. For narrower ones measure
    /// longer (`--mode full`), or on a machine that does nothing else.
    ///
    /// ## Limits
    /// With fewer than about 50 batches autocorrelation is hard to see.
    rule: "autocorrelated",
    title: "Batches that are worth fewer than they are",
    check: check,
}

/// Worth less than this share of the batches, a benchmark is flagged.
const LEAST_SHARE: f64 = 0.25;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    for measured in evidence.measured() {
        let Some(sampling) = &measured.workload.sampling else { continue };
        #[expect(clippy::cast_precision_loss, reason = "the number of batches is small")]
        let share = sampling.effective_batches / sampling.batches as f64;
        let message = format!(
            "{} {} count as {:.0}",
            sampling.batches,
            measured.observations(),
            sampling.effective_batches
        );
        let state = if share < LEAST_SHARE {
            found.push(measured.workload);
            AuditState::Flagged
        } else if share < 1.0 {
            AuditState::Informative
        } else {
            AuditState::Passed
        };
        outcome.remark(measured.index, state, message);
    }
    outcome.find_by_target(&AUDIT, &found, |workloads| {
        Draft {
            title: format!("the batches of {} are autocorrelated", count_of_benchmarks(workloads.len())),
            message: "neighbouring batches resemble each other; intervals are widened to the number of independent batches that they are worth".to_owned(),
            remedy: "measure longer, or on a machine that does nothing else",
            severity: Severity::Note,
            confidence: Confidence::High,
            evidence: Vec::new(),
        }
    });
    outcome
}

#[cfg(test)]
mod tests {
    use perfaudit_result::AuditState;

    use crate::testing::{Case, flagged, states};

    #[test]
    fn batches_that_count_as_a_tenth_are_flagged() {
        let mut case =
            Case::new(&[("slow phases", &[10.0; 100]), ("sound", &[10.0; 100]), ("a little", &[9.0; 100])]);
        case.effective(&[10.0, 100.0, 60.0]);
        assert_eq!(flagged(&case, "autocorrelated"), ["slow phases"]);
        assert_eq!(
            states(&case, "autocorrelated"),
            [AuditState::Flagged, AuditState::Passed, AuditState::Informative]
        );
    }
}
