//! How fast `perfaudit --help` answers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use crate::error::TaskError;
use crate::{child, say};

const TARGET: Duration = Duration::from_millis(10);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Measure this executable instead of building one
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
    /// The number of process starts
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    starts: u32,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let program = child::release_binary(arguments.perfaudit.as_ref())?;
    let mut times = (0..arguments.starts).map(|_| start(&program)).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    let (least, median) = (times[0], times[times.len() / 2]);
    say(&format!(
        "perfaudit --help: least {least:.1?}, median {median:.1?} of {} starts; target {TARGET:?}",
        times.len()
    ));
    if median <= TARGET {
        return Ok(());
    }
    Err(TaskError::Failed(format!(
        "the median exceeds {TARGET:?}: look at what the process loads before it parses"
    )))
}

/// One start, from before the fork until the process is gone.
fn start(program: &Path) -> Result<Duration, TaskError> {
    let mut command = Command::new(program);
    command.arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let name = || program.display().to_string();
    let status = command.status().map_err(|source| TaskError::Start { program: name(), source })?;
    let time = started.elapsed();
    if status.success() {
        return Ok(time);
    }
    Err(TaskError::Ended { program: name(), status, said: String::new() })
}
