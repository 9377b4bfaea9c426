//! This program in the place of the compiler.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{Command, ExitCode, ExitStatus};

/// Runs the compiler as cargo asks this program to, `PROGRAM RUSTC ARGUMENTS...`, with further arguments.
pub(crate) fn stand_in(arguments: &[OsString], more: &[&str]) -> Option<ExitCode> {
    let (_, words) = arguments.split_first()?;
    let (compiler, words) = words.split_first()?;
    Some(code(Command::new(compiler).args(words).args(more).status()))
}

/// What this program exits with where it stands in for one that ended so.
pub(crate) fn code(status: std::io::Result<ExitStatus>) -> ExitCode {
    match status {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            // Cargo shows what its compiler says; where it does not listen, nobody does.
            let _ = writeln!(std::io::stderr(), "error: perfaudit cannot start it: {error}");
            ExitCode::FAILURE
        }
    }
}
