//! What audits say, and how it becomes part of the result.

use perfaudit_result::{
    AuditState, Confidence, Evidence as Proof, Finding, Granularity, Location, Severity, Verification,
    Workload, WorkloadAudit,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::audit::Audit;
use crate::evidence::Evidence;
use crate::rules::ALL;

/// What one audit said.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// By the place of the workload: what came of it, and what was seen.
    pub(crate) remarks: Vec<(usize, AuditState, String)>,
    pub(crate) findings: Vec<Finding>,
}

/// What all audits said.
#[derive(Debug)]
pub struct Audited {
    /// For each workload, in their order.
    pub remarks: Vec<Vec<WorkloadAudit>>,
    /// The findings, most important first.
    pub findings: Vec<Finding>,
}

/// Runs every audit.
#[must_use]
pub fn run(evidence: &Evidence<'_>) -> Audited {
    let outcomes: Vec<(&Audit, Outcome)> =
        ALL.par_iter().map(|audit| (audit, (audit.check)(evidence))).collect();
    let mut remarks = vec![Vec::new(); evidence.workloads.len()];
    let mut findings = Vec::new();
    for (audit, outcome) in outcomes {
        for (index, state, message) in outcome.remarks {
            remarks[index].push(WorkloadAudit { rule: audit.rule.to_owned(), state, message });
        }
        findings.extend(outcome.findings);
    }
    findings.sort_by(|a, b| {
        let wide = b.workloads.len().cmp(&a.workloads.len());
        let share = |finding: &Finding| finding.share_of_alloc_bytes.unwrap_or(0.0);
        let costly = share(b).total_cmp(&share(a));
        a.severity.cmp(&b.severity).then(costly).then(wide).then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
    Audited { remarks, findings }
}

/// What a finding says, without where it was found.
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) remedy: &'static str,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    /// What it rests on; the first goes with the samples of the first workload.
    pub(crate) evidence: Vec<String>,
}

impl Outcome {
    pub(crate) fn remark(&mut self, index: usize, state: AuditState, message: impl Into<String>) {
        self.remarks.push((index, state, message.into()));
    }

    /// Adds a finding on workloads of one target, of which there is at least one. Its fingerprint is made of the
    /// rule, the file and `symbol`, so that it outlives edits.
    pub(crate) fn find(&mut self, audit: &Audit, workloads: &[&Workload], symbol: &str, draft: Draft) {
        let first = workloads.first().expect("a finding concerns a workload");
        let mut evidence: Vec<Proof> =
            draft.evidence.into_iter().map(|text| Proof { artifact: None, text }).collect();
        if let Some(proof) = evidence.first_mut() {
            proof.artifact = workloads.iter().find_map(|workload| workload.samples.clone());
        }
        self.findings.push(Finding {
            rule: audit.rule.to_owned(),
            title: draft.title,
            message: draft.message,
            remedy: draft.remedy.to_owned(),
            fingerprint: fingerprint(&[audit.rule, &first.source, symbol]),
            severity: draft.severity,
            confidence: draft.confidence,
            // A command of the command line stands in no file.
            locations: Some(first.source.clone())
                .filter(|file| !file.is_empty())
                .map(|file| Location { file, line: None, column: None, end_line: None })
                .into_iter()
                .collect(),
            evidence,
            workloads: workloads.iter().map(|workload| workload.id.clone()).collect(),
            share_of_cpu: None,
            share_of_alloc_bytes: None,
            by_workload: Vec::new(),
            granularity: Granularity::NotMeasured,
            ceiling_gain: None,
            verification: Verification::default(),
            code: None,
        });
    }

    /// One finding for each target that holds flagged workloads.
    pub(crate) fn find_by_target(
        &mut self,
        audit: &Audit,
        flagged: &[&Workload],
        draft: impl Fn(&[&Workload]) -> Draft,
    ) {
        let mut targets: Vec<Vec<&Workload>> = Vec::new();
        for workload in flagged {
            let same = |known: &&mut Vec<&Workload>| {
                (&known[0].package, &known[0].target) == (&workload.package, &workload.target)
            };
            match targets.iter_mut().find(same) {
                Some(known) => known.push(workload),
                None => targets.push(vec![workload]),
            }
        }
        for workloads in targets {
            self.find(audit, &workloads, "", draft(&workloads));
        }
    }
}

/// `1 benchmark`, `2 benchmarks`.
pub(crate) fn count_of_benchmarks(n: usize) -> String {
    if n == 1 { "1 benchmark".to_owned() } else { format!("{n} benchmarks") }
}

pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
