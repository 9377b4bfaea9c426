//! `perfaudit completions` and `perfaudit man`.

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments};
use crate::exit::Exit;
use crate::output;

pub(crate) fn completions(arguments: &CompletionsArguments) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "perfaudit", &mut text);
    output::raw(&String::from_utf8_lossy(&text));
    Exit::Pass
}

/// One page for the command and its subcommands.
pub(crate) fn man() -> Exit {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(Arguments::command()).render(&mut text);
    output::raw(&String::from_utf8_lossy(&text));
    Exit::Pass
}
