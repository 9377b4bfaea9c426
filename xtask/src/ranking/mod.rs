//! `cargo xtask ranking`: whether findings of the examples stand in the order of what mending them gains.
//!
//! Each example is audited; then every planted defect is mended by its patch, alone, and the workload that its finding
//! names is counted again. The order of prices beside the order of gains is Spearman's coefficient.

mod gains;
mod spearman;
mod truth;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use perfaudit_result::{AuditResult, Finding};

use crate::error::TaskError;
use crate::{child, say};
use gains::{Gain, Tree};
use spearman::spearman;
use truth::{Defect, defects};

const EXAMPLES: [&str; 2] = ["cli-app", "log-pipeline"];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only defects whose `example/id` contains this (repeatable)
    #[arg(value_name = "DEFECT")]
    only: Vec<String>,
    /// Mend no further defect after this long
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    minutes: u64,
    /// Where the copies of the examples are built, and what was measured is kept for the next call
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// The optimised perfaudit; without it one is built
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
}

/// A defect with what its finding costs and what mending it gains.
struct Row {
    name: String,
    rule: String,
    place: usize,
    price: f64,
    workload: String,
    gain: Gain,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let perfaudit = child::release_binary(arguments.perfaudit.as_ref())?;
    let until = Instant::now() + Duration::from_secs(60 * arguments.minutes);
    std::fs::create_dir_all(&arguments.folder).map_err(TaskError::file(&arguments.folder))?;
    let folder = arguments.folder.canonicalize().map_err(TaskError::file(&arguments.folder))?;
    for example in EXAMPLES {
        let mut tree = Tree::copy(example, &folder, &perfaudit)?;
        let audit = tree.audit()?;
        let (mut rows, mut without) = (Vec::new(), Vec::new());
        for defect in defects(example)? {
            let name = format!("{example}/{}", defect.id);
            if !arguments.only.is_empty() && !arguments.only.iter().any(|part| name.contains(part)) {
                continue;
            }
            let Some((place, finding)) = found(&audit, &defect) else {
                without.push(format!("{name}: no finding"));
                continue;
            };
            let Some((price, workload)) = price(finding) else {
                without.push(format!("{name}: `{}` was in no profile", finding.rule));
                continue;
            };
            let Some(patch) = &defect.patch else {
                without.push(format!("{name}: no patch"));
                continue;
            };
            if Instant::now() >= until {
                without.push(format!("{name}: no time was left"));
                continue;
            }
            match tree.gain(&audit, &workload, patch, &finding.rule) {
                Ok(gain) => {
                    let row = Row { name, rule: finding.rule.clone(), place, price, workload, gain };
                    say(&row.told());
                    rows.push(row);
                }
                Err(error) => without.push(format!("{name}: {error}")),
            }
        }
        tell(example, rows, &without);
    }
    Ok(())
}

/// The finding of a defect, and its place among all findings, from 1.
fn found<'a>(audit: &'a AuditResult, defect: &Defect) -> Option<(usize, &'a Finding)> {
    let mut findings = audit.findings.iter().enumerate();
    let (at, finding) = findings.find(|(_, finding)| {
        defect.rules().contains(&finding.rule.as_str())
            && finding.locations.iter().any(|place| {
                let line = place.line.unwrap_or(0);
                Path::new(&place.file) == defect.file && defect.lines.contains(&line)
            })
    })?;
    Some((at + 1, finding))
}

/// The largest share of the CPU time of a workload, by which findings are ranked.
fn price(finding: &Finding) -> Option<(f64, String)> {
    let shares =
        finding.by_workload.iter().filter_map(|seen| Some((seen.share_of_cpu?, seen.id.to_string())));
    shares.max_by(|a, b| a.0.total_cmp(&b.0))
}

impl Row {
    fn told(&self) -> String {
        format!(
            "| {} | `{}` | {} | {:.1} % of `{}` | {:.1} % | {} |",
            self.name,
            self.rule,
            self.place,
            100.0 * self.price,
            self.workload,
            100.0 * self.gain.share,
            self.gain.of.as_str()
        )
    }
}

fn tell(example: &str, mut rows: Vec<Row>, without: &[String]) {
    rows.sort_by(|a, b| b.price.total_cmp(&a.price));
    say(&format!("\n{example}, in the order of prices\n"));
    say("| defect | finding of | place | price | mending it saves | counted |\n|---|---|---:|---:|---:|---|");
    rows.iter().for_each(|row| say(&row.told()));
    without.iter().for_each(|line| say(&format!("- left out: {line}")));
    let pairs: Vec<(f64, f64)> = rows.iter().map(|row| (row.price, row.gain.share)).collect();
    match spearman(&pairs) {
        Some(rho) => say(&format!("Spearman's coefficient over {} defects: {rho:.2}", pairs.len())),
        None => say("too few defects for a coefficient"),
    }
}
