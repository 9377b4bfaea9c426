//! Patches made from findings, judged like those of people, and kept where they are proven.

mod after_audit;
mod apply;
mod findings;
mod judging;
mod proposal;
mod series;
mod suite;
mod told;
mod workloads;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;
use perfaudit_host::{calibrate, host};
use perfaudit_result::{Applied, Fixes, Host, MadePatch};
use perfaudit_run::RunDirectory;

use super::compare::{Answer, Gathered, PairsRun};
use super::prove::{Base, limits};
use super::{CompletedRun, Plan};
use crate::arguments::FixArguments;
use crate::error::CommandError;
use crate::progress::Progress;
use crate::settings;
use findings::{Found, Ranking};
use judging::Outcome;
use proposal::Proposal;
use series::Series;

pub(crate) use after_audit::fix_after_audit;
pub(crate) use apply::ApplyError;

/// Makes patches from findings, tries the hottest first, and keeps what is proven: the run, and its files by their paths
/// within it.
pub(crate) fn fix(
    arguments: &FixArguments,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<(CompletedRun, Vec<(String, String)>), CommandError> {
    let judged_by = arguments.judging();
    if arguments.apply {
        apply::may_be(&judged_by.pairing.project, interrupt)?;
    }
    let mut run = PairsRun::open(&judged_by.pairing, &judged_by.output, true, interrupt)?;
    let reading = Plan::make(&arguments.reading(), interrupt).inspect_err(|_| run.leave_nothing())?;
    let profiled = findings::profiled(&reading);
    let none = (BTreeMap::new(), BTreeMap::new());
    let ranking = Ranking::of_run(profiled.as_ref(), &none);
    let made = make(arguments, &reading, ranking, &run.directory, interrupt, progress)
        .inspect_err(|_| run.leave_nothing())?;
    let Tried { mut fixes, gathered, kept, seen } =
        try_all(arguments, made, &mut run, &argv, interrupt, progress)?;
    let seen = seen.unwrap_or_else(|| host(&calibrate()));
    let root = run.project.root.clone();
    let verdict = told::verdict(&fixes, &gathered.certificates, interrupt.is_set());
    let answer = Answer { bisection: None, verdict, what: "all of it, in the same order" };
    let mut completed = run.end(argv, seen, gathered, answer, interrupt);
    if arguments.apply {
        fixes.apply = apply::apply(&root, &kept, &completed.result, interrupt);
        told::after_applying(&mut completed.result.verdict, &fixes.apply);
    }
    completed.result.fixes = Some(fixes);
    let files = told::files(&completed.result, kept);
    Ok((completed, files))
}

/// What came of trying patches.
struct Tried {
    fixes: Fixes,
    gathered: Gathered,
    kept: Series,
    seen: Option<Host>,
}

fn try_all(
    arguments: &FixArguments,
    made: Made,
    run: &mut PairsRun,
    argv: &[String],
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Tried, CommandError> {
    let judged_by = arguments.judging();
    settings::gates(&mut run.config, &judged_by.gates);
    let limits = limits(&run.config.prove);
    let Made { base, copy, found, proposals } = made;
    if base.products.as_deref().is_some_and(Path::is_dir) {
        let selection = run.config.bench.selection();
        let profile = selection.profile.as_deref().unwrap_or("bench");
        if let Some(line) = suite::line(&run.project.cargo, profile, &run.config.prove.test) {
            run.config.prove.test.value = line;
        }
    }
    let tried = judging::Trying {
        arguments: &judged_by,
        base: &base,
        copy: copy.path(),
        times: &found.times,
        interrupt,
        progress,
    };
    let Outcome { certificates, patches, kept, mut gathered, seen } =
        tried.all(run, proposals, arguments.cold, limits, argv)?;
    gathered.certificates = certificates;
    let fixes =
        Fixes { ranked_by: found.ranked_by, patches, without: found.without, apply: Applied::NotAsked };
    Ok(Tried { fixes, gathered, kept, seen })
}

/// The patches that would be tried; nothing of the project is built, tested or measured.
pub(crate) fn plan(
    arguments: &FixArguments,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Fixes, CommandError> {
    let folder = tempfile::tempdir().map_err(CommandError::Scratch)?;
    let directory = RunDirectory::create(&folder.path().join("run"))?;
    let reading = Plan::make(&arguments.reading(), interrupt)?;
    let profiled = findings::profiled(&reading);
    let none = (BTreeMap::new(), BTreeMap::new());
    let ranking = Ranking::of_run(profiled.as_ref(), &none);
    let Made { found, proposals, .. } = make(arguments, &reading, ranking, &directory, interrupt, progress)?;
    let patches = proposals.into_iter().map(|proposal| {
        let reason = if proposal.is_tried(arguments.cold) { "not tried" } else { proposal::COLD };
        proposal.told(reason)
    });
    let patches: Vec<MadePatch> = patches.collect();
    Ok(Fixes { ranked_by: found.ranked_by, patches, without: found.without, apply: Applied::NotAsked })
}

/// What patches are made of, and the patches.
struct Made {
    base: Base,
    /// The source, to try patches on.
    copy: tempfile::TempDir,
    found: Found,
    /// The hottest first.
    proposals: Vec<Proposal>,
}

fn make(
    arguments: &FixArguments,
    reading: &Plan,
    ranking: Ranking<'_>,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Made, CommandError> {
    let judged_by = arguments.judging();
    let mut base = Base::find(&judged_by.pairing.project, &reading.project.root, None, interrupt)?;
    base.products = Some(reading.work.build());
    let copy = base.copy(interrupt)?;
    let source: PathBuf = copy.path().join(&base.project);
    let mut found = findings::find(reading, ranking, directory, interrupt, progress)?;
    progress.say("make patches".to_owned());
    let is_wanted = |rule: &str| arguments.rules.is_empty() || arguments.rules.iter().any(|one| one == rule);
    found.findings.retain(|finding| is_wanted(&finding.rule));
    found.suggestions.retain(|(suggestion, _)| is_wanted(&suggestion.lint));
    let with_profile = is_wanted("build-profile");
    let proposals = proposal::proposals(&mut found, &source, with_profile)?;
    Ok(Made { base, copy, found, proposals })
}
