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

/// A row of a table, as the command line names it: numbers of threads are rows, and no parts of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// The path that divan compares, and prints when it runs one number of threads only.
    pub(crate) path: &'a str,
    /// The number of threads, where the row names one.
    pub(crate) threads: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// The row that a workload is named after.
    pub(crate) fn of(title: &'a str) -> Self {
        let threads = title.rsplit_once("::t=").filter(|(_, threads)| {
            !threads.is_empty() && threads.bytes().all(|digit| digit.is_ascii_digit())
        });
        match threads {
            Some((path, threads)) => Self { path, threads: Some(threads) },
            None => Self { path: title, threads: None },
        }
    }
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

/// Runs the benchmark of one row for this long.
pub(crate) fn prolong(executable: &BenchExecutable, title: &str, time: Duration, limit: Duration) -> Command {
    let seconds = format!("{:.3}", time.as_secs_f64());
    // divan takes a hundred samples and ends unless it is told to go on.
    let command =
        executable.command().args(["--bench", "--max-time", &seconds]).env("DIVAN_MIN_TIME", &seconds);
    row(command, title, limit)
}

/// Runs a single iteration of one benchmark, without measuring.
pub(crate) fn test(executable: &BenchExecutable, title: &str, limit: Duration) -> Command {
    row(executable.command().arg("--test"), title, limit)
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
    row(command, title, limit)
}

/// The benchmark of one row.
fn row(command: Command, title: &str, limit: Duration) -> Command {
    let Row { path, threads } = Row::of(title);
    let command = threads.into_iter().fold(command, |command, threads| command.args(["--threads", threads]));
    select(command, path, Selection::Exact, limit)
}

fn select(command: Command, title: &str, selection: Selection, limit: Duration) -> Command {
    let command = command.env_remove("NEXTEST").time_limit(limit);
    match selection {
        Selection::Exact => command.args(["--exact", "--", title]),
        Selection::WithArguments => command.args(["--", &format!("^{}(::|$)", regex::escape(title))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_threads_is_no_part_of_a_path() {
        let row = |title| {
            let Row { path, threads } = Row::of(title);
            (path, threads)
        };
        assert_eq!(row("suite::sum::1024::t=16"), ("suite::sum::1024", Some("16")));
        for title in ["suite::sum", "suite::sum::t=", "suite::sum::t=x", "t=1"] {
            assert_eq!(row(title), (title, None));
        }
    }
}
