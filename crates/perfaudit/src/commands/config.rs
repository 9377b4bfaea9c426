//! `perfaudit config show`.

use perfaudit_exec::Interrupt;
use perfaudit_project::ProjectRoot;

use crate::arguments::ConfigCommand;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::{output, settings};

pub(crate) fn run(command: &ConfigCommand) -> Result<Exit, CommandError> {
    let ConfigCommand::Show(arguments) = command;
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let root = ProjectRoot::locate(&arguments.path, &interrupt)?;
    let sections: Vec<String> =
        settings::configured(&root.path)?.show().iter().map(ToString::to_string).collect();
    output::result(&sections.join("\n"));
    Ok(Exit::Pass)
}
