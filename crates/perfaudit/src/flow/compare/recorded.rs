//! Two runs that were recorded: nothing is measured, and less can be said.

use std::path::PathBuf;

use perfaudit_exec::Interrupt;
use perfaudit_history::{Baseline, compare, unlike};
use perfaudit_prove::Both;
use perfaudit_prove::source::ArmSource;
use perfaudit_result::RecordedVerdict;
use perfaudit_run::OpenedRun;

use super::super::runs_directory;
use super::{CompareError, project};
use crate::arguments::{CompareArguments, PairingArguments};
use crate::error::CommandError;
use crate::exit::Exit;

/// B beside A, and how the command ends; none when the sides are not two recorded runs.
pub(crate) fn recorded(
    arguments: &CompareArguments,
    interrupt: &Interrupt,
) -> Result<Option<(OpenedRun, Exit)>, CommandError> {
    let (a, b) = match (&arguments.a, &arguments.b) {
        (ArmSource::Run(a), ArmSource::Run(b)) => (a, b),
        (ArmSource::Run(_), _) | (_, ArmSource::Run(_)) => return Err(CompareError::Mixed.into()),
        _ => return Ok(None),
    };
    if arguments.redact.redact {
        return Err(CompareError::Recorded.into());
    }
    if arguments.ir {
        return Err(CompareError::NoSource.into());
    }
    let place = |run: &str| place(run, &arguments.pairing, interrupt);
    let places = Both { a: place(a)?, b: place(b)? };
    let before = perfaudit_run::open(&places.a)?.result;
    let mut after = perfaudit_run::open(&places.b)?;
    let differences = unlike(&before, &after.result);
    let baseline = Baseline { name: before.run.id.parse()?, result: before };
    let comparison = compare(&baseline, &after.result, differences);
    let is_worse = comparison.workloads.iter().any(|row| row.verdict == RecordedVerdict::Worse);
    after.result.comparison = Some(comparison);
    // Two runs that were made apart tell no change of the code: a gate has nothing to go by.
    let exit = if arguments.gate && is_worse { Exit::Inconclusive } else { Exit::Pass };
    Ok(Some((after, exit)))
}

/// The directory of a run, by its path or by its name among the runs of the project.
fn place(run: &str, pairing: &PairingArguments, interrupt: &Interrupt) -> Result<PathBuf, CommandError> {
    let named = PathBuf::from(run);
    if named.exists() {
        return Ok(named);
    }
    let project = project(&pairing.project, false, pairing.measuring.offline, interrupt)?;
    Ok(runs_directory(&project.work_directory()?).join(run))
}
