//! `cargo xtask ranking`: whether findings of the examples stand in the order of what mending them gains.
//!
//! The price of a finding is what an audit ranks it by: the largest share that its place takes of the CPU time of one
//! workload. The gain is what the patch that mends the defect saves of the workload in which it saves most, as counted in
//! `patches/TRUTH.toml`. Spearman's coefficient says how far both orders agree.
//!
//! With `--measure` the gain is measured by `perfaudit prove`, of the workload that the price is of; then it also shows
//! whether what was foretold as the most that a remedy can gain was so.

mod measured;
mod plot;
mod spearman;
mod truth;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use perfaudit_result::{AuditResult, Figure, Finding, MetricName};

use crate::error::TaskError;
use crate::{child, say, workspace};
use measured::MeasuredGain;
use plot::Point;
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
    /// Measure what each patch gains, too, for this long each
    #[arg(long, value_name = "TIME")]
    measure: Option<String>,
    /// Write what was foretold beside what was measured as a drawing
    #[arg(long, value_name = "FILE", requires = "measure")]
    plot: Option<PathBuf>,
    /// Only defects whose name contains this (repeatable)
    #[arg(long, value_name = "DEFECT")]
    only: Vec<String>,
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
    /// The interval of the price, where the workload that it is of has one.
    within: Option<(f64, f64)>,
    workload: String,
    gain: Gain,
    /// Where its remedy is measured: the quickest of the workloads of which it takes nearly as much, and how much.
    trial: (String, f64),
    measured: Option<MeasuredGain>,
}

impl Row {
    /// What is foretold of the workload where it is measured, with its interval where that is told.
    fn foretold(&self) -> (f64, Option<(f64, f64)>) {
        (self.trial.1, self.within.filter(|_| self.trial.0 == self.workload))
    }

    /// Whether the remedy gained no more than was foretold, as far as both intervals tell; none without an interval of the
    /// gain. It may gain less: few remedies make a place cost nothing.
    fn holds(&self) -> Option<bool> {
        let achieved = self.measured.as_ref()?.interval?;
        let (share, within) = self.foretold();
        Some(achieved.0 <= within.map_or(share, |within| within.1))
    }
}

/// The least coefficient that an example must reach.
const LEAST: f64 = 0.8;
/// How much of the largest share counts as nearly as much.
const NEARLY: f64 = 0.75;

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let (mut short, mut points) = (Vec::new(), Vec::new());
    for example in EXAMPLES {
        let audit = audit(arguments, example)?;
        let (mut rows, mut without) = (Vec::new(), Vec::new());
        let is_meant = |defect: &Defect| {
            arguments.only.is_empty() || arguments.only.iter().any(|part| defect.id.contains(part))
        };
        for defect in defects(example)?.into_iter().filter(is_meant) {
            match row(&audit, defect) {
                Ok(row) => rows.push(row),
                Err(why) => without.push(why),
            }
        }
        rows.sort_by_key(|row| row.place);
        if let Some(budget) = &arguments.measure {
            let perfaudit = child::release_binary(arguments.perfaudit.as_ref())?;
            for row in &mut rows {
                match measured::measure(&perfaudit, example, &row.gain.patch, &row.trial.0, budget) {
                    Ok(gain) => row.measured = Some(gain),
                    Err(error) => without.push(format!("{}: not measured: {error}", row.defect)),
                }
            }
        }
        let coefficient = tell(example, &rows, &without);
        if coefficient.is_none_or(|found| found < LEAST) {
            short.push(example);
        }
        points.extend(rows.iter().filter_map(point));
    }
    if let Some(file) = &arguments.plot {
        workspace::write(file, &plot::draw(&points))?;
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
    let shares: Vec<(f64, String)> = shares.collect();
    let (price, workload) = shares
        .iter()
        .cloned()
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .ok_or_else(|| format!("{id}: `{}` is in no profile", finding.rule))?;
    let gain = defect.gain.ok_or_else(|| format!("{id}: no patch whose gain is a share of time"))?;
    // The ceiling is told of the workload where it is largest.
    let interval = finding.ceiling_gain.as_ref().and_then(Figure::interval);
    let within = interval.map(|interval| (interval.lower(), interval.upper()));
    let rule = finding.rule.clone();
    let near = shares.into_iter().filter(|(share, _)| *share >= NEARLY * price);
    let quickest = near.min_by(|a, b| time(audit, &a.1).total_cmp(&time(audit, &b.1)));
    let trial = quickest.map_or_else(|| (workload.clone(), price), |(share, id)| (id, share));
    Ok(Row { defect: defect.id, rule, place, price, within, workload, gain, trial, measured: None })
}

/// The median time of a workload; without end where it is not known.
fn time(audit: &AuditResult, id: &str) -> f64 {
    let workload = audit.workloads.iter().find(|workload| workload.id.0 == id);
    let mut metrics = workload.into_iter().flat_map(|workload| &workload.metrics);
    let median = metrics.find(|metric| metric.name == MetricName::WALL_TIME_P50);
    median.and_then(|metric| metric.figure.value()).unwrap_or(f64::INFINITY)
}

fn point(row: &Row) -> Option<Point> {
    let measured = row.measured.as_ref()?;
    Some(Point {
        name: row.defect.clone(),
        foretold: row.foretold().0,
        foretold_within: row.foretold().1,
        achieved: measured.share,
        achieved_within: measured.interval,
    })
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
    say(
        "| defect | rule | place | price | mending it saves, measured | counted |\n|---|---|---:|---|---|---|",
    );
    for row in rows {
        let Row { defect, rule, place, workload, gain, .. } = row;
        say(&format!(
            "| {defect} | `{rule}` | {place} | {} of `{workload}` | {} | {:.1} % of {}: {} |",
            percent(row.price, row.within),
            row.measured.as_ref().map_or_else(|| "-".to_owned(), |gain| measured_of(row, gain)),
            100.0 * gain.share,
            gain.workload,
            gain.of
        ));
    }
    say("");
    let judged: Vec<bool> = rows.iter().filter_map(Row::holds).collect();
    if !judged.is_empty() {
        let holds = judged.iter().filter(|holds| **holds).count();
        say(&format!("of {} gains with an interval, {holds} are no more than was foretold", judged.len()));
        for row in rows.iter().filter(|row| row.holds() == Some(false)) {
            say(&format!("- foretold {}: {}", percent(row.foretold().0, row.foretold().1), row.defect));
        }
        let pairs: Vec<(f64, f64)> =
            rows.iter().filter_map(|row| Some((row.price, row.measured.as_ref()?.share))).collect();
        if let Some(rho) = spearman(&pairs) {
            say(&format!("Spearman's coefficient of prices and measured gains, {}: {rho:.2}", pairs.len()));
        }
    }
    without.iter().for_each(|why| say(&format!("- left out: {why}")));
    let pairs: Vec<(f64, f64)> = rows.iter().map(|row| (row.price, row.gain.share)).collect();
    let coefficient = spearman(&pairs);
    match coefficient {
        Some(rho) => say(&format!("\nSpearman's coefficient over {} defects: {rho:.2}\n", pairs.len())),
        None => say("\ntoo few defects for a coefficient\n"),
    }
    coefficient
}

fn measured_of(row: &Row, gain: &MeasuredGain) -> String {
    let of = if row.trial.0 == row.workload { String::new() } else { format!(" of `{}`", row.trial.0) };
    format!("{}{of}, {}, {} pairs", percent(gain.share, gain.interval), gain.verdict, gain.pairs)
}

fn percent(share: f64, within: Option<(f64, f64)>) -> String {
    let within = within
        .map(|(lower, upper)| format!(" ({:.1} to {:.1})", 100.0 * lower, 100.0 * upper))
        .unwrap_or_default();
    format!("{:.1} %{within}", 100.0 * share)
}
