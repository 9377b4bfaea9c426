//! What `perfaudit heap` is given.

use std::num::NonZeroU32;

use clap::Args;

use super::AuditArguments;

#[derive(Debug, Args)]
pub(crate) struct HeapArguments {
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
    /// The command whose allocations are counted, behind `--`; without it the project's benchmarks and configured
    /// commands
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Count a part only, for commands that run for long: of all allocated bytes one in BYTES on average is struck at
    /// random, and its block is counted by stack; 524288 hardly slows anything. What lines allocate is then estimated,
    /// with intervals; blocks and bytes in all are exact. Growth is not known
    #[arg(long, value_name = "BYTES", requires = "command", help_heading = "How to measure")]
    pub(crate) sample: Option<NonZeroU32>,
}
