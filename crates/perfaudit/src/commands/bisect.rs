//! `perfaudit bisect`.

use perfaudit_exec::Interrupt;

use crate::arguments::BisectArguments;
use crate::commands::audit::finish;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use crate::progress::Progress;
use crate::redact::redact;

pub(crate) fn run(arguments: &BisectArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let progress = Progress::start();
    let mut run = flow::bisect(arguments, std::env::args().collect(), &interrupt, &progress)?;
    if arguments.redact.redact {
        redact(&mut run)?;
    }
    finish(&run, None, &progress, arguments.output.format, arguments.output.verbose)
}
