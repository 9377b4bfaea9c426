use perfaudit_result::{AuditState, Confidence, Severity, Workload, WorkloadState};

use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::{Draft, Outcome};

audit! {
    /// ## What it does
    /// Reports benchmarks of one target that have the same name in different `criterion_group!`s.
    ///
    /// ## Why it matters
    /// Criterion writes all of them to the same files: the last one overwrites the others, and is compared with
    /// the wrong baseline on the next run. Only the last one's figures exist, under a name that means several.
    ///
    /// ## What to do
    /// Give each benchmark of a target a name of its own.
    rule: "duplicate-name",
    title: "Benchmarks that overwrite each other's results",
    check: check,
}

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut names: Vec<&str> = Vec::new();
    for (index, workload) in evidence.workloads.iter().enumerate() {
        let is_hidden = workload.state == WorkloadState::Unsupported && !workload.title.is_empty();
        if !is_hidden {
            continue;
        }
        let same: Vec<&Workload> = evidence
            .workloads
            .iter()
            .filter(|other| {
                (&other.package, &other.target, &other.title)
                    == (&workload.package, &workload.target, &workload.title)
            })
            .collect();
        outcome.remark(index, AuditState::Flagged, "overwritten by its namesake".to_owned());
        if names.contains(&same[0].id.0.as_str()) {
            continue;
        }
        names.push(&same[0].id.0);
        let draft = Draft {
            title: format!("{} benchmarks are called `{}`", same.len(), workload.title),
            message: "Criterion writes them to the same files: the figures are those of the last one"
                .to_owned(),
            remedy: "give each benchmark of the target a name of its own",
            severity: Severity::Critical,
            confidence: Confidence::High,
            evidence: Vec::new(),
        };
        outcome.find(&AUDIT, &same, &workload.title, draft);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use perfaudit_result::WorkloadState;

    use crate::testing::{Case, findings, flagged};

    #[test]
    fn benchmarks_of_one_name_make_one_finding() {
        let mut case = Case::new(&[("twice", &[1.0; 20]), ("once", &[1.0; 20])]);
        case.add_without_figures("twice", WorkloadState::Unsupported);
        case.add_without_figures("twice", WorkloadState::Unsupported);
        assert_eq!(flagged(&case, "duplicate-name"), ["twice", "twice"]);
        assert_eq!(findings(&case, "duplicate-name").len(), 1);
    }
}
