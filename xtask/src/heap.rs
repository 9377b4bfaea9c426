//! Allocations counted by perfaudit, by valgrind's DHAT and by heaptrack: whether they agree, and what each costs.
//!
//! DHAT runs the program on a simulated processor and misses nothing; its numbers are taken as the truth. Slowdown is
//! CPU time over CPU time without a counter, in rounds in which each way runs once, by turns.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use perfaudit_exec::{Command, Finished, Interrupt, run as run_command};
use perfaudit_heap::count;

use crate::error::TaskError;
use crate::say;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How often each way runs
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The commands, each in one argument and split at spaces; without them a few that most systems have
    #[arg(value_name = "COMMAND")]
    commands: Vec<String>,
}

const COMMANDS: [&str; 4] =
    ["ls -laR /usr/include", "sort /etc/services", "git --version", "find /usr/include"];

/// What a counter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    blocks: u64,
    bytes: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let defaults: Vec<String> = COMMANDS.iter().map(|&command| command.to_owned()).collect();
    let commands = if arguments.commands.is_empty() { &defaults } else { &arguments.commands };
    let folder = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    say(
        "| command | blocks here | blocks, DHAT | bytes here | bytes, DHAT | CPU time here | CPU time, heaptrack |",
    );
    say("|---|---|---|---|---|---|---|");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        say(&compare(command, &words, arguments.rounds, folder.path())?);
    }
    Ok(())
}

fn compare(name: &str, words: &[&str], rounds: u32, folder: &Path) -> Result<String, TaskError> {
    let program = words.first().ok_or_else(|| TaskError::Failed("a command has no words".to_owned()))?;
    let plain = Command::new(program).args(&words[1..]);
    let heaptrack = folder.join("heaptrack");
    let traced = Command::new("heaptrack").arg("--raw").arg("-o").arg(&heaptrack).args(words);
    let mut here = None;
    let (mut native, mut counted, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let alone = finished(&plain)?;
        native.push(cpu(&alone));
        let of_round = count(&plain, folder, &Interrupt::new(), &mut |_| {})
            .map_err(|error| TaskError::Failed(format!("`{name}`: {error}")))?;
        let totals = of_round.stacks.totals();
        here = Some(Told { blocks: totals.count, bytes: totals.bytes });
        counted.push(cpu(&of_round.finished));
        // Without heaptrack the comparison with DHAT still stands; what ends otherwise did not run the program.
        let ran = finished(&traced).ok().filter(|traced| traced.ending == alone.ending);
        others.extend(ran.map(|finished| cpu(&finished)));
    }
    let here = here.expect("there is at least one round");
    let dhat = dhat(words, folder)?;
    let ratio = |times: &mut Vec<Duration>, base: Duration| match times.is_empty() {
        true => "-".to_owned(),
        false => format!("{:.2}", median(times).as_secs_f64() / base.as_secs_f64().max(1e-9)),
    };
    let base = median(&mut native);
    Ok(format!(
        "| `{name}` | {} | {} | {} | {} | {} | {} |",
        here.blocks,
        dhat.blocks,
        here.bytes,
        dhat.bytes,
        ratio(&mut counted, base),
        ratio(&mut others, base)
    ))
}

/// What DHAT prints at the end: `==1== Total:     741,713 bytes in 1,357 blocks`.
fn dhat(words: &[&str], folder: &Path) -> Result<Told, TaskError> {
    let out = format!("--dhat-out-file={}", folder.join("dhat.json").display());
    let command = Command::new("valgrind").args(["--tool=dhat", &out]).args(words);
    let text = finished(&command)?.stderr.text();
    let line = text.lines().find_map(|line| line.split_once(" Total: ").map(|(_, rest)| rest));
    let mut numbers = line
        .into_iter()
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.replace(',', "").parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(bytes), Some(blocks)) => Ok(Told { blocks, bytes }),
        _ => Err(TaskError::Failed(format!("DHAT stated no total:\n{text}"))),
    }
}

fn finished(command: &Command) -> Result<Finished, TaskError> {
    run_command(command, &Interrupt::new(), &mut |_| {}).map_err(|error| TaskError::Failed(error.to_string()))
}

fn cpu(finished: &Finished) -> Duration {
    finished.usage.user + finished.usage.system
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
