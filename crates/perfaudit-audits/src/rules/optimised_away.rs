use std::collections::BTreeMap;

use perfaudit_result::{AuditState, Confidence, Host, Severity, Workload, WorkloadId, WorkloadKind};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Flags a benchmark whose median time per iteration is not above that of an empty benchmark loop, or below
    /// one CPU cycle, both calibrated on the machine of the run.
    ///
    /// ## Why it matters
    /// A benchmark loop costs about a cycle per iteration by itself. A routine that takes no longer was either
    /// removed by the optimiser, computed at compile time, or is so short that the loop hides it. In each case the
    /// figure is that of the loop, and says nothing about the routine.
    ///
    /// ## What to do
    /// Pass every input through `std::hint::black_box`, and return the result from the closure or pass it to
    /// `black_box` too. If the routine really takes less than a cycle, measure many calls on many inputs in one
    /// iteration.
    ///
    /// ## Limits
    /// Time alone cannot tell which of the three it is. divan subtracts the cost of its loop, so that its benchmarks are
    /// compared with one cycle alone.
    rule: "optimised-away",
    title: "A benchmark that takes no longer than an empty loop",
    check: check,
}

/// Criterion's median lies above the fastest repetition that the calibration keeps.
const MARGIN: f64 = 1.10;

/// What a routine must take longer than, in nanoseconds, and what that is.
fn limit(kind: WorkloadKind, host: &Host) -> Option<(f64, &'static str)> {
    let limit = match kind {
        // The cost of the loop is subtracted already.
        WorkloadKind::Divan => host.cycle_ns?,
        _ => [host.cycle_ns, host.empty_loop_ns].into_iter().flatten().reduce(f64::max)?,
    };
    Some((limit * MARGIN, if kind == WorkloadKind::Divan { "a cycle" } else { "an empty loop" }))
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    let mut seen: BTreeMap<&WorkloadId, String> = BTreeMap::new();
    for measured in evidence.measured() {
        let Some(median) = measured.median_ns() else { continue };
        let Some((limit, what)) = limit(measured.workload.kind, evidence.host) else { continue };
        if median > limit {
            let message = format!("{:.0} times {what}", median / limit);
            outcome.remark(measured.index, AuditState::Passed, message);
            continue;
        }
        let message = format!("{median:.3} ns per iteration; {what} takes up to {limit:.3} ns here");
        outcome.remark(measured.index, AuditState::Flagged, message.clone());
        found.push(measured.workload);
        seen.insert(&measured.workload.id, message);
    }
    outcome.find_by_target(&AUDIT, &found, |workloads| Draft {
        title: match workloads {
            [only] => format!("`{}` takes no longer than an empty loop", only.title),
            all => format!("{} take no longer than an empty loop", count_of_benchmarks(all.len())),
        },
        message: "the figure is that of the loop around the routine, not of the routine".to_owned(),
        remedy: "pass the inputs through `std::hint::black_box` and return the result from the closure",
        severity: Severity::Critical,
        confidence: Confidence::High,
        evidence: workloads
            .iter()
            .map(|workload| format!("`{}`: {}", workload.title, seen[&workload.id]))
            .collect(),
    });
    outcome
}

#[cfg(test)]
mod tests {
    use crate::testing::{Case, flagged};

    #[test]
    fn a_loop_of_a_third_of_a_nanosecond_is_flagged_and_one_of_two_is_not() {
        let case = Case::new(&[("empty", &[0.33; 100]), ("sound", &[2.0; 100])]);
        assert_eq!(flagged(&case, "optimised-away"), ["empty"]);
    }

    #[test]
    fn a_benchmark_whose_loop_is_subtracted_is_compared_with_one_cycle() {
        let mut case = Case::new(&[("nothing", &[0.1; 10]), ("sound", &[0.34; 10])]);
        case.by_processes();
        assert_eq!(flagged(&case, "optimised-away"), ["nothing"]);
    }

    #[test]
    fn what_is_not_in_units_of_time_is_not_judged() {
        let mut case = Case::new(&[("cycles", &[0.1; 100])]);
        case.forget_units();
        assert!(flagged(&case, "optimised-away").is_empty());
    }
}
