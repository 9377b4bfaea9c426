//! What `perfaudit size` is given.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct SizeArguments {
    /// A program, a shared library or an object file; with `--diff` the two files that are put beside each other
    #[arg(value_name = "FILE", required = true, num_args = 1..=2)]
    pub(crate) files: Vec<PathBuf>,
    /// Tell what the second file has more and less than the first one, by names without hashes
    #[arg(long)]
    pub(crate) diff: bool,
    /// Charge code to the functions that it was inlined from, too, by debug information
    #[arg(long, conflicts_with = "diff")]
    pub(crate) inlines: bool,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = SizeFormat::Terminal, help_heading = "Output")]
    pub(crate) format: SizeFormat,
    /// Show more of each list; `--format json` has all
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
}

/// What to print of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SizeFormat {
    /// A summary for people
    Terminal,
    /// All of it, for programs
    Json,
    /// For pull requests and job summaries
    Markdown,
}
