//! Whole commands measured by perfaudit and by hyperfine, in turns and on the same machine.
//!
//! Neither is the truth, but both start the same program and wait for it, so that what differs is what they add. A
//! round measures each command with one and then with the other, in an order that changes; each round gives one
//! ratio of the two medians, and the interval is that of the median ratio over rounds.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use clap::Args;
use perfaudit_bench::{CommandLine, CommandRequest, CommandSpec, Runs, measure_commands};
use perfaudit_exec::Interrupt;
use perfaudit_exec::timed::{Launcher, OutputUse};
use perfaudit_result::Mode;
use perfaudit_run::RunDirectory;
use perfaudit_stats::{EffectiveSize, Level, Probability, QuantileEstimate, Sample, quantile_estimate};
use serde_json::Value;

use crate::error::TaskError;
use crate::{child, say};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The hyperfine to compare with
    #[arg(long, value_name = "FILE", default_value = "hyperfine")]
    hyperfine: String,
    /// How often each command is measured by both; 6 give an interval
    #[arg(long, value_name = "N", default_value_t = 21, value_parser = clap::value_parser!(u32).range(6..))]
    rounds: u32,
}

/// A command that both measure, without a shell.
struct Subject {
    name: &'static str,
    argv: &'static [&'static str],
    /// Runs of it in a round.
    runs: u32,
}

const SUBJECTS: [Subject; 5] = [
    Subject { name: "nothing", argv: &["/bin/true"], runs: 60 },
    Subject {
        name: "spin of about 10 ms",
        argv: &["sh", "-c", "i=0; while [ $i -lt 9000 ]; do i=$((i+1)); done"],
        runs: 20,
    },
    Subject { name: "sleep", argv: &["sleep", "0.1"], runs: 6 },
    Subject {
        name: "64 MiB touched",
        argv: &["dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1"],
        runs: 10,
    },
    Subject { name: "rustc", argv: &["rustc", "--print", "cfg"], runs: 8 },
];

/// What one of the two says of one command in one round.
#[derive(Debug, Clone, Copy)]
struct Measured {
    /// Nanoseconds.
    median: f64,
    /// User and system time in nanoseconds, the mean over runs.
    cpu: f64,
    /// Bytes; none if it is an upper bound only.
    peak_rss: Option<f64>,
}

/// Prints how perfaudit's times of the same commands relate to hyperfine's.
pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let scratch = tempfile::tempdir().map_err(TaskError::file(Path::new("a temporary folder")))?;
    let mut launcher = Launcher::of_this_program().map_err(|error| TaskError::Failed(error.to_string()))?;
    let version = child::stdout(Command::new(&arguments.hyperfine).arg("--version"))?;
    say(&format!("perfaudit against {}, {} rounds, 95 % intervals", version.trim(), arguments.rounds));
    let mut rounds: Vec<Vec<[Measured; 2]>> = SUBJECTS.iter().map(|_| Vec::new()).collect();
    for round in 0..arguments.rounds {
        for (subject, pairs) in SUBJECTS.iter().zip(&mut rounds) {
            let folder = scratch.path().join(format!("{round}-{}", pairs.len()));
            let mut own = || with_perfaudit(subject, &mut launcher, &folder.join(subject.name), round.into());
            let other = || with_hyperfine(subject, &arguments.hyperfine, scratch.path());
            pairs.push(if round % 2 == 0 {
                let own = own()?;
                [own, other()?]
            } else {
                let other = other()?;
                [own()?, other]
            });
        }
    }
    for (subject, pairs) in SUBJECTS.iter().zip(&rounds) {
        tell(subject, pairs)?;
    }
    Ok(())
}

fn tell(subject: &Subject, pairs: &[[Measured; 2]]) -> Result<(), TaskError> {
    let over_rounds = |of: fn(&[Measured; 2]) -> f64| median_with_interval(pairs.iter().map(of).collect());
    let milliseconds = over_rounds(|[own, _]| own.median)?.scaled(1e-6);
    let ratio = over_rounds(|[own, other]| own.median / other.median)?;
    let difference = over_rounds(|[own, other]| own.median - other.median)?.scaled(1e-3);
    let cpu = over_rounds(|[own, other]| own.cpu / other.cpu)?;
    let memory =
        |value: Option<f64>| value.map_or("not known".to_owned(), |bytes| format!("{:.1} MB", bytes / 1e6));
    let [own, other] = pairs[pairs.len() - 1];
    say(&format!(
        "{:<20} {milliseconds} ms; wall time ratio {ratio}, difference {difference} us; CPU time ratio {cpu}; peak memory {}, hyperfine {}",
        subject.name,
        memory(own.peak_rss),
        memory(other.peak_rss),
    ));
    Ok(())
}

/// A median and its interval, to be printed.
struct Known {
    value: f64,
    lower: f64,
    upper: f64,
}

impl Known {
    fn scaled(self, factor: f64) -> Self {
        Self { value: self.value * factor, lower: self.lower * factor, upper: self.upper * factor }
    }
}

impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} [{:.3}, {:.3}]", self.value, self.lower, self.upper)
    }
}

fn median_with_interval(values: Vec<f64>) -> Result<Known, TaskError> {
    let sample = Sample::new(values).map_err(|error| TaskError::Failed(error.to_string()))?;
    match quantile_estimate(&sample, Probability::MEDIAN, Level::P95, EffectiveSize::all(sample.len())) {
        QuantileEstimate::Estimated { value, interval, .. } => {
            Ok(Known { value, lower: interval.lower, upper: interval.upper })
        }
        QuantileEstimate::NotEstimable { needed, have } => {
            Err(TaskError::Failed(format!("{have} rounds give no interval: it takes {needed}")))
        }
    }
}

fn with_perfaudit(
    subject: &Subject,
    launcher: &mut Launcher,
    folder: &Path,
    seed: u64,
) -> Result<Measured, TaskError> {
    let failed = |error: &dyn std::fmt::Display| TaskError::Failed(format!("{}: {error}", subject.name));
    let run = CommandLine::Argv(subject.argv.iter().map(|&word| word.to_owned()).collect());
    let directory = std::env::current_dir().map_err(TaskError::file(Path::new(".")))?;
    let runs = Runs::Fixed(NonZeroU32::new(subject.runs).expect("every subject is run"));
    let spec =
        CommandSpec { runs, output: OutputUse::Discarded, ..CommandSpec::new(subject.name, run, directory) };
    let request = CommandRequest {
        specs: std::slice::from_ref(&spec),
        mode: Mode::Standard,
        budget: None,
        seed,
        patience: Duration::from_secs(60),
        earlier: None,
        spent: Duration::ZERO,
        label: "command",
    };
    let mut results = RunDirectory::create(folder).map_err(|error| failed(&error))?;
    let measured = measure_commands(&request, launcher, &mut results, &Interrupt::new(), &mut |_| {})
        .map_err(|error| failed(&error))?;
    let row = &measured.workloads[0];
    let Some((_, runs)) = measured.runs.get(&row.id) else {
        return Err(failed(&row.message.as_deref().unwrap_or("it was not measured")));
    };
    #[expect(clippy::cast_precision_loss, reason = "times and sizes are below 2^53")]
    let values = |of: &dyn Fn(&perfaudit_bench::CommandRun) -> u64| -> Vec<f64> {
        runs.runs.iter().map(|run| of(run) as f64).collect()
    };
    let is_known = runs.runs.iter().all(|run| !run.peak_rss_is_bound);
    Ok(Measured {
        median: median(values(&|run| run.wall_ns))?,
        cpu: mean(&values(&|run| run.user_ns + run.system_ns)),
        peak_rss: if is_known { Some(median(values(&|run| run.peak_rss))?) } else { None },
    })
}

fn with_hyperfine(subject: &Subject, hyperfine: &str, scratch: &Path) -> Result<Measured, TaskError> {
    let file = scratch.join("hyperfine.json");
    let quoted: Vec<String> = subject.argv.iter().map(|word| format!("'{word}'")).collect();
    let runs = subject.runs.to_string();
    child::stdout(
        Command::new(hyperfine)
            .args(["-N", "--style", "none", "--warmup", "1", "--runs", &runs, "--export-json"])
            .arg(&file)
            .arg(quoted.join(" ")),
    )?;
    let text = fs::read_to_string(&file).map_err(TaskError::file(&file))?;
    let json: Value = serde_json::from_str(&text).map_err(TaskError::json("hyperfine's results"))?;
    let result = &json["results"][0];
    let numbers = |name: &str| -> Vec<f64> {
        result[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    let seconds = |name: &str| {
        let missing = || TaskError::Failed(format!("hyperfine's results have no `{name}`"));
        result[name].as_f64().ok_or_else(missing)
    };
    Ok(Measured {
        median: median(numbers("times"))? * 1e9,
        cpu: (seconds("user")? + seconds("system")?) * 1e9,
        peak_rss: Some(median(numbers("memory_usage_byte"))?),
    })
}

fn median(values: Vec<f64>) -> Result<f64, TaskError> {
    Sample::new(values).map(|sample| sample.median()).map_err(|error| TaskError::Failed(error.to_string()))
}

#[expect(clippy::cast_precision_loss, reason = "there are few runs")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_one_rounds_give_an_interval_of_two_of_their_ratios() {
        let known = median_with_interval((1..=21).map(f64::from).collect()).unwrap();
        assert_eq!((known.value, known.lower, known.upper), (11.0, 6.0, 16.0));
        assert!(median_with_interval(vec![1.0; 5]).is_err());
    }
}
