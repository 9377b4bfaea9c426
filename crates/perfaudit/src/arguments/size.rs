//! What `perfaudit size` is given.

use std::path::PathBuf;

use clap::Args;

use super::AuditArguments;

#[derive(Debug, Args)]
pub(crate) struct SizeArguments {
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
    /// Tell what B, a program or library, has more and less than A, by names without hashes
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "path", help_heading = "What to measure")]
    pub(crate) diff: Vec<PathBuf>,
    /// Charge code also to the functions that it was inlined from, by debug information
    #[arg(long, conflicts_with = "diff", help_heading = "How to measure")]
    pub(crate) inlines: bool,
    /// Compile the project once more, and count the lines that the compiler hands to LLVM for each function of each crate
    #[arg(long, conflicts_with = "diff", help_heading = "What to measure")]
    pub(crate) ir: bool,
}
