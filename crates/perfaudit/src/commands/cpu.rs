//! `perfaudit cpu`.

use crate::arguments::{CpuArguments, ModeArgument, StageArgument};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::Subject;

/// An audit of nothing but CPU profiles, and of the figures that they need.
pub(crate) fn run(arguments: CpuArguments) -> Result<Exit, CommandError> {
    let CpuArguments { audit: mut arguments, command } = arguments;
    arguments.only = vec![StageArgument::Cpu];
    arguments.mode.get_or_insert(ModeArgument::Quick);
    let subject = if command.is_empty() { Subject::Project } else { Subject::Command(&command) };
    audit::run(&arguments, subject)
}
