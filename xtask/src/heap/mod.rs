//! Allocations counted by perfaudit: whether counts equal those of valgrind's DHAT, what programs with an allocator of
//! their own are known to allocate, and what iterations of benchmarks do; and what they cost.

mod allocators;
mod dhat;
mod goal;
mod oracle;
mod programs;
mod speed;
mod truth;

use std::path::PathBuf;

use clap::Args;

use crate::error::TaskError;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only compare counts with DHAT, on programs made for it, and fail where a difference is not explained
    #[arg(long, conflicts_with_all = ["rounds", "commands"])]
    oracle: bool,
    /// Only count a program of known allocations with jemalloc and with mimalloc, which cargo downloads, and fail where a
    /// block is missing or counted twice
    #[arg(long, conflicts_with_all = ["oracle", "rounds", "commands"])]
    allocators: bool,
    /// Only count what iterations of the benchmarks of `examples/log-pipeline` allocate, by an allocator built into a copy
    /// of them, and fail where perfaudit tells something else
    #[arg(long, conflicts_with_all = ["oracle", "allocators", "rounds", "commands"])]
    truth: bool,
    /// The optimised perfaudit for `--truth`; without it one is built
    #[arg(long, value_name = "FILE", requires = "truth")]
    perfaudit: Option<PathBuf>,
    /// How often each way runs at least; with more than one round, more are added until it is decided whether the limits
    /// are kept
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The commands, each in one argument and split at spaces; without them rustfmt, and 64 threads
    #[arg(value_name = "COMMAND")]
    commands: Vec<String>,
}

/// What a counter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Told {
    blocks: u64,
    bytes: u64,
}

impl Told {
    fn add(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.bytes += other.bytes;
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let folder = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    if arguments.oracle {
        return oracle::run(folder.path());
    }
    if arguments.allocators {
        return allocators::run(folder.path());
    }
    if arguments.truth {
        return truth::run(arguments.perfaudit.as_ref(), folder.path());
    }
    speed::run(arguments.rounds, &arguments.commands, folder.path())
}
