//! `perfaudit build-matrix`.

use perfaudit_exec::Interrupt;

use crate::arguments::BuildMatrixArguments;
use crate::commands::audit::finish;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use crate::progress::Progress;

pub(crate) fn run(arguments: &BuildMatrixArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let progress = Progress::start();
    let run = flow::build_matrix(arguments, std::env::args().collect(), &interrupt, &progress)?;
    finish(&run, None, &progress, arguments.output.format, arguments.output.verbose)
}
