//! What is proven alone, on top of each other.

use std::path::Path;

use perfaudit_prove::PlacedPatch;
use perfaudit_result::{CertifiedPatch, GateName, GateState, ProofGate, ProofVerdict};

use super::Judged;
use super::judge::Subject;

/// All patches that are proven and fit on top of each other, in their order; none where there are less than two. They
/// are applied in `copy`, a copy of the source, which is used up.
pub(super) fn subject(judged: &[Judged], copy: &Path) -> Option<Subject> {
    let proven: Vec<&PlacedPatch> = judged
        .iter()
        .filter(|one| one.certificate.verdict == ProofVerdict::Proven)
        .filter_map(|one| one.candidate.as_ref())
        .collect();
    if proven.len() < 2 {
        return None;
    }
    let mut patches: Vec<PlacedPatch> = Vec::new();
    let mut remarks = Vec::new();
    for patch in proven {
        match patch.apply(copy) {
            Ok(()) => patches.push(patch.clone()),
            Err(error) => {
                remarks.push(format!("left out, since it does not fit on top of the others: {error}"));
            }
        }
    }
    let names: Vec<String> = patches.iter().map(|patch| patch.patch.name.clone()).collect();
    let mut files: Vec<String> = patches
        .iter()
        .flat_map(|patch| patch.patch.paths().into_iter().map(ToString::to_string).collect::<Vec<_>>())
        .collect();
    files.sort_unstable();
    files.dedup();
    let lines: usize = patches.iter().map(|patch| patch.patch.changed_lines()).sum();
    let evidence = format!("{} fit on top of each other", names.join(", "));
    let told = CertifiedPatch {
        name: format!("{} patches on top of each other", names.len()),
        subject: None,
        sha256: None,
        files,
        changed_lines: u32::try_from(lines).ok(),
        stacked: names,
    };
    let gates = vec![ProofGate { gate: GateName::Applies, state: GateState::Passed, evidence }];
    (patches.len() > 1).then_some(Subject {
        told,
        beneath: Vec::new(),
        patches,
        gates,
        suite: None,
        remarks,
        only: None,
    })
}
