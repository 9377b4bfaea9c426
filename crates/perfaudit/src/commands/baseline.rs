//! `perfaudit baseline`.

use std::fmt::Write as _;
use std::path::Path;

use perfaudit_exec::Interrupt;
use perfaudit_history::Store;
use perfaudit_project::{ProjectRoot, project_key};

use crate::arguments::{BaselineCommand, BaselinePlace};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::{flow, output};

pub(crate) fn run(command: &BaselineCommand) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    match command {
        BaselineCommand::Save(arguments) => {
            let store = store(&arguments.place, &interrupt)?;
            let path = match &arguments.run {
                Some(path) => path.clone(),
                None => flow::newest_run(&arguments.place.project, &interrupt)?,
            };
            let opened = perfaudit_run::open(&path)?;
            store.save(&arguments.name, &perfaudit_render::json(&opened.result))?;
            output::result(&format!("run {} is baseline `{}`\n", opened.result.run.id, arguments.name));
        }
        BaselineCommand::List(place) => output::result(&list(&store(place, &interrupt)?)?),
        BaselineCommand::Rm(arguments) => {
            store(&arguments.place, &interrupt)?.remove(&arguments.name)?;
            output::result(&format!("baseline `{}` is removed\n", arguments.name));
        }
    }
    Ok(Exit::Pass)
}

fn store(place: &BaselinePlace, interrupt: &Interrupt) -> Result<Store, CommandError> {
    let root = ProjectRoot::locate(&place.project, interrupt)?;
    Ok(Store::open(place.store.directory.as_deref().map(Path::new), &project_key(&root.path))?)
}

/// One line for each, with what tells it from others. One that cannot be read says so in its line.
fn list(store: &Store) -> Result<String, CommandError> {
    let names = store.names()?;
    if names.is_empty() {
        return Ok("no baseline: `perfaudit audit --save-baseline NAME` makes one\n".to_owned());
    }
    let width = names.iter().map(|name| name.to_string().len()).max().unwrap_or(0);
    let mut text = String::new();
    for name in names {
        let about = match store.load(&name) {
            Ok(baseline) => {
                let result = baseline.result;
                let commit = result
                    .project
                    .vcs
                    .as_ref()
                    .map_or("no commit", |vcs| vcs.commit.get(..12).unwrap_or(&vcs.commit));
                format!("{}  {commit}  {}", result.run.started, result.verdict.headline)
            }
            Err(error) => error.to_string(),
        };
        writeln!(text, "{:width$}  {about}", name.to_string()).expect("writing to a string cannot fail");
    }
    Ok(text)
}
