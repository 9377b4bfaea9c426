//! Patches that an audit makes of what it found, by its own profiles.

use std::time::Duration;

use perfaudit_exec::Interrupt;
use perfaudit_result::{Finding, Limit, Mode, NextAction, ProofVerdict, StageName, StageState, Verification};

use super::findings::Ranking;
use super::judging::place;
use super::{CompletedRun, Plan, Tried, make, told, try_all};
use crate::arguments::{AuditArguments, FixArguments};
use crate::error::CommandError;
use crate::flow::compare::PairsRun;
use crate::flow::record::Recorder;
use crate::flow::source::Profiles;
use crate::progress::Progress;
use crate::settings;

/// How long patches are measured unless that is said; none where there is no bound.
fn usual(mode: Mode) -> Option<Duration> {
    match mode {
        Mode::Quick => Some(Duration::from_secs(3 * 60)),
        Mode::Standard => Some(Duration::from_secs(10 * 60)),
        Mode::Full => None,
    }
}

/// Makes patches of what an audit found, tries the hottest first, and adds what came of it to the run. `budget` bounds
/// the time for measuring. What fails here is told, and the audit stays as it was. The files of the run that this adds
/// come with their paths within it.
pub(crate) fn fix_after_audit(
    arguments: &AuditArguments,
    budget: Option<Duration>,
    mut run: CompletedRun,
    interrupt: &Interrupt,
    progress: &Progress,
) -> (CompletedRun, Vec<(String, String)>) {
    let recorder = Recorder::begin(StageName::Fix, Some(&run.directory));
    let clock = std::time::Instant::now();
    let budget = budget.or_else(|| usual(run.result.run.mode));
    let arguments = FixArguments::after_audit(arguments, budget);
    let mut files = Vec::new();
    let outcome = if interrupt.is_set() || run.result.run.interrupted {
        None
    } else {
        Some(tried(&arguments, &mut run, interrupt, progress))
    };
    let (state, message) = match outcome {
        None => (StageState::Skipped, Some("interrupted".to_owned())),
        Some(Ok(tried)) => {
            files = add(&mut run, tried);
            match interrupt.is_set() {
                true => (StageState::Partial, Some("interrupted".to_owned())),
                false => (StageState::Done, None),
            }
        }
        Some(Err(_)) if interrupt.is_set() => (StageState::Partial, Some("interrupted".to_owned())),
        Some(Err(error)) => {
            run.result.limits.push(Limit {
                code: "no-fixes".to_owned(),
                message: format!("no patch was made from the findings: {error}"),
                remedy: Some("`perfaudit fix` tries it again".to_owned()),
            });
            (StageState::Failed, Some(error.to_string()))
        }
    };
    let stage = recorder.end(&run.directory, state, message);
    run.result.run.stages.push(stage);
    run.result.run.duration_s += clock.elapsed().as_secs_f64();
    if interrupt.is_set() && !run.result.run.interrupted {
        run.result.run.interrupted = true;
        told::interrupted(&mut run.result.verdict);
    }
    run.result.artifacts = run.directory.artifacts().to_vec();
    (run, files)
}

/// Adds what came of it to the run: the files of the run that hold it, by their paths within it.
fn add(run: &mut CompletedRun, tried: Tried) -> Vec<(String, String)> {
    let Tried { fixes, gathered, kept, seen: _ } = tried;
    for (one, verdict) in fixes.patches.iter().filter_map(|one| Some((one, one.verdict?))) {
        let is_mended = |finding: &&mut Finding| one.findings.contains(&finding.fingerprint);
        for finding in run.result.findings.iter_mut().filter(is_mended) {
            finding.verification =
                Verification { state: verdict.into(), certificate: Some(one.name.clone()) };
        }
    }
    run.result.certificates = gathered.certificates;
    run.result.fixes = Some(fixes);
    for limit in gathered.limits {
        if !run.result.limits.contains(&limit) {
            run.result.limits.push(limit);
        }
    }
    run.samples.extend(gathered.samples);
    run.profiles.extend(gathered.profiles);
    tell(run);
    told::files(&run.result, kept)
}

fn tried(
    arguments: &FixArguments,
    audit: &mut CompletedRun,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Tried, CommandError> {
    let judged_by = arguments.judging();
    let reading = Plan::make(&arguments.reading(), interrupt)?;
    let project = super::super::compare::project(
        &judged_by.pairing.project,
        true,
        judged_by.pairing.measuring.offline,
        interrupt,
    )?;
    let config = settings::effective_for_pairs(&project.root, &judged_by.pairing, &judged_by.output)?;
    let ranking = Ranking {
        result: Some(&audit.result),
        profiles: Profiles {
            cpu: audit.result.cpu.as_ref(),
            stacks: &audit.profiles,
            heap: audit.result.heap.as_ref(),
            allocations: &audit.heaps,
        },
    };
    let made = make(arguments, &reading, ranking, &audit.directory, interrupt, progress)?;
    let argv = audit.result.run.argv.clone();
    let mut run = PairsRun::within(&audit.result, audit.directory.hand_over(), project, config);
    let tried = try_all(arguments, made, &mut run, &argv, interrupt, progress);
    audit.directory = run.directory;
    tried
}

/// Says in the answer what is proven, and what to do with it.
fn tell(run: &mut CompletedRun) {
    let Some(fixes) = &run.result.fixes else { return };
    let tried = fixes.patches.iter().filter(|one| one.verdict.is_some()).count();
    let proven: Vec<_> =
        fixes.patches.iter().filter(|one| one.verdict == Some(ProofVerdict::Proven)).collect();
    let told = match (proven.len(), tried) {
        (_, 0) => "no patch was tried".to_owned(),
        (n, tried) => format!("{n} of {tried} patches proven"),
    };
    run.result.verdict.headline.push_str(&format!("; {told}"));
    let place = place(&run.directory, &run.root);
    let kept = proven.iter().filter_map(|one| Some((one, one.kept.as_ref()?)));
    let actions = kept.map(|(one, path)| NextAction {
        title: format!("Apply `{}`: {}", one.name, one.what),
        reason: one.reason.clone(),
        command: Some(format!("git apply {}", place.join(path).display())),
    });
    let actions: Vec<NextAction> = actions.collect();
    run.result.next_actions.splice(0..0, actions);
}
