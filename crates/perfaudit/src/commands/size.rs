//! `perfaudit size`: where the bytes of programs are.

use std::path::Path;

use perfaudit_binary::{Detail, difference, weigh};
use perfaudit_render::Terminal;
use perfaudit_result::BinarySize;
use serde::Serialize;

use crate::arguments::{SizeArguments, SizeFormat};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(arguments: &SizeArguments) -> Result<Exit, CommandError> {
    // Tables show the first rows; whoever takes JSON gets all, and differences are found in all.
    let detail = Detail { inlined: arguments.inlines, rows: None };
    let weighed = |file: &Path| -> Result<BinarySize, CommandError> {
        Ok(weigh(file, &file.display().to_string(), detail)?)
    };
    match arguments.files.as_slice() {
        [before, after] if arguments.diff => {
            let difference = difference(&weighed(before)?, &weighed(after)?, None);
            print(
                arguments,
                &difference,
                || perfaudit_render::size_difference(&difference, &terminal(arguments)),
                || perfaudit_render::size_difference_markdown(&difference),
            );
        }
        [file] if !arguments.diff => {
            let size = weighed(file)?;
            print(
                arguments,
                &size,
                || perfaudit_render::binary_size(&size, &terminal(arguments)),
                || perfaudit_render::binary_size_markdown(&size),
            );
        }
        _ => return Err(CommandError::SizeFiles),
    }
    Ok(Exit::Pass)
}

fn print(
    arguments: &SizeArguments,
    all: &impl Serialize,
    for_terminal: impl FnOnce() -> String,
    for_markdown: impl FnOnce() -> String,
) {
    match arguments.format {
        SizeFormat::Terminal => output::result(&for_terminal()),
        SizeFormat::Markdown => output::raw(&for_markdown()),
        SizeFormat::Json => {
            let json = serde_json::to_string_pretty(all).expect("sizes hold nothing that JSON cannot");
            output::raw(&format!("{json}\n"));
        }
    }
}

fn terminal(arguments: &SizeArguments) -> Terminal {
    Terminal {
        width: output::width(),
        colour: output::takes_colour(),
        run_dir: String::new(),
        verbose: arguments.verbose,
    }
}
