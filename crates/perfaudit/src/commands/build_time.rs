//! `perfaudit build-time`: what builds do with their time.

use crate::arguments::{AuditArguments, StageArgument};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::Subject;

/// An audit of nothing but builds, from nothing and after a change of each package.
pub(crate) fn run(mut arguments: AuditArguments) -> Result<Exit, CommandError> {
    arguments.only.push(StageArgument::Delivery);
    arguments.build_times = true;
    audit::run(&arguments, Subject::Project)
}
