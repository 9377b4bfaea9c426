use perfaudit_result::{AuditState, Confidence, Severity, Workload};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome, count_of_benchmarks};

audit! {
    /// ## What it does
    /// Flags a benchmark whose measured routine runs no code of the project's libraries: in the CPU profile of the routine,
    /// no function of the project outside of the benchmark's own file takes part, inlined functions included.
    ///
    /// ## Why it matters
    /// Such a benchmark measures the benchmark: a mock, a copy of the code, a computation that the optimiser has removed,
    /// or another crate. Its figure does not change when the code that it is named after does.
    ///
    /// ## What to do
    /// Call the function that the benchmark is named after from the measured closure, with inputs that pass through
    /// `std::hint::black_box`, and return its result.
    ///
    /// ## Limits
    /// It needs a CPU profile that can be trusted, with at least 300 samples of the routine, and is flagged only when less
    /// than 1 % of the time can be in the project's libraries with 95 % confidence. A function of the project that was
    /// inlined and then optimised until no instruction is its own cannot be seen. A benchmark that is meant to measure a
    /// dependency is flagged, too.
    rule: "hollow-benchmark",
    title: "A benchmark that does not run the project's code",
    check: check,
}

/// Fewer samples never prove that there is no library code: none of 300 bounds its share by 1 % with 95 % confidence.
const LEAST_SAMPLES: u64 = 300;
/// Less than this share of the time is nothing.
const NOTHING: f64 = 0.01;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut found: Vec<&Workload> = Vec::new();
    let mut seen = Vec::new();
    for measured in evidence.measured() {
        let Some(cpu) = evidence.cpu.get(&measured.workload.id) else { continue };
        let mut message = format!(
            "{} of {} samples of the measured routine hold code of the project's libraries",
            cpu.library, cpu.samples
        );
        let state = if cpu.samples >= LEAST_SAMPLES && cpu.library_upper < NOTHING {
            found.push(measured.workload);
            seen.push(format!("`{}`: {message}", measured.workload.title));
            AuditState::Flagged
        } else if cpu.library > 0 {
            AuditState::Passed
        } else {
            message.push_str(": too few samples, or too many of unknown code, to tell that none runs");
            AuditState::NotMeasured
        };
        outcome.remark(measured.index, state, message);
    }
    outcome.find_by_target(&AUDIT, &found, |workloads| Draft {
        title: match workloads {
            [only] => format!("`{}` does not run the project's code", only.title),
            all => format!("{} do not run the project's code", count_of_benchmarks(all.len())),
        },
        message:
            "what is measured is the benchmark itself: the figure does not depend on the code of the project"
                .to_owned(),
        remedy: "call the function that the benchmark is named after from the measured closure",
        severity: Severity::Warning,
        confidence: Confidence::High,
        evidence: seen
            .iter()
            .filter(|text| {
                workloads.iter().any(|workload| text.starts_with(&format!("`{}`:", workload.title)))
            })
            .cloned()
            .collect(),
    });
    outcome
}

#[cfg(test)]
mod tests {
    use perfaudit_result::AuditState;

    use crate::testing::{Case, flagged, states};

    #[test]
    fn a_routine_without_a_frame_of_the_project_is_flagged_and_one_with_some_is_not() {
        let mut case = Case::new(&[("hollow", &[9.0; 100]), ("sound", &[9.0; 100])]);
        case.profile(0, 0, 1500, 0.002);
        case.profile(1, 40, 1500, 0.036);
        assert_eq!(flagged(&case, "hollow-benchmark"), ["hollow"]);
    }

    #[test]
    fn too_few_samples_or_a_routine_without_a_profile_say_nothing() {
        let mut case = Case::new(&[("short", &[9.0; 100]), ("unprofiled", &[9.0; 100])]);
        case.profile(0, 0, 200, 0.009);
        assert_eq!(states(&case, "hollow-benchmark"), [AuditState::NotMeasured]);
    }
}
