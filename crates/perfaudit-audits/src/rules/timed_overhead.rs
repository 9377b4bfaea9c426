use perfaudit_result::{AuditState, Confidence, Severity, Workload};

use crate::audit::audit;
use crate::evidence::{CpuEvidence, Evidence};
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Flags a benchmark that spends most of its timed part around the code that it is about: on cloning, on dropping, or
    /// in the harness. The CPU profile of the timed part tells.
    ///
    /// ## Why it matters
    /// A change of the code under test moves the figure by a fraction of what it changes, and a change of the allocator or
    /// of a `Clone` moves it instead.
    ///
    /// ## What to do
    /// Prepare inputs outside of the timed part: `iter_batched` or `iter_batched_ref` of Criterion, `with_inputs` of divan.
    /// Return large outputs from the closure, so that they are dropped after the clock has ended.
    ///
    /// ## Limits
    /// Cloning may be what the benchmark is about. What is spent on it inside of the project's own functions counts as
    /// theirs.
    rule: "timed-overhead",
    title: "A benchmark that mostly times what is around its code",
    check: check,
}

/// More than this share is most of it.
const MOST: f64 = 0.5;

/// The largest kind of work around the code, and the lower bound of its share.
fn largest(cpu: &CpuEvidence) -> Option<(&str, f64)> {
    let around = cpu.composition.iter().filter(|activity| activity.is_around);
    around
        .filter_map(|activity| Some((activity.name.as_str(), activity.share.interval()?.lower())))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    let mut seen = Vec::new();
    for measured in evidence.measured() {
        let Some(cpu) = evidence.cpu.get(&measured.workload.id) else { continue };
        let Some((name, lower)) = largest(cpu) else { continue };
        let message = format!("at least {:.0} % of the timed part is {name}", 100.0 * lower);
        if lower > MOST {
            found.push(measured.workload);
            seen.push(format!("`{}`: {message}", measured.workload.title));
            outcome.remark(measured.index, AuditState::Flagged, message);
        } else {
            outcome.remark(measured.index, AuditState::Passed, message);
        }
    }
    outcome.find_by_target(&AUDIT, &found, |workloads| Draft {
        title: match workloads {
            [only] => format!("`{}` mostly times what is around its code", only.title),
            all => format!("{} mostly time what is around their code", count_of_benchmarks(all.len())),
        },
        message: "cloning, dropping or the harness takes more than half of the timed part".to_owned(),
        remedy: "prepare inputs outside of the timed part, with `iter_batched`, and return large outputs from the closure",
        severity: Severity::Warning,
        confidence: Confidence::High,
        evidence: seen
            .iter()
            .filter(|text| workloads.iter().any(|workload| text.starts_with(&format!("`{}`:", workload.title))))
            .cloned()
            .collect(),
    });
    outcome
}

#[cfg(test)]
mod tests {
    use crate::testing::{Case, flagged};

    #[test]
    fn a_benchmark_that_mostly_clones_is_flagged_and_one_that_mostly_works_is_not() {
        let mut case = Case::new(&[("clones", &[9.0; 100]), ("works", &[9.0; 100]), ("unsure", &[9.0; 100])]);
        for index in 0..3 {
            case.profile(index, 900, 1000, 0.95);
        }
        case.spends(0, "clone", true, [0.6, 0.7]);
        case.spends(1, "clone", true, [0.1, 0.2]);
        case.spends(1, "own code", false, [0.8, 0.9]);
        case.spends(2, "drop", true, [0.45, 0.6]);
        assert_eq!(flagged(&case, "timed-overhead"), ["clones"]);
    }
}
