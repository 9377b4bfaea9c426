//! The command that lists or runs benchmarks.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::{Command, OutputLimit};

use crate::criterion::listing::Filter;
use crate::executable::BenchExecutable;
use crate::pace::Settings;

/// A listing of 50,000 long titles fits.
const LISTING_LIMIT: OutputLimit = OutputLimit(8 * 1024 * 1024);
/// A name that no baseline has: without one Criterion would copy its files and compare with an earlier copy.
const NO_BASELINE: &str = "perfaudit-compares-nothing";
/// Resamples for Criterion's own intervals, which are not used: the least that it does not call too few.
const RESAMPLES: &str = "1001";

/// Lists the benchmarks of an executable.
pub(crate) fn list(executable: &BenchExecutable, limit: Duration) -> Command {
    executable
        .command()
        .args(["--bench", "--list", "--format", "terse"])
        .time_limit(limit)
        .output_limit(LISTING_LIMIT)
}

/// Runs the benchmarks that a filter selects. `home` is an empty folder for what Criterion writes.
pub(crate) fn measure(
    executable: &BenchExecutable,
    filter: &Filter,
    settings: Settings,
    home: &Path,
    limit: Duration,
) -> Command {
    let mut command = executable.command().args([
        "--bench",
        "--noplot",
        "--baseline-lenient",
        NO_BASELINE,
        "--nresamples",
        RESAMPLES,
    ]);
    for (option, value) in settings.criterion_options() {
        command = command.arg(option).arg(value);
    }
    select(command, filter, home, limit)
}

/// Runs a single iteration of each benchmark that a filter selects, without measuring.
pub(crate) fn test(executable: &BenchExecutable, filter: &Filter, home: &Path, limit: Duration) -> Command {
    select(executable.command().args(["--bench", "--test"]), filter, home, limit)
}

fn select(command: Command, filter: &Filter, home: &Path, limit: Duration) -> Command {
    let command = match filter {
        Filter::Exact(id) => command.args(["--exact", "--", id]),
        Filter::Pattern(pattern) => command.args(["--", pattern]),
    };
    command
        .env("CRITERION_HOME", home)
        // Both make Criterion report elsewhere, or print more than it should.
        .env_remove("CARGO_CRITERION_PORT")
        .env_remove("CRITERION_DEBUG")
        .time_limit(limit)
}
