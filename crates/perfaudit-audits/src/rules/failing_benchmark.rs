use perfaudit_result::{AuditState, Confidence, Severity, WorkloadState};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome};

audit! {
    /// ## What it does
    /// Reports each benchmark, and each benchmark target, that failed: it does not compile, panics, is killed,
    /// hangs, exits without samples, or leaves files that cannot be read.
    ///
    /// ## Why it matters
    /// What cannot be measured cannot be kept fast, and a suite that ends at its first failing benchmark silently
    /// leaves the others out.
    ///
    /// ## What to do
    /// Read the message and the log among the artifacts, and run the benchmark alone with the command in the
    /// report.
    rule: "failing-benchmark",
    title: "A benchmark that fails",
    check: check,
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for (index, workload) in evidence.workloads.iter().enumerate() {
        if !workload.state.is_failure() {
            if workload.state == WorkloadState::Measured {
                outcome.remark(index, AuditState::Passed, "ran to its end".to_owned());
            }
            continue;
        }
        let label = workload.state.label();
        outcome.remark(index, AuditState::Flagged, label.to_owned());
        let name = if workload.title.is_empty() { &workload.id.0 } else { &workload.title };
        let message = workload.message.clone().unwrap_or_else(|| label.to_owned());
        let draft = Draft {
            title: format!("`{name}`: {label}"),
            message,
            remedy: if workload.state == WorkloadState::BuildFailed {
                "mend what the compiler says; `cargo bench --no-run` says it again"
            } else {
                "mend what its message says; under \"Reproduce\" the report has the command that runs it alone"
            },
            severity: Severity::Critical,
            confidence: Confidence::High,
            evidence: Vec::new(),
        };
        outcome.find(&AUDIT, &[workload], &workload.title, draft);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use perfaudit_result::WorkloadState;

    use crate::testing::{Case, flagged};

    #[test]
    fn every_kind_of_failure_is_reported_and_a_spent_budget_is_none() {
        let mut case = Case::new(&[("sound", &[1.0; 20])]);
        for state in WorkloadState::ALL.into_iter().filter(|state| *state != WorkloadState::Measured) {
            case.add_without_figures(state.label(), state);
        }
        let failures = ["failed", "killed", "timed out", "no results", "unreadable", "build failed"];
        assert_eq!(flagged(&case, "failing-benchmark"), failures);
    }
}
