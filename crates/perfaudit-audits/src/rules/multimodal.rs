use perfaudit_result::{AuditState, Confidence, Severity, Workload};
use perfaudit_stats::{Sample, modes};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Flags a benchmark whose times per iteration have two modes at least 5 % apart (Hartigan's dip test at 0.01,
    /// each mode with at least 5 % of the batches).
    ///
    /// ## Why it matters
    /// Two modes are two behaviours: two paths through the code, two states of a cache or an allocator, two cores
    /// or clock rates. The median lies in whichever is more frequent, and jumps when the balance tips: the
    /// "regression" of 20 % that nobody can find.
    ///
    /// ## What to do
    /// Look at the plot in the order of measuring. Modes in long runs point to the machine, modes that alternate
    /// to the code or its data. Split a benchmark that mixes two cases.
    ///
    /// ## Limits
    /// A mode with less than 5 % of the batches is called a tail.
    rule: "multimodal",
    title: "A benchmark with two typical times instead of one",
    check: check,
}

/// Modes that are closer together change no decision.
const LEAST_SEPARATION: f64 = 0.05;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    for measured in evidence.measured() {
        let Ok(sample) = Sample::new(measured.samples.per_iteration().collect()) else { continue };
        let Some(modes) = modes(&sample, LEAST_SEPARATION) else {
            outcome.remark(measured.index, AuditState::Passed, "one mode".to_owned());
            continue;
        };
        let message = format!(
            "{:.0} % of the {} around one time, {:.0} % around one {:.0} % longer",
            100.0 * modes.lower.share,
            measured.observations(),
            100.0 * modes.upper.share,
            100.0 * (modes.upper.centre / modes.lower.centre - 1.0)
        );
        outcome.remark(measured.index, AuditState::Flagged, message);
        found.push(measured.workload);
    }
    outcome.find_by_target(&AUDIT, &found, |workloads| {
        Draft {
            title: format!("{} with two typical times", count_of_benchmarks(workloads.len())),
            message: "the median lies in the more frequent of two modes and jumps when their balance changes".to_owned(),
            remedy: "look at the plot in the order of measuring: long runs of one mode point to the machine, alternating ones to the code or its data",
            severity: Severity::Note,
            confidence: Confidence::High,
            evidence: Vec::new(),
        }
    });
    outcome
}

#[cfg(test)]
mod tests {
    use crate::testing::{Case, flagged, scrambled};

    #[test]
    fn two_behaviours_are_flagged_and_one_is_not() {
        let two: Vec<f64> = scrambled(100)
            .iter()
            .enumerate()
            .map(|(i, noise)| if i % 3 == 0 { 130.0 } else { 100.0 } + noise / 100.0)
            .collect();
        let one: Vec<f64> = scrambled(100).iter().map(|noise| 100.0 + noise / 10.0).collect();
        let case = Case::new(&[("two", &two), ("one", &one)]);
        assert_eq!(flagged(&case, "multimodal"), ["two"]);
    }
}
