//! `perfaudit bisect`.

use perfaudit_exec::Interrupt;

use crate::arguments::BisectArguments;
use crate::commands::audit::finish;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use crate::progress::Progress;

pub(crate) fn run(arguments: &BisectArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let progress = Progress::start();
    let run = flow::bisect(arguments, std::env::args().collect(), &interrupt, &progress)?;
    finish(&run, None, &progress, arguments.output.format, arguments.output.verbose)
}
