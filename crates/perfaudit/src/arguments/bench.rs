//! What `perfaudit bench` is given.

use std::path::PathBuf;

use clap::Args;

use super::{AuditArguments, OF_BENCHMARKS};
use crate::flow::Subject;

/// What concerns measuring, and is refused where nothing is measured.
const MEASURING: &[&str] = &["mode", "budget", "timeout", "resume"];

#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
    /// Read what another tool measured instead of measuring: a JSON file of hyperfine, google-benchmark,
    /// pytest-benchmark, pyperf or asv, the text of `go test -bench`, or a `target/criterion` folder (repeatable)
    #[arg(
        long = "import",
        value_name = "FILE",
        conflicts_with = "command",
        conflicts_with_all = [MEASURING, OF_BENCHMARKS].concat(),
        help_heading = "What to measure"
    )]
    pub(crate) imports: Vec<PathBuf>,
    /// Only benchmarks and commands that run functions which changed since this revision (`HEAD` unless named), as the
    /// profiles of the newest run of `perfaudit cpu` tell
    #[arg(
        long,
        value_name = "REVISION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "HEAD",
        conflicts_with_all = ["command", "line", "imports", "filter", "packages", "benches"],
        help_heading = "What to measure"
    )]
    pub(crate) changed: Option<String>,
    #[command(flatten)]
    pub(crate) lines: LineArguments,
    /// The command to measure, behind `--`; without it the project's benchmarks and configured commands
    #[arg(last = true, value_name = "COMMAND", conflicts_with_all = OF_BENCHMARKS)]
    pub(crate) command: Vec<String>,
}

/// Commands that are compared with each other.
#[derive(Debug, Args)]
pub(crate) struct LineArguments {
    /// A command line to measure (repeatable); several take turns and are compared with the fastest of them
    #[arg(
        long = "command",
        id = "line",
        value_name = "LINE",
        conflicts_with_all = ["imports", "command"],
        conflicts_with_all = OF_BENCHMARKS,
        help_heading = "What to measure"
    )]
    pub(crate) lines: Vec<String>,
    /// A further command line, which the others are compared with
    #[arg(long, value_name = "LINE", requires = "line", help_heading = "What to measure")]
    pub(crate) reference: Option<String>,
    /// Give every `--command` to this shell; without it a line that needs one goes to `sh`
    #[arg(long, value_name = "SHELL", requires = "line", help_heading = "What to measure")]
    pub(crate) shell: Option<String>,
}

impl BenchArguments {
    pub(crate) fn subject(&self) -> Subject<'_> {
        if !self.command.is_empty() {
            Subject::Command(&self.command)
        } else if !self.lines.lines.is_empty() {
            Subject::Lines(&self.lines)
        } else if !self.imports.is_empty() {
            Subject::Files(&self.imports)
        } else {
            Subject::Project
        }
    }
}
