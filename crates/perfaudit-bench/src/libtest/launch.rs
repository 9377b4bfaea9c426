//! The command that lists or runs benchmarks.

use std::time::Duration;

use perfaudit_exec::{Command, OutputLimit};

use crate::executable::BenchExecutable;

/// A listing of 50,000 long names fits.
const LISTING_LIMIT: OutputLimit = OutputLimit(8 * 1024 * 1024);

/// Lists the tests and benchmarks of an executable, or only those that are ignored.
pub(crate) fn list(executable: &BenchExecutable, ignored: bool, limit: Duration) -> Command {
    executable
        .command()
        .args(["--bench", "--list", "--format", "terse"])
        .args(ignored.then_some("--ignored"))
        .time_limit(limit)
        .output_limit(LISTING_LIMIT)
}

/// Runs a single iteration of one benchmark, as a test.
pub(crate) fn test(executable: &BenchExecutable, title: &str, limit: Duration) -> Command {
    executable.command().args(["--test", "--exact", title]).time_limit(limit)
}

/// Runs one benchmark.
pub(crate) fn measure(executable: &BenchExecutable, title: &str, limit: Duration) -> Command {
    executable.command().args(["--bench", "--exact", title]).time_limit(limit)
}
