//! `perfaudit compare`.

use perfaudit_exec::Interrupt;
use perfaudit_render::ReportInput;

use crate::arguments::CompareArguments;
use crate::commands::audit::finish;
use crate::commands::print;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use crate::progress::Progress;
use crate::redact::redact;

pub(crate) fn run(arguments: &CompareArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    if let Some((run, exit)) = flow::recorded(arguments, &interrupt)? {
        let input = ReportInput {
            result: &run.result,
            samples: &run.samples,
            profiles: &run.profiles,
            heaps: &run.heaps,
        };
        print(input, arguments.output.format, &run.path, arguments.output.verbose);
        return Ok(exit);
    }
    let progress = Progress::start();
    let mut run = flow::compare(arguments, std::env::args().collect(), &interrupt, &progress)?;
    if arguments.redact.redact {
        redact(&mut run)?;
    }
    finish(&run, None, &progress, arguments.output.format, arguments.output.verbose)
}
