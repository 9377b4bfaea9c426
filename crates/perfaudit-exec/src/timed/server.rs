//! What the launcher does: it reads a command, runs it, writes what came of it, and reads the next.

use std::io::Write;
use std::process::ExitCode;

use super::control::Control;
use super::streams::Streams;
use super::{Timed, child, descendants};
use crate::gate;

/// The variable that makes a program a launcher.
pub(crate) const ASKED: &str = "PERFAUDIT_LAUNCHER";
/// The line that says that the launcher is one. Whoever reads skips what comes before.
pub(super) const READY: &str = "perfaudit launcher ready";

/// What came of a command, as the launcher writes it.
pub(super) type Answer = Result<Timed, String>;

/// Turns this process into a launcher or a [gate](crate::Gate) if it was started as one, and returns when that is
/// over; otherwise does nothing. A program that starts a [`super::Launcher`] of itself calls this first of all, before it reads its
/// arguments: the launcher must stay small.
#[must_use]
pub fn serve_if_asked() -> Option<ExitCode> {
    if std::env::var_os(ASKED)? == gate::ASKED_FOR {
        return Some(gate::serve());
    }
    Some(match serve() {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads any more.
        Err(_) => ExitCode::FAILURE,
    })
}

fn serve() -> std::io::Result<()> {
    descendants::adopt_orphans();
    let mut streams = Streams::new();
    let (control, commands) = Control::listen();
    let mut answers = std::io::stdout().lock();
    writeln!(answers, "\n{READY}")?;
    answers.flush()?;
    for command in commands {
        let answer: Answer = command.and_then(|command| child::run(&command, &control, &mut streams));
        serde_json::to_writer(&mut answers, &answer)?;
        writeln!(answers)?;
        answers.flush()?;
    }
    Ok(())
}
