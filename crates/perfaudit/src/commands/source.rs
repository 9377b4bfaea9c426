//! `perfaudit source`.

use crate::arguments::{AuditArguments, StageArgument};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::Subject;

/// An audit of nothing but the source, unless other stages are asked for.
pub(crate) fn run(mut arguments: AuditArguments) -> Result<Exit, CommandError> {
    arguments.only.push(StageArgument::Source);
    audit::run(&arguments, Subject::Project)
}
