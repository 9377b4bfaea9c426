//! What counting costs, beside heaptrack. Slowdown is CPU time over CPU time without a counter, in rounds in which each
//! way runs once, by turns.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::{Command, Finished, Interrupt, run as run_command};
use perfaudit_heap::count;

use super::{Told, dhat};
use crate::error::TaskError;
use crate::say;

const COMMANDS: [&str; 4] =
    ["ls -laR /usr/include", "sort /etc/services", "git --version", "find /usr/include"];

pub(super) fn run(rounds: u32, commands: &[String], folder: &Path) -> Result<(), TaskError> {
    let defaults: Vec<String> = COMMANDS.iter().map(|&command| command.to_owned()).collect();
    let commands = if commands.is_empty() { &defaults } else { commands };
    say(
        "| command | blocks here | blocks, DHAT | bytes here | bytes, DHAT | CPU time here | CPU time, heaptrack |",
    );
    say("|---|---|---|---|---|---|---|");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        say(&compare(command, &words, rounds, folder)?);
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
    let dhat = dhat::count(words, folder)?.total;
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
