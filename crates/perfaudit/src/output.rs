//! All that is printed. Results go to standard output, everything else to standard error.

use std::io::{self, Write};

use crate::error::CommandError;

/// Prints a result. A reader that has seen enough and closed the pipe is no error.
pub(crate) fn result(text: &str) {
    let mut stdout = anstream::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Prints a result that is not for people: without touching a byte.
pub(crate) fn raw(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Prints what went wrong.
pub(crate) fn error(error: &CommandError) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    let _ = writeln!(anstream::stderr(), "{red}error{red:#}: {error}");
}

/// Prints something that the user should know and that is no result.
pub(crate) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// The columns of the terminal, or 100 where there is none.
pub(crate) fn width() -> usize {
    columns(terminal_size::terminal_size()).unwrap_or(100)
}

/// The columns of the terminal that standard output is, if it is one.
pub(crate) fn terminal_width() -> Option<usize> {
    columns(terminal_size::terminal_size_of(io::stdout()))
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(terminal_size::Width(columns), _)| usize::from(columns).max(40))
}

/// Whether standard output takes colours: a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` say otherwise.
pub(crate) fn takes_colour() -> bool {
    !matches!(anstream::AutoStream::choice(&io::stdout()), anstream::ColorChoice::Never)
}
