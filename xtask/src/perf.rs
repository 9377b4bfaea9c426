//! The CPU profiler beside `perf record --call-graph dwarf` and `perf script` with inlined frames: the same program,
//! rate and bytes of stack.
//!
//! Rounds in which the program runs alone, under perf, under our sampler, and under our sampler with a light setting, in
//! an order that changes, tell what each costs it in CPU time: its own, as the shell that starts it tells it, which holds
//! what the kernel does for a sample and nothing of what the profilers do beside. One longer recording of each tells
//! what they leave on the disk, and how long it takes from the end of the program to its hotspots.

mod arm;
mod costs;
mod recordings;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::error::TaskError;
use crate::{child, say, workspace};
use arm::{Arm, Subject};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The perf to compare with
    #[arg(long, value_name = "FILE", default_value = "perf")]
    perf: String,
    /// Samples per CPU-second of both
    #[arg(long, value_name = "HZ", default_value_t = 999)]
    rate: u32,
    /// Bytes of stack in each sample of both
    #[arg(long, value_name = "BYTES", default_value_t = 16_384)]
    stack_bytes: u32,
    /// Samples per CPU-second of the light setting
    #[arg(long, value_name = "HZ", default_value_t = 199)]
    light_rate: u32,
    /// Bytes of stack of the light setting
    #[arg(long, value_name = "BYTES", default_value_t = 8_192)]
    light_stack_bytes: u32,
    /// Recordings of ten seconds of each
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    recordings: u32,
    /// After this long no further round begins
    #[arg(long, value_name = "MINUTES", default_value_t = 4.0)]
    minutes: f64,
    /// Take this benchmark executable instead of building that of `examples/log-pipeline`
    #[arg(long, value_name = "FILE")]
    benchmark: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let profiler = child::release_example("perfaudit-cpu", "profile")?;
    let subject = Subject {
        event: arm::event(&profiler)?,
        perf: arguments.perf.clone(),
        profiler,
        benchmark: arguments.benchmark.clone().map_or_else(benchmark, Ok)?,
        folder: tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?,
    };
    let version = child::stdout(Command::new(&arguments.perf).arg("--version"))?;
    let load = load();
    say(&format!(
        "against {}, {}, {} Hz, {} bytes of stack; load of the machine before: {load}",
        version.trim(),
        subject.event,
        arguments.rate,
        arguments.stack_bytes
    ));
    let ours = |hz, stack| Arm::Ours { hz, stack };
    let same = ours(arguments.rate, arguments.stack_bytes);
    let light = ours(arguments.light_rate, arguments.light_stack_bytes);
    let often = ours(arguments.light_rate.saturating_mul(costs::OFTEN), arguments.light_stack_bytes);
    let perf = Arm::Perf { hz: arguments.rate, stack: arguments.stack_bytes };
    recordings::compare(&subject, perf, same, arguments.recordings)?;
    costs::compare(&subject, [Arm::Alone, perf, same, light, often], arguments.minutes * 60.0)
}

/// The load average over a minute: what else the machine does.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("not known").to_owned()
}

/// The end-to-end benchmarks of the example, with lines in their debug information.
fn benchmark() -> Result<PathBuf, TaskError> {
    let folder = workspace::root().join("examples/log-pipeline");
    let arguments = ["bench", "--package", "log-pipeline", "--bench", "end_to_end", "--no-run"];
    let messages = child::stdout(
        child::cargo()
            .args(arguments)
            .args(["--message-format", "json"])
            .env("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only")
            .current_dir(&folder),
    )?;
    child::only(&messages, "bench", "end_to_end")
}
