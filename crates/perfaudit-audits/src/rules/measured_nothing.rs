use perfaudit_result::{AuditState, Confidence, Severity, WorkloadState};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome};

audit! {
    /// ## What it does
    /// Reports each benchmark target of which nothing was measured although it was built: it is linked with the
    /// standard test harness and holds no `#[bench]` function, has a harness that is not known, or was left out
    /// because a feature it requires is not enabled.
    ///
    /// ## Why it matters
    /// `cargo bench` passes over such targets without a word. A suite that measures nothing looks like one that
    /// found nothing.
    ///
    /// ## What to do
    /// A Criterion benchmark needs `harness = false` in its `[[bench]]` section, a `criterion_group!` and a
    /// `criterion_main!`; one of divan needs `harness = false` and a `main` that calls `divan::main`. Features are enabled with `--features`.
    rule: "measured-nothing",
    title: "A benchmark target of which nothing was measured",
    check: check,
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for (index, workload) in evidence.workloads.iter().enumerate() {
        if workload.state != WorkloadState::Unsupported || !workload.title.is_empty() {
            continue;
        }
        let message = workload.message.clone().unwrap_or_default();
        let first_line = message.lines().next().unwrap_or_default().to_owned();
        outcome.remark(index, AuditState::Flagged, first_line);
        let draft = Draft {
            title: format!("nothing of `{}` was measured", workload.id),
            message,
            remedy: "see what the message names, then run the audit again",
            severity: Severity::Warning,
            confidence: Confidence::High,
            evidence: Vec::new(),
        };
        outcome.find(&AUDIT, &[workload], &workload.id.0, draft);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use perfaudit_result::WorkloadState;

    use crate::testing::{Case, flagged};

    #[test]
    fn a_target_as_a_whole_is_reported_and_a_duplicate_is_not() {
        let mut case = Case::new(&[("sound", &[1.0; 20])]);
        case.add_without_figures("", WorkloadState::Unsupported);
        case.add_without_figures("twice", WorkloadState::Unsupported);
        assert_eq!(flagged(&case, "measured-nothing"), [""]);
    }
}
