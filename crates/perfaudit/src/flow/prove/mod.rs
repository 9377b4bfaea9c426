//! Patches: read, put through the gates that cost nothing, tested, measured, and told.

mod base;
mod candidates;
mod error;
mod files;
mod judge;
mod plan;
mod stack;
mod verdict;

use perfaudit_exec::Interrupt;
use perfaudit_host::{calibrate, host};
use perfaudit_project::config::ProveSettings;
use perfaudit_prove::proof::Limits;
use perfaudit_result::Certificate;

use super::CompletedRun;
use super::compare::{Answer, PairsRun};
use crate::arguments::ProveArguments;
use crate::error::CommandError;
use crate::progress::Progress;
use crate::settings;

pub(super) use base::Base;
pub(super) use candidates::{Candidate, Named, candidates};
pub(crate) use error::ProveError;
pub(crate) use files::{certificate_file, certificate_files};
pub(super) use judge::{Judging, Subject};
pub(crate) use plan::plan;

/// Judges patches, each alone, and those that are proven on top of each other.
pub(crate) fn prove(
    arguments: &ProveArguments,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<CompletedRun, CommandError> {
    progress.say("read the patches".to_owned());
    let pairing = &arguments.pairing;
    let named = candidates::read(&arguments.patches, &pairing.project, interrupt)?;
    let is_cargo = pairing.in_tree.command.is_none();
    let mut run = PairsRun::open(pairing, &arguments.output, is_cargo, interrupt)?;
    settings::gates(&mut run.config, &arguments.gates);
    let prepared = prepare(arguments, &run, named, interrupt).inspect_err(|_| run.leave_nothing());
    let (base, copy, candidates, limits) = prepared?;
    let mut judging = Judging::new(arguments, &mut run, &base, &argv, limits, interrupt, progress);
    let mut certificates = judging.alone(candidates)?;
    certificates.extend(judging.stacked(&certificates, copy.path())?);
    let (mut gathered, seen) = judging.end();
    let verdict = verdict::verdict(&certificates, interrupt.is_set());
    gathered.certificates = certificates.into_iter().map(|judged| judged.certificate).collect();
    let seen = seen.unwrap_or_else(|| host(&calibrate()));
    let answer = Answer { bisection: None, verdict, what: "all of it, in the same order" };
    Ok(run.end(argv, seen, gathered, answer, interrupt))
}

type Prepared = (Base, tempfile::TempDir, Vec<candidates::Candidate>, Limits);

fn prepare(
    arguments: &ProveArguments,
    run: &PairsRun,
    named: Vec<candidates::Named>,
    interrupt: &Interrupt,
) -> Result<Prepared, CommandError> {
    let folder = &arguments.pairing.project;
    let base = Base::find(folder, &run.project.root, arguments.base.as_deref(), interrupt)?;
    let copy = base.copy(interrupt)?;
    let limits = limits(&run.config.prove);
    let candidates = candidates::candidates(named, &base, copy.path(), &limits);
    Ok((base, copy, candidates, limits))
}

/// What a patch must keep to.
pub(super) fn limits(settings: &ProveSettings) -> Limits {
    Limits {
        workloads: settings.workloads.value,
        changed_lines: settings.changed_lines.value,
        dependencies: settings.dependencies.value.clone(),
        tolerance: settings.tolerance.value,
        allow_untested: settings.allow_untested.value,
    }
}

/// A certificate with the patches that it is about.
pub(super) struct Judged {
    pub(super) certificate: Certificate,
    pub(super) candidate: Option<perfaudit_prove::PlacedPatch>,
}
