//! Profiles of programs whose split of time is known: the same work in three parts, called 6 : 3 : 1 times in a random
//! order. Each kind of program runs many times; the share of samples in a part less its share of the calls is the error
//! of one profile, the mean over profiles is the bias, and how the errors vary is set against what theory says of as many
//! independent samples.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::Value;

use crate::error::TaskError;
use crate::{child, say, workspace};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Profiles of each kind of program
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(5..))]
    runs: u32,
    /// Samples per CPU-second
    #[arg(long, value_name = "HZ", default_value_t = 3999)]
    rate: u32,
    /// Calls in each run: 15 microseconds of work each
    #[arg(long, value_name = "N", default_value_t = 140_000)]
    calls: u32,
}

const PARTS: &str = include_str!("truth/programs/parts.rs");
const LIBRARY: &str = include_str!("truth/programs/library.rs");

const KINDS: [(&str, &str); 8] = [
    ("called", "functions that are called"),
    ("inlined", "inlined functions"),
    ("deep", "recursion, 100 calls deep"),
    ("generic", "one generic function, three types"),
    ("closures", "closures"),
    ("polled", "async functions"),
    ("threads", "four threads"),
    ("library", "a library that is loaded at run time"),
];

/// The most that the bias of a share may be.
const MOST_BIAS: f64 = 0.002;

/// What one profile says of one part.
#[derive(Debug, Clone, Copy)]
struct Observed {
    found: f64,
    truth: f64,
    samples: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let profiler = child::release_example("perfaudit-cpu", "profile")?;
    let folder = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let program = compile(PARTS, &folder.path().join("parts"), &[])?;
    let library = compile(LIBRARY, &folder.path().join("library.so"), &["--crate-type", "cdylib"])?;
    say(&format!(
        "{} profiles of each, {} Hz; bias in percentage points, with 95 % intervals\n\n\
         | program | samples | bias of 0.6 | bias of 0.3 | bias of 0.1 | errors over theory | |\n|---|---|---|---|---|---|---|",
        arguments.runs, arguments.rate
    ));
    let mut failed = 0;
    for (kind, words) in KINDS {
        let mut observed: [Vec<Observed>; 3] = Default::default();
        let out = folder.path().join("profile.json");
        for _ in 0..arguments.runs {
            let mut command = Command::new(&profiler);
            command.args(["--hz", &arguments.rate.to_string(), "--out"]).arg(&out).arg(&program);
            let told = child::stdout(command.args([kind, &arguments.calls.to_string()]).arg(&library))?;
            let told: Value = serde_json::from_str(&told).map_err(TaskError::json("the profiler"))?;
            let counts = counts(told["stderr"].as_str().unwrap_or_default())?;
            let (calls, found) = (counts.iter().sum::<f64>(), parts(&out)?);
            let samples = found.iter().sum::<f64>();
            if samples < 1.0 {
                return Err(TaskError::Failed(format!("{kind}: no sample lies in a part: {told}")));
            }
            for part in 0..3 {
                let (found, truth) = (found[part] / samples, counts[part] / calls);
                observed[part].push(Observed { found, truth, samples });
            }
        }
        let samples: f64 = observed[0].iter().map(|run| run.samples).sum();
        let biases: Vec<(f64, f64)> = observed.iter().map(|runs| bias(runs)).collect();
        let ratio = error_ratio(&observed.concat());
        let ok = biases.iter().all(|(bias, half)| bias.abs() - half <= MOST_BIAS)
            && ratio <= most_ratio(arguments);
        failed += u32::from(!ok);
        let cells: Vec<String> = biases
            .iter()
            .map(|(bias, half)| {
                format!("{:+.3} [{:+.3}, {:+.3}]", 100.0 * bias, 100.0 * (bias - half), 100.0 * (bias + half))
            })
            .collect();
        let word = if ok { "ok" } else { "FAIL" };
        say(&format!("| {words} | {samples:.0} | {} | {ratio:.2} | {word} |", cells.join(" | ")));
    }
    if failed == 0 { Ok(()) } else { Err(TaskError::Failed(format!("{failed} kinds of programs"))) }
}

fn compile(source: &str, built: &Path, options: &[&str]) -> Result<PathBuf, TaskError> {
    let file = built.with_extension("rs");
    workspace::write(&file, source)?;
    let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    compiler.args(["--edition=2024", "-O", "-Cdebuginfo=limited"]).args(options);
    child::stdout(compiler.arg("-o").arg(built).arg(&file))?;
    Ok(built.to_owned())
}

/// How often each part ran, as the program tells.
fn counts(told: &str) -> Result<[f64; 3], TaskError> {
    let numbers: Vec<f64> = told.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    <[f64; 3]>::try_from(numbers)
        .map_err(|_| TaskError::Failed(format!("the program tells no counts: {told}")))
}

/// Samples of each part in a profile, which is read as plain JSON.
fn parts(profile: &Path) -> Result<[f64; 3], TaskError> {
    let text = std::fs::read(profile).map_err(TaskError::file(profile))?;
    let profile: Value = serde_json::from_slice(&text).map_err(TaskError::json("the profile"))?;
    let list = |key: &str| profile[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let number = |value: &Value| value.as_u64().and_then(|value| usize::try_from(value).ok());
    let of_function: Vec<Option<usize>> =
        list("functions").iter().map(|function| part_of(function["name"].as_str()?)).collect();
    let of_frame: Vec<Option<usize>> = list("frames")
        .iter()
        .map(|frame| of_function[number(&frame[0]).or(number(&frame["function"]))?])
        .collect();
    // The innermost part of each stack: callers stand before callees.
    let mut of_node: Vec<Option<usize>> = Vec::new();
    for node in list("nodes") {
        let here = number(&node[1]).and_then(|frame| of_frame[frame]);
        of_node.push(here.or_else(|| number(&node[0]).and_then(|caller| of_node[caller])));
    }
    let mut counts = [0.0; 3];
    for run in list("samples") {
        if let Some(part) = number(&run[0]).and_then(|node| of_node[node]) {
            counts[part] += run[3].as_f64().unwrap_or(0.0);
        }
    }
    Ok(counts)
}

/// The part that a function is, by its name: `parts::called::a`, `parts::polled::b::{closure}`, `c` of the library.
fn part_of(name: &str) -> Option<usize> {
    let Some(path) = name.strip_prefix("parts::") else {
        return ["a", "b", "c"].iter().position(|part| name == *part);
    };
    if let Some(of_type) = path.strip_prefix("generic::part<parts::generic::") {
        return ["A>", "B>", "C>"].iter().position(|part| of_type == *part);
    }
    let segment = path.split("::").nth(1)?;
    ["a", "b", "c"].iter().position(|part| segment == *part)
}

/// The mean error, and the half of its 95 % interval.
fn bias(runs: &[Observed]) -> (f64, f64) {
    let n = runs.len() as f64;
    let errors = || runs.iter().map(|run| run.found - run.truth);
    let mean = errors().sum::<f64>() / n;
    let variance = errors().map(|error| (error - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // Student's quantile, by the first term of its expansion around the normal one: 2.042 instead of 2.045 for 30 runs.
    (mean, (1.96 + 2.37 / (n - 1.0)) * (variance / n).sqrt())
}

/// The errors over those of as many independent samples, as a root of mean squares.
fn error_ratio(runs: &[Observed]) -> f64 {
    let square =
        |run: &Observed| (run.found - run.truth).powi(2) * run.samples / (run.truth * (1.0 - run.truth));
    (runs.iter().map(square).sum::<f64>() / runs.len() as f64).sqrt()
}

/// Three standard errors of the ratio above 1. Of three shares that make 1, two are free.
fn most_ratio(arguments: &Arguments) -> f64 {
    1.0 + 3.0 / f64::from(4 * arguments.runs).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_by_their_names() {
        let names = [
            "parts::called::a",
            "parts::polled::b::{closure}",
            "parts::closures::c::{closure#0}",
            "parts::generic::part<parts::generic::B>",
            "c",
        ];
        assert_eq!(names.map(part_of), [Some(0), Some(1), Some(2), Some(1), Some(2)]);
        for name in
            ["parts::work", "parts::main::{closure#0}", "parts::repeat<fn() -> u64>", "library::work", "abc"]
        {
            assert_eq!(part_of(name), None, "{name}");
        }
    }

    #[test]
    fn errors_as_large_as_those_of_independent_samples_have_the_ratio_one() {
        let run = |error: f64| Observed { found: 0.5 + error, truth: 0.5, samples: 2500.0 };
        assert!((error_ratio(&[run(0.01), run(-0.01)]) - 1.0).abs() < 1e-9);
        let (mean, half) = bias(&[run(0.01), run(-0.01), run(0.0)]);
        assert!(mean.abs() < 1e-12 && half > 0.01);
    }
}
