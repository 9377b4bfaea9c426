//! What `perfaudit cpu` is given.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use perfaudit_cpu::record::{RateHz, RecordOptions, StackBytes};
use perfaudit_project::config::parse_duration;
use perfaudit_result::Rung;

use super::{AuditArguments, OF_BENCHMARKS};

#[derive(Debug, Args)]
pub(crate) struct CpuArguments {
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
    /// The command to profile, behind `--`; without it the project's benchmarks and configured commands
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// The process to profile, which runs already
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "command",
        conflicts_with_all = OF_BENCHMARKS,
        conflicts_with_all = ["mode", "budget", "timeout", "resume"],
        help_heading = "What to measure"
    )]
    pub(crate) pid: Option<u32>,
    /// How long that process is watched, unless it ends sooner
    #[arg(
        long,
        value_name = "TIME",
        value_parser = parse_duration,
        default_value = "10s",
        requires = "pid",
        help_heading = "How to measure"
    )]
    pub(crate) duration: Duration,
    /// Read what `perf record` recorded instead of profiling
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["command", "pid", "rate", "stack_bytes", "rungs"],
        conflicts_with_all = OF_BENCHMARKS,
        conflicts_with_all = ["mode", "budget", "timeout", "resume"],
        help_heading = "What to measure"
    )]
    pub(crate) perf_data: Option<PathBuf>,
    /// Count instructions, too: the metric `instructions` of each benchmark and command. They repeat where time does not
    #[arg(
        long,
        value_enum,
        value_name = "WHO",
        conflicts_with_all = ["pid", "perf_data"],
        help_heading = "How to measure"
    )]
    pub(crate) witness: Option<WitnessArgument>,
    #[command(flatten)]
    pub(crate) sampling: SamplingArguments,
}

/// Who counts instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WitnessArgument {
    /// valgrind's callgrind, some 50 times slower than the program alone
    Callgrind,
}

/// How profiles are sampled.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SamplingArguments {
    /// Samples per second of CPU time; 999 unless given
    #[arg(
        long,
        value_name = "HZ",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(RateHz::MOST)),
        help_heading = "How to measure"
    )]
    rate: Option<u32>,
    /// How much of its stack a sample holds, in bytes: deeper stacks are truncated; 16384 unless given, and more where
    /// that cuts off more than 2 % of the stacks
    #[arg(
        long,
        value_name = "BYTES",
        value_parser = clap::value_parser!(u32).range(512..=i64::from(StackBytes::MOST)),
        help_heading = "How to measure"
    )]
    stack_bytes: Option<u32>,
    /// Take samples in this way only (repeatable: the best of them that works); otherwise the best of all
    #[arg(long = "rung", value_enum, value_name = "WAY", help_heading = "How to measure")]
    rungs: Vec<RungArgument>,
}

impl SamplingArguments {
    pub(crate) fn options(&self) -> RecordOptions {
        let usual = RecordOptions::default();
        RecordOptions {
            rate: self.rate.map_or(usual.rate, RateHz::new),
            stack: self.stack_bytes.map_or(usual.stack, StackBytes::new),
            most_stack: self.stack_bytes.map_or(usual.most_stack, StackBytes::new),
            rungs: match self.rungs[..] {
                [] => usual.rungs,
                ref rungs => rungs.iter().map(|&rung| rung.into()).collect(),
            },
        }
    }
}

/// A way to take samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RungArgument {
    /// The processor's cycle counter, user and kernel code
    Cycles,
    /// The processor's cycle counter, user code
    CyclesUser,
    /// A timer of the kernel on CPU time, user and kernel code
    Clock,
    /// A timer of the kernel on CPU time, user code
    ClockUser,
    /// A preloaded library with a timer for each thread; the kernel's time is charged to the calls that asked for it
    Agent,
    /// Threads that run are stopped and looked at, up to 249 times a second; the kernel's time is charged likewise
    Ptrace,
}

impl From<RungArgument> for Rung {
    fn from(rung: RungArgument) -> Self {
        match rung {
            RungArgument::Cycles => Self::CyclesUserKernel,
            RungArgument::CyclesUser => Self::CyclesUser,
            RungArgument::Clock => Self::ClockUserKernel,
            RungArgument::ClockUser => Self::ClockUser,
            RungArgument::Agent => Self::Agent,
            RungArgument::Ptrace => Self::Ptrace,
        }
    }
}
