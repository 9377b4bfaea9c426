//! `cargo xtask ranking`: whether findings of the examples stand in the order of what mending them gains.
//!
//! The price of a finding is what an audit ranks it by: the largest share that its place takes of the CPU time of one
//! workload. The gain is what the patch that mends the defect saves of the workload in which it saves most, as counted in
//! `patches/TRUTH.toml`. Spearman's coefficient says how far both orders agree.

mod spearman;
mod truth;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use perfaudit_result::{AuditResult, Finding};

use crate::error::TaskError;
use crate::{child, say};
use spearman::spearman;
use truth::{Defect, Gain, defects, root};

const EXAMPLES: [&str; 2] = ["cli-app", "log-pipeline"];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The result of an audit of the example, as `cli-app=result.json`, instead of one that is made now (repeatable)
    #[arg(long, value_name = "EXAMPLE=FILE")]
    result: Vec<String>,
    /// How much time to measure one example
    #[arg(long, value_name = "TIME", default_value = "15m")]
    budget: String,
    /// The optimised perfaudit; without it one is built
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
}

/// A defect with what its finding costs and what mending it gains.
struct Row {
    defect: String,
    rule: String,
    /// The place of its finding among all, from 1.
    place: usize,
    price: f64,
    workload: String,
    gain: Gain,
}

/// The least coefficient that an example must reach.
const LEAST: f64 = 0.8;

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let mut short = Vec::new();
    for example in EXAMPLES {
        let audit = audit(arguments, example)?;
        let (mut rows, mut without) = (Vec::new(), Vec::new());
        for defect in defects(example)? {
            match row(&audit, defect) {
                Ok(row) => rows.push(row),
                Err(why) => without.push(why),
            }
        }
        rows.sort_by_key(|row| row.place);
        let coefficient = tell(example, &rows, &without);
        if coefficient.is_none_or(|found| found < LEAST) {
            short.push(example);
        }
    }
    if short.is_empty() {
        return Ok(());
    }
    Err(TaskError::Failed(format!("below {LEAST}, or too few defects were profiled: {}", short.join(", "))))
}

/// The audit that was named, or a new one.
fn audit(arguments: &Arguments, example: &str) -> Result<AuditResult, TaskError> {
    let named = arguments.result.iter().filter_map(|given| given.split_once('='));
    let text = match named.clone().find(|(name, _)| *name == example) {
        Some((_, file)) => fs::read_to_string(file).map_err(TaskError::file(Path::new(file)))?,
        None => {
            let perfaudit = child::release_binary(arguments.perfaudit.as_ref())?;
            let mut command = Command::new(perfaudit);
            command.args(["audit", "--offline", "--skip", "delivery", "--skip", "size"]);
            command.args(["--format", "json", "--budget", &arguments.budget]).arg(root(example));
            // A promise of the example that is broken, as some are, is no failure here.
            String::from_utf8_lossy(&child::output(&mut command)?.stdout).into_owned()
        }
    };
    perfaudit_result::from_json(&text).map_err(|error| TaskError::Failed(format!("{example}: {error}")))
}

/// What is known of a defect, or why it cannot be ranked.
fn row(audit: &AuditResult, defect: Defect) -> Result<Row, String> {
    let id = &defect.id;
    let (place, finding) = found(audit, &defect).ok_or_else(|| format!("{id}: no finding"))?;
    let shares =
        finding.by_workload.iter().filter_map(|seen| Some((seen.share_of_cpu?, seen.id.to_string())));
    let (price, workload) = shares
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .ok_or_else(|| format!("{id}: `{}` is in no profile", finding.rule))?;
    let gain = defect.gain.ok_or_else(|| format!("{id}: no patch whose gain is a share of time"))?;
    Ok(Row { defect: defect.id, rule: finding.rule.clone(), place, price, workload, gain })
}

/// The finding of a defect, and its place among all, from 1.
fn found<'a>(audit: &'a AuditResult, defect: &Defect) -> Option<(usize, &'a Finding)> {
    let mut findings = audit.findings.iter().filter(|finding| finding.code.is_some()).zip(1..);
    let (finding, place) = findings.find(|(finding, _)| {
        defect.rules().contains(&finding.rule.as_str())
            && finding.locations.iter().any(|location| {
                Path::new(&location.file) == defect.file
                    && location.line.is_some_and(|line| defect.lines.contains(&line))
            })
    })?;
    Some((place, finding))
}

/// Prints the table of an example, and returns its coefficient.
fn tell(example: &str, rows: &[Row], without: &[String]) -> Option<f64> {
    say(&format!("{example}, in the order of its findings\n"));
    say("| defect | rule | place | price | mending it saves |\n|---|---|---:|---|---|");
    for Row { defect, rule, place, price, workload, gain } in rows {
        say(&format!(
            "| {defect} | `{rule}` | {place} | {:.1} % of `{workload}` | {:.1} % of {}: {} |",
            100.0 * price,
            100.0 * gain.share,
            gain.workload,
            gain.of
        ));
    }
    say("");
    without.iter().for_each(|why| say(&format!("- left out: {why}")));
    let pairs: Vec<(f64, f64)> = rows.iter().map(|row| (row.price, row.gain.share)).collect();
    let coefficient = spearman(&pairs);
    match coefficient {
        Some(rho) => say(&format!("\nSpearman's coefficient over {} defects: {rho:.2}\n", pairs.len())),
        None => say("\ntoo few defects for a coefficient\n"),
    }
    coefficient
}
