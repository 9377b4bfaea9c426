//! What would be done with patches.

use perfaudit_exec::Interrupt;
use perfaudit_result::{CertifiedPatch, ProofGate};
use serde::Serialize;

use super::base::{Base, project_root};
use super::{candidates, limits};
use crate::arguments::ProveArguments;
use crate::error::CommandError;
use crate::settings;

/// What would be done with patches.
#[derive(Debug, Serialize)]
pub(crate) struct ProofPlan {
    /// All of them, with the gates that cost nothing.
    pub(crate) patches: Vec<PlannedPatch>,
    /// What runs the tests of those that pass these gates.
    pub(crate) test: String,
    /// What is measured, in words.
    pub(crate) measures: String,
}

/// A patch that would be judged.
#[derive(Debug, Serialize)]
pub(crate) struct PlannedPatch {
    pub(crate) patch: CertifiedPatch,
    pub(crate) gates: Vec<ProofGate>,
    /// Whether it would be tested.
    pub(crate) goes_on: bool,
}

/// Reads the patches and tries them on a copy of the source; nothing is built or run.
pub(crate) fn plan(arguments: &ProveArguments, interrupt: &Interrupt) -> Result<ProofPlan, CommandError> {
    let pairing = &arguments.pairing;
    let named = candidates::read(&arguments.patches, &pairing.project, interrupt)?;
    let root = project_root(
        &pairing.project,
        pairing.in_tree.command.is_none(),
        pairing.measuring.offline,
        interrupt,
    )?;
    let mut config = settings::effective_for_pairs(&root, pairing, &arguments.output)?;
    settings::gates(&mut config, &arguments.gates);
    let base = Base::find(&pairing.project, &root, arguments.base.as_deref(), interrupt)?;
    let copy = base.copy(interrupt)?;
    let found = candidates::candidates(named, &base, copy.path(), &limits(&config.prove));
    let patches = found.into_iter().map(|candidate| PlannedPatch {
        goes_on: candidate.goes_on(),
        patch: candidate.told,
        gates: candidate.gates,
    });
    let measures = match (&pairing.in_tree.command, &config.bench.filter.value) {
        (Some(line), _) => format!("`{line}` with and without the patch"),
        (None, Some(filter)) => format!("the benchmarks that match `{filter}`, with and without the patch"),
        (None, None) => "all benchmarks, with and without the patch".to_owned(),
    };
    Ok(ProofPlan { patches: patches.collect(), test: config.prove.test.value, measures })
}
