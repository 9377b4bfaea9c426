//! `perfaudit init`: a commented configuration from what a project holds, or benchmarks for what has none.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};

use perfaudit_exec::Interrupt;
use perfaudit_project::config::{FILE_NAME, template};
use perfaudit_project::{CargoProject, ProjectRoot, Selection};

use crate::arguments::InitArguments;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(arguments: &InitArguments) -> Result<Exit, CommandError> {
    if arguments.bench {
        return crate::skeletons::run(arguments);
    }
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let root = ProjectRoot::locate(&arguments.path, &interrupt)?;
    let project = CargoProject::discover(root, &Selection::default(), false, &interrupt)?;
    let text = template(&project);
    if arguments.stdout {
        output::raw(&text);
        return Ok(Exit::Pass);
    }
    let path = project.root.join(FILE_NAME);
    // A file that exists is never written over, even if it appears between a look and the writing.
    let written = OpenOptions::new().write(true).create_new(true).open(&path);
    written.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => CommandError::Configured { path: path.clone() },
        _ => CommandError::Write { path: path.clone(), source },
    })?;
    output::result(&format!(
        "wrote {}; `perfaudit config show` tells what is in force\n",
        super::relative_to_here(&path)
    ));
    Ok(Exit::Pass)
}
