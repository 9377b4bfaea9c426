//! `perfaudit bench`.

use perfaudit_exec::Interrupt;

use crate::arguments::{BenchArguments, StageArgument};
use crate::changed::Exercised;
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;

/// An audit of figures, without profiles.
pub(crate) fn run(mut arguments: BenchArguments) -> Result<Exit, CommandError> {
    if let Some(revision) = &arguments.changed {
        let exercised = Exercised::since(revision, &arguments.audit.path, &Interrupt::new())?;
        exercised.lines().iter().for_each(|line| output::note(line));
        let Some(filter) = exercised.filter() else { return Ok(exercised.exit()) };
        arguments.audit.selection.filter = Some(filter);
        arguments.audit.limits = exercised.limits();
    }
    if arguments.audit.only.is_empty() {
        arguments.audit.only = vec![StageArgument::Bench, StageArgument::Commands, StageArgument::Delivery];
    }
    audit::run(&arguments.audit, arguments.subject())
}
