//! Trying proposals: the hottest first, each by the gates and pairs of `perfaudit prove`, as long as the budget lasts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use perfaudit_exec::Interrupt;
use perfaudit_prove::proof::Limits;
use perfaudit_result::{
    Certificate, CertifiedPatch, GateName, GateState, Host, MadePatch, Mode, ProofGate, ProofVerdict,
    WorkloadId,
};
use perfaudit_run::{RunDirectory, sha256};

use super::proposal::{COLD, Proposal};
use super::series::{Series, series};
use super::workloads::{Times, measured_on, targets};
use crate::arguments::ProveArguments;
use crate::error::CommandError;
use crate::flow::compare::{Gathered, PairsRun};
use crate::flow::prove::{Base, Candidate, Judging, Named, Subject, candidates};
use crate::progress::Progress;

/// So many are tested before any of them is measured, if the budget is for so many: changing between the two costs a
/// build.
const BATCH: usize = 4;
/// A patch that gets less of the budget than this is hardly ever decided.
const LEAST: Duration = Duration::from_secs(90);
/// The part of the budget that is kept for what is proven as a whole.
const FOR_ALL: f64 = 0.25;

pub(super) struct Trying<'a> {
    pub(super) arguments: &'a ProveArguments,
    pub(super) base: &'a Base,
    /// A copy of the source.
    pub(super) copy: &'a Path,
    /// What is known of benchmarks.
    pub(super) times: &'a Times,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a Progress,
}

/// What came of it.
pub(super) struct Outcome {
    /// Of each patch that was tried, and of what is kept as a whole.
    pub(super) certificates: Vec<Certificate>,
    pub(super) patches: Vec<MadePatch>,
    pub(super) kept: Series,
    pub(super) gathered: Gathered,
    pub(super) seen: Option<Host>,
}

/// A proposal with what became of it.
struct Tried {
    proposal: Proposal,
    certificate: Option<Certificate>,
    /// The only benchmarks that it was measured on.
    only: Option<Vec<WorkloadId>>,
    reason: String,
}

impl Trying<'_> {
    pub(super) fn all(
        &self,
        run: &mut PairsRun,
        proposals: Vec<Proposal>,
        with_cold: bool,
        limits: Limits,
        argv: &[String],
    ) -> Result<Outcome, CommandError> {
        let (wanted, cold): (Vec<_>, Vec<_>) =
            proposals.into_iter().partition(|proposal| proposal.is_tried(with_cold));
        let named = wanted.iter().map(|one| Named::made(&one.name, one.patch().as_bytes()));
        let found = candidates(named.collect(), self.base, self.copy, &limits);
        let mut waiting: Vec<(Proposal, Candidate)> = wanted.into_iter().zip(found).collect();
        let (mode, filter) = (run.config.audit.mode.value, run.config.bench.filter.value.clone());
        for (proposal, candidate) in &mut waiting {
            candidate.only = measured_on(&proposal.price.hot_in, self.times, filter.as_ref(), mode);
        }
        let only: Vec<_> = waiting.iter().map(|(_, candidate)| candidate.only.clone()).collect();
        if run.config.bench.benches.value.is_empty() {
            run.config.bench.benches.command_line(targets(&only));
        }
        let mut judging =
            Judging::new(self.arguments, run, self.base, argv, limits, self.interrupt, self.progress);
        let whole = judging.left();
        let mut tried: Vec<Tried> = Vec::new();
        while !waiting.is_empty()
            && !self.interrupt.is_set()
            && (tried.is_empty() || !is_spent(whole, judging.left()))
        {
            let most = decided_by(judging.left());
            let batch: Vec<_> = waiting.drain(..BATCH.min(most).min(waiting.len())).collect();
            judging.later = later(most, batch.len(), waiting.len());
            let (of, candidates): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let only: Vec<_> = candidates.iter().map(|candidate| candidate.only.clone()).collect();
            for ((proposal, only), judged) in of.into_iter().zip(only).zip(judging.alone(candidates)?) {
                let mut certificate = judged.certificate;
                certificate.command = again(judging.run, &proposal.name, only.as_deref());
                certificate.remarks.extend(left_out(&certificate, &proposal, only.as_deref()));
                let reason = certificate.reason.clone();
                tried.push(Tried { proposal, certificate: Some(certificate), only, reason });
            }
        }
        let why = if self.interrupt.is_set() { "interrupted" } else { "the budget was spent before" };
        let not = |reason: &str| {
            let reason = reason.to_owned();
            move |proposal| Tried { proposal, certificate: None, only: None, reason: reason.clone() }
        };
        tried.extend(waiting.into_iter().map(|(proposal, _)| proposal).map(not(why)));
        tried.extend(cold.into_iter().map(not(COLD)));
        judging.later = 0;
        let proven: Vec<&Proposal> =
            tried.iter().filter(|one| is_proven(one)).map(|one| &one.proposal).collect();
        let kept = series(&proven);
        let together = self.together(&mut judging, &kept, only_of(&tried))?;
        let (gathered, seen) = judging.end();
        let mut outcome = Outcome {
            certificates: Vec::new(),
            patches: Vec::new(),
            kept: Series::default(),
            gathered,
            seen,
        };
        let mut proven = 0;
        for Tried { proposal, certificate, reason, only: _ } in tried {
            let mut told = proposal.told(&reason);
            if let Some(mut certificate) = certificate {
                told.verdict = Some(certificate.verdict);
                if certificate.verdict == ProofVerdict::Proven {
                    if let Some(member) = kept.members.iter().find(|member| member.of == proven) {
                        told.kept = Some(format!("fixes/{}", member.file));
                    }
                    if let Some((_, why)) = kept.left_out.iter().find(|(of, _)| *of == proven) {
                        certificate.remarks.push(format!("left out of what is kept: {why}"));
                        told.reason = format!("{reason}; left out of what is kept: {why}");
                    }
                    proven += 1;
                }
                outcome.certificates.push(certificate);
            }
            outcome.patches.push(told);
        }
        outcome.certificates.extend(together);
        outcome.kept = kept;
        Ok(outcome)
    }

    /// All that is kept, beside the source without it. A single patch has been judged already.
    fn together(
        &self,
        judging: &mut Judging<'_>,
        kept: &Series,
        only: Option<Vec<WorkloadId>>,
    ) -> Result<Option<Certificate>, CommandError> {
        if kept.members.len() < 2 || self.interrupt.is_set() {
            return Ok(None);
        }
        let mut patches = Vec::new();
        for member in &kept.members {
            let named = vec![Named::made(&member.file, member.patch.as_bytes())];
            for candidate in candidates(named, self.base, self.copy, &judging.limits) {
                let Some(patch) = candidate.patch else { continue };
                // The next one is made for the source with this one.
                if patch.apply(self.copy).is_ok() {
                    patches.push(patch);
                }
            }
        }
        let names: Vec<String> = kept.members.iter().map(|member| member.file.clone()).collect();
        let lines: usize = patches.iter().map(|patch| patch.patch.changed_lines()).sum();
        let all = kept.members.iter().map(|member| member.patch.as_str()).collect::<String>();
        let told = CertifiedPatch {
            name: format!("{} patches on top of each other", names.len()),
            subject: None,
            sha256: Some(sha256(all.as_bytes())),
            files: kept.files.keys().cloned().collect(),
            changed_lines: u32::try_from(lines).ok(),
            stacked: names.clone(),
        };
        let state = if patches.len() == names.len() { GateState::Passed } else { GateState::Failed };
        let evidence = format!("{} on top of each other", names.join(", "));
        let gates = vec![ProofGate { gate: GateName::Applies, state, evidence }];
        let subject =
            Subject { told, beneath: Vec::new(), patches, gates, suite: None, remarks: Vec::new(), only };
        judging.together(subject).map(Some)
    }
}

fn is_proven(one: &Tried) -> bool {
    one.certificate.as_ref().is_some_and(|certificate| certificate.verdict == ProofVerdict::Proven)
}

/// All benchmarks that proven patches were measured on; none where one of them was measured on all.
fn only_of(tried: &[Tried]) -> Option<Vec<WorkloadId>> {
    let mut all: Vec<WorkloadId> = Vec::new();
    for one in tried.iter().filter(|one| is_proven(one)) {
        let ids = one.only.as_ref()?.iter();
        all.extend(ids.filter(|id| !all.contains(id)).cloned().collect::<Vec<_>>());
    }
    Some(all)
}

/// The folder of the run as one would type it in the folder of the project; nothing where it is elsewhere.
pub(super) fn place(run: &RunDirectory, project: &Path) -> PathBuf {
    run.path().strip_prefix(project).unwrap_or(Path::new("")).to_owned()
}

/// The command that judges the patch with this name again, in the folder of the project: measures in the same way, in
/// the same order.
fn again(run: &PairsRun, name: &str, only: Option<&[WorkloadId]>) -> Vec<String> {
    let patch = place(&run.directory, &run.project.root).join(MadePatch::path_of(name));
    let (mode, bench) = (run.config.audit.mode.value, &run.config.bench);
    let mut command = ["perfaudit", "prove", &patch.to_string_lossy()].map(str::to_owned).to_vec();
    let mut add = |option: &str, value: String| command.extend([option.to_owned(), value]);
    if mode != Mode::Standard {
        add("--mode", mode.as_str().to_owned());
    }
    let filter = only.and_then(|ids| crate::flow::only(ids.iter().map(|id| id.0.as_str())));
    if let Some(filter) = filter.as_ref().or(bench.filter.value.as_ref()) {
        add("--filter", filter.to_string());
    }
    if let Some(profile) = &bench.profile.value {
        add("--profile", profile.clone());
    }
    if !bench.features.value.is_empty() {
        add("--features", bench.features.value.join(","));
    }
    add("--seed", run.seed.to_string());
    let switches = [
        (bench.all_features.value, "--all-features"),
        (bench.no_default_features.value, "--no-default-features"),
    ];
    command.extend(switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, option)| option.to_owned()));
    command
}

/// What a certificate does not speak of.
fn left_out(certificate: &Certificate, proposal: &Proposal, only: Option<&[WorkloadId]>) -> Option<String> {
    certificate.comparison.as_ref()?;
    let (only, hot) = (only?, &proposal.price.hot_in);
    let measured = only.iter().filter(|id| hot.iter().any(|one| one.id == **id)).count();
    let others = only.len() - measured;
    Some(format!(
        "measured on {measured} of the {} workloads where it takes at least 1 %, and on {others} of the others: `perfaudit prove` without `--filter` measures all benchmarks",
        hot.len()
    ))
}

/// Whether what is left of the budget is kept for all together, or decides no further patch.
fn is_spent(whole: Option<Duration>, left: Option<Duration>) -> bool {
    whole.zip(left).is_some_and(|(whole, left)| left <= whole.mul_f64(FOR_ALL) || left < LEAST)
}

/// How many patches what is left of the budget can decide beside all together; one is always tried.
fn decided_by(left: Option<Duration>) -> usize {
    let whole = |left: Duration| left.mul_f64(1.0 - FOR_ALL).as_secs() / LEAST.as_secs();
    left.map_or(usize::MAX, |left| usize::try_from(whole(left)).unwrap_or(usize::MAX).max(1))
}

/// How many comparisons share the budget with a batch: those of patches that are decided by it later, and for more than
/// one patch that of what is kept as a whole, which gets what a third of the patches do.
fn later(most: usize, batch: usize, waiting: usize) -> usize {
    let patches = most.min(batch + waiting);
    let for_all = if patches > 1 { patches.div_ceil(3) } else { 0 };
    (patches + for_all).saturating_sub(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_shared_by_as_many_as_can_be_decided_by_it() {
        let minutes = |minutes: u64| Some(Duration::from_secs(60 * minutes));
        assert_eq!([1, 2, 3, 4, 10].map(|n| decided_by(minutes(n))), [1, 1, 1, 2, 5]);
        assert_eq!(decided_by(minutes(0)), 1);
        assert_eq!(later(decided_by(None), 4, 0), 2);
        assert_eq!(later(decided_by(minutes(60)), 4, 8), 12);
        assert_eq!(later(decided_by(minutes(2)), 1, 8), 0, "the hottest gets all of it");
        assert_eq!(later(decided_by(minutes(4)), 2, 8), 1);
    }

    #[test]
    fn a_quarter_of_the_budget_is_kept_for_all_together_and_too_little_decides_nothing() {
        let minutes = |minutes: u64| Some(Duration::from_secs(60 * minutes));
        assert!(!is_spent(None, None));
        assert!(!is_spent(minutes(8), minutes(3)));
        assert!(is_spent(minutes(8), minutes(2)));
        assert!(is_spent(minutes(2), Some(Duration::from_secs(59))));
    }
}
