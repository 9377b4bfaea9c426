//! Stages that can be chosen.

use clap::ValueEnum;
use perfaudit_project::config::ChosenStage;

/// A stage that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageArgument {
    /// Benchmarks
    Bench,
    /// Whole commands
    Commands,
    /// Builds, tests and sizes that objectives name
    Delivery,
    /// CPU profiles
    Cpu,
    /// Allocations
    Heap,
    /// Where the bytes of what is shipped are; in quick mode only when it is named
    Size,
    /// Findings from source
    Source,
}

impl From<StageArgument> for ChosenStage {
    fn from(stage: StageArgument) -> Self {
        match stage {
            StageArgument::Bench => Self::Bench,
            StageArgument::Commands => Self::Commands,
            StageArgument::Delivery => Self::Delivery,
            StageArgument::Cpu => Self::Cpu,
            StageArgument::Heap => Self::Heap,
            StageArgument::Size => Self::Size,
            StageArgument::Source => Self::Source,
        }
    }
}
