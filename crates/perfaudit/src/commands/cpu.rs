//! `perfaudit cpu`.

use std::sync::Arc;

use crate::arguments::{CpuArguments, ModeArgument, StageArgument};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::{RecordedProfile, RunningProcess, Subject};
use perfaudit_cpu::instructions::Callgrind;

/// An audit of nothing but CPU profiles, and of the figures that they need.
pub(crate) fn run(arguments: CpuArguments) -> Result<Exit, CommandError> {
    let CpuArguments { audit: mut arguments, command, pid, duration, perf_data, witness, sampling } =
        arguments;
    arguments.sampling = sampling;
    arguments.witness = witness;
    if witness.is_some() {
        Callgrind::find()?;
    }
    arguments.only = vec![StageArgument::Cpu];
    arguments.measuring.mode.get_or_insert(ModeArgument::Quick);
    let recorded = perf_data.as_deref().map(RecordedProfile::read).transpose()?.map(Arc::new);
    let subject = match pid.map(|number| RunningProcess { number, duration }) {
        Some(process) if !process.is_there() => return Err(CommandError::NoProcess(process.number)),
        Some(process) => Subject::Process(process),
        None => match &recorded {
            Some(recorded) => Subject::Recorded(recorded),
            None if command.is_empty() => Subject::Project,
            None => Subject::Command(&command),
        },
    };
    audit::run(&arguments, subject)
}
