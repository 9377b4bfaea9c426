//! The command that lists or runs benchmarks.

use std::time::Duration;

use perfaudit_exec::{Command, OutputLimit};

use crate::executable::BenchExecutable;

/// A listing of 50,000 long titles fits.
const LISTING_LIMIT: OutputLimit = OutputLimit(8 * 1024 * 1024);

/// How divan is told which benchmark to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// The path as a whole.
    Exact,
    /// The path with everything below it: the listing named no arguments.
    WithArguments,
}

/// Lists every benchmark with its arguments; divan before 0.1.18 refuses the option.
/// `all` lists ignored ones too.
pub(crate) fn list_terse(executable: &BenchExecutable, all: bool, limit: Duration) -> Command {
    list(executable, limit)
        .args(["--format", "terse"])
        .args(all.then_some("--include-ignored"))
        .env("NEXTEST", "1")
}

/// Lists the tree of benchmarks without their arguments.
pub(crate) fn list_tree(executable: &BenchExecutable, limit: Duration) -> Command {
    list(executable, limit).env_remove("NEXTEST")
}

fn list(executable: &BenchExecutable, limit: Duration) -> Command {
    executable.command().args(["--bench", "--list"]).time_limit(limit).output_limit(LISTING_LIMIT)
}

/// Runs one benchmark; `longest` is how long divan may take samples, where it is not left to the source.
pub(crate) fn measure(
    executable: &BenchExecutable,
    title: &str,
    selection: Selection,
    longest: Option<Duration>,
    limit: Duration,
) -> Command {
    let mut command = executable.command().arg("--bench");
    if let Some(longest) = longest {
        command = command.arg("--max-time").arg(format!("{:.3}", longest.as_secs_f64()));
    }
    select(command, title, selection, limit)
}

/// Runs a single iteration of one benchmark, without measuring.
pub(crate) fn test(executable: &BenchExecutable, title: &str, limit: Duration) -> Command {
    select(executable.command().arg("--test"), title, Selection::Exact, limit)
}

/// Runs as many iterations of one benchmark as its source says, or else this many.
pub(crate) fn iterate(
    executable: &BenchExecutable,
    title: &str,
    samples: u64,
    size: u64,
    limit: Duration,
) -> Command {
    let command = executable.command().arg("--bench");
    let command = command.args(["--sample-count", &samples.to_string(), "--sample-size", &size.to_string()]);
    select(command, title, Selection::Exact, limit)
}

fn select(command: Command, title: &str, selection: Selection, limit: Duration) -> Command {
    let command = command.env_remove("NEXTEST").time_limit(limit);
    match selection {
        Selection::Exact => command.args(["--exact", "--", title]),
        Selection::WithArguments => command.args(["--", &format!("^{}(::|$)", regex::escape(title))]),
    }
}
