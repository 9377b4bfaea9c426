//! What `perfaudit heap` is given.

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
}
