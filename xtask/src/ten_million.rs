//! Ten million samples through all of a profile, in less than a gibibyte of memory.
//!
//! The example `ten_million` of `perfaudit-cpu` does it, optimised and in a process of its own, whose largest resident
//! memory is that of the analysis alone.

use std::process::Command;

use clap::Args;

use crate::error::TaskError;
use crate::{child, say, workspace};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many samples
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    samples: u64,
}

/// What all of it may take.
const MOST_MEBIBYTES: f64 = 1024.0;

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let program = child::release_example("perfaudit-cpu", "ten_million")?;
    let told = child::stdout(
        Command::new(program).arg(arguments.samples.to_string()).current_dir(workspace::root()),
    )?;
    say(told.trim_end());
    match peak(&told) {
        Some(mebibytes) if mebibytes < MOST_MEBIBYTES => Ok(()),
        Some(mebibytes) => Err(TaskError::Failed(format!(
            "{mebibytes} MiB of memory, and {MOST_MEBIBYTES} at most are wanted: fold equal stacks earlier"
        ))),
        None => Err(TaskError::Failed("the example told no largest memory".to_owned())),
    }
}

/// The number in `VmHWM 512 MiB`.
fn peak(told: &str) -> Option<f64> {
    told.split_once("VmHWM ")?.1.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_memory_is_read_from_the_last_line() {
        assert_eq!(peak("1 s  3 MiB  symbols\nshares are known; VmHWM 512 MiB\n"), Some(512.0));
        assert_eq!(peak("1 s  3 MiB\n"), None);
    }
}
