//! `perfaudit bench`.

use crate::arguments::{BenchArguments, StageArgument};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;

/// An audit of figures, without profiles.
pub(crate) fn run(mut arguments: BenchArguments) -> Result<Exit, CommandError> {
    if arguments.audit.only.is_empty() {
        arguments.audit.only = vec![StageArgument::Bench, StageArgument::Commands, StageArgument::Delivery];
    }
    audit::run(&arguments.audit, arguments.subject())
}
