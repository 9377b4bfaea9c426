//! `perfaudit heap`.

use crate::arguments::{HeapArguments, ModeArgument, StageArgument};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::Subject;

/// An audit of nothing but allocations, and of the figures that they are held against.
pub(crate) fn run(arguments: HeapArguments) -> Result<Exit, CommandError> {
    let HeapArguments { audit: mut arguments, command, sample } = arguments;
    arguments.heap_sample = sample;
    arguments.only = vec![StageArgument::Heap];
    arguments.measuring.mode.get_or_insert(ModeArgument::Quick);
    let subject = if command.is_empty() { Subject::Project } else { Subject::Command(&command) };
    audit::run(&arguments, subject)
}
