//! `cargo xtask moved`: published crates beside themselves with code that is never called, which moves all that lies
//! behind it. Nothing changes but the place of code, so that each change that is told is wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use perfaudit_result::{PairedRow, PairedVerdict, from_json};

use crate::acceptance::fetch::{USUAL, fetch_named};
use crate::acceptance::tree::replace;
use crate::error::TaskError;
use crate::{child, complain, say, workspace};

/// Is in the program, since a reference to it is kept, and is never called.
const NEVER_CALLED: &str = r"
#[inline(never)]
fn never_called(number: u64) -> u64 {
    let mut sum = number;
    let mut turn = 0;
    while turn < number {
        sum = sum.rotate_left(7) ^ turn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        turn += 1;
    }
    sum
}
#[used]
static NEVER_CALLED: fn(u64) -> u64 = never_called;
";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only these crates
    #[arg(value_name = "CRATE")]
    only: Vec<String>,
    /// So many comparisons of each crate
    #[arg(long, value_name = "N", default_value_t = 2)]
    rounds: u64,
    /// How long the pairs of one comparison may take
    #[arg(long, value_name = "TIME", default_value = "60s")]
    budget: String,
    /// In how many layouts programs are measured, as `perfaudit compare` takes it
    #[arg(long, value_name = "NUMBER")]
    layouts: Option<u32>,
    /// Keep crates and builds here
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The optimised perfaudit; without it one is built
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let perfaudit = child::release_binary(arguments.perfaudit.as_ref())?;
    let scratch = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let folder = arguments.folder.as_deref().unwrap_or(scratch.path());
    let is_wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|one| one == name);
    let crates: Vec<(&str, &str)> =
        USUAL.iter().map(|one| (one.name, one.version)).filter(|(name, _)| is_wanted(name)).collect();
    let (mut alarms, mut comparisons) = (0, 0);
    say("| crate | comparisons | CHANGED | EQUIVALENT | open | not measured | layouts | largest estimate |");
    say("|---|---:|---:|---:|---:|---:|---:|---:|");
    for ((name, version), source) in crates.iter().zip(fetch_named(&crates, folder)?) {
        let moved = folder.join(format!("{name}-{version}-moved"));
        replace(&source, &moved)?;
        let library = moved.join("src/lib.rs");
        let text = std::fs::read_to_string(&library).map_err(TaskError::file(&library))?;
        workspace::write(&library, &format!("{text}{NEVER_CALLED}"))?;
        let mut rows = Vec::new();
        for round in 0..arguments.rounds {
            complain(&format!("{name}, comparison {} of {}", round + 1, arguments.rounds));
            rows.extend(compare(&perfaudit, arguments, [&source, &moved], round)?);
        }
        say(&told(&format!("{name} {version}"), &rows));
        let changed = with(&rows, PairedVerdict::is_change);
        for row in rows.iter().filter(|row| row.verdict.is_change()) {
            complain(&format!("{}: {:+.1} %", row.id, 100.0 * row.effect.value().unwrap_or_default()));
        }
        alarms += changed;
        comparisons += with(&rows, |verdict| verdict != PairedVerdict::NotMeasured);
    }
    say(&format!("\nCHANGED in {alarms} of {comparisons}."));
    Ok(())
}

fn compare(
    perfaudit: &Path,
    arguments: &Arguments,
    [a, b]: [&Path; 2],
    seed: u64,
) -> Result<Vec<PairedRow>, TaskError> {
    let out = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let mut command = Command::new(perfaudit);
    command
        .arg("compare")
        .args([a, b].map(|folder| format!("path:{}", folder.display())))
        .args(["--mode", "quick", "--delta", "1%", "--format", "json"])
        .args(["--budget", &arguments.budget, "--seed", &seed.to_string()])
        .args(arguments.layouts.iter().map(|layouts| format!("--layouts={layouts}")))
        .arg("--out")
        .arg(out.path().join("run"))
        // Only pairs are wanted.
        .env("PERFAUDIT_SKIP", "cpu,heap")
        .current_dir(b);
    let ended = child::output(&mut command)?;
    let result = from_json(&String::from_utf8_lossy(&ended.stdout)).map_err(|error| {
        TaskError::Failed(format!("{error}: {}", String::from_utf8_lossy(&ended.stderr).trim()))
    })?;
    Ok(result.paired.map(|paired| paired.rows).unwrap_or_default())
}

fn with(rows: &[PairedRow], is_meant: impl Fn(PairedVerdict) -> bool) -> usize {
    rows.iter().filter(|row| is_meant(row.verdict)).count()
}

fn told(name: &str, rows: &[PairedRow]) -> String {
    let of = |verdict| with(rows, |one| one == verdict);
    let measured = || rows.iter().filter(|row| row.pairs > 0);
    let layouts = measured().map(|row| row.layouts).max().unwrap_or_default();
    let largest = measured().filter_map(|row| row.effect.value()).max_by(|a, b| a.abs().total_cmp(&b.abs()));
    format!(
        "| {name} | {} | {} | {} | {} | {} | {layouts} | {} |",
        rows.len(),
        with(rows, PairedVerdict::is_change),
        of(PairedVerdict::Equivalent) + of(PairedVerdict::Identical),
        of(PairedVerdict::Inconclusive),
        of(PairedVerdict::NotMeasured),
        largest.map_or_else(|| "none".to_owned(), |effect| format!("{:+.1} %", 100.0 * effect)),
    )
}
