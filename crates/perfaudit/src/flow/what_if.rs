//! What a change gains if a place costs nothing then, before it is made, beside what patches for the same place gained.

use std::collections::HashMap;
use std::path::Path;

use perfaudit_exec::Interrupt;
use perfaudit_project::{CargoProject, ProjectRoot, Selection};
use perfaudit_result::{AuditResult, Figure, Finding, Hotspot, Interval, ProofVerdict, WorkloadId};
use perfaudit_run::OpenedRun;
use serde::Serialize;

use super::runs_directory;
use super::source::speed_up;
use crate::error::CommandError;

/// What would follow if places cost nothing any more.
#[derive(Debug, Serialize)]
pub(crate) struct WhatIf {
    /// The run whose profiles tell.
    pub(crate) run: String,
    /// What it rests on.
    pub(crate) method: &'static str,
    /// Each place in each workload that runs it, those that could gain most first.
    pub(crate) ceilings: Vec<Ceiling>,
}

/// What one workload gains if a place costs nothing any more.
#[derive(Debug, Serialize)]
pub(crate) struct Ceiling {
    /// The function, or the finding with its place.
    pub(crate) what: String,
    pub(crate) workload: WorkloadId,
    /// The share of its CPU time that would be saved, 0 to 1.
    pub(crate) saves: f64,
    /// Its interval at 95 %; none where the run does not tell one.
    pub(crate) interval: Option<[f64; 2]>,
    /// How many times as fast it would be.
    pub(crate) speed_up: f64,
    /// What patches for the same finding saved, as `perfaudit fix` measured it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) achieved: Vec<Achieved>,
}

/// What a patch saved of a workload.
#[derive(Debug, Serialize)]
pub(crate) struct Achieved {
    pub(crate) patch: String,
    pub(crate) verdict: ProofVerdict,
    /// The share of its time, 0 to 1; below zero where it became slower.
    pub(crate) saved: f64,
    pub(crate) interval: Option<[f64; 2]>,
}

const METHOD: &str = "the share of CPU time of the place with all that it calls: what is saved if it costs nothing and the rest stays as fast as it is (Amdahl, 1967); where caches are spared, the rest is faster, too";

/// Looks up what was asked for in the profiles of a run.
pub(crate) fn what_if(
    what: Option<&str>,
    project: &Path,
    run: Option<&Path>,
    interrupt: &Interrupt,
) -> Result<WhatIf, CommandError> {
    let (profiled, runs) = match run {
        // Other runs add what patches gained; a run that was named tells without them, and without the project.
        Some(path) => (Some(perfaudit_run::open(path)?), all_runs(project, interrupt).unwrap_or_default()),
        None => (None, all_runs(project, interrupt)?),
    };
    let profiled = profiled.as_ref().or_else(|| runs.iter().find(|run| run.result.cpu.is_some()));
    let profiled = profiled.filter(|run| run.result.cpu.is_some()).ok_or(CommandError::NoProfiles)?;
    let mut ceilings = of_findings(what, profiled, &runs);
    if let Some(name) = what.filter(|_| ceilings.is_empty()) {
        ceilings = of_functions(name, &profiled.result);
    }
    if let Some(name) = what.filter(|_| ceilings.is_empty()) {
        return Err(CommandError::NothingProfiled { name: name.to_owned() });
    }
    // Rows of one place stay together.
    let mut best: HashMap<String, f64> = HashMap::new();
    for one in &ceilings {
        let most = best.entry(one.what.clone()).or_insert(one.saves);
        *most = most.max(one.saves);
    }
    ceilings.sort_by(|a, b| {
        best[&b.what]
            .total_cmp(&best[&a.what])
            .then_with(|| a.what.cmp(&b.what))
            .then_with(|| b.saves.total_cmp(&a.saves))
    });
    Ok(WhatIf { run: profiled.result.run.id.clone(), method: METHOD, ceilings })
}

/// The runs of a project, the newest first.
fn all_runs(project: &Path, interrupt: &Interrupt) -> Result<Vec<OpenedRun>, CommandError> {
    let root = ProjectRoot::locate(project, interrupt)?;
    let project = CargoProject::discover(root, &Selection::default(), true, interrupt)?;
    let runs = perfaudit_run::finished_runs(&runs_directory(&project.work_directory()?));
    Ok(runs.iter().rev().filter_map(|run| perfaudit_run::open(run).ok()).collect())
}

fn of_findings(what: Option<&str>, profiled: &OpenedRun, runs: &[OpenedRun]) -> Vec<Ceiling> {
    let is_meant = |finding: &&Finding| match what {
        Some(what) => finding.rule == what || (what.len() >= 6 && finding.fingerprint.starts_with(what)),
        None => finding.ceiling_gain.is_some() && finding.code.is_some(),
    };
    let mut all = Vec::new();
    for finding in profiled.result.findings.iter().filter(is_meant) {
        let place = finding.locations.first();
        let line = place.and_then(|place| place.line).map_or_else(String::new, |line| format!(":{line}"));
        let place = place.map_or_else(String::new, |place| format!(" at {}{line}", place.file));
        for (at, seen) in finding.by_workload.iter().enumerate() {
            let Some(saves) = seen.share_of_cpu else { continue };
            // The run keeps the interval of the largest share alone.
            let interval = finding.ceiling_gain.as_ref().filter(|_| at == 0).and_then(Figure::interval);
            all.push(Ceiling {
                what: format!("{}{place}", finding.rule),
                workload: seen.id.clone(),
                saves,
                interval: interval.map(ends),
                speed_up: speed_up(saves),
                achieved: achieved(&finding.fingerprint, &seen.id, runs),
            });
        }
    }
    all
}

fn of_functions(name: &str, result: &AuditResult) -> Vec<Ceiling> {
    let is_meant =
        |hotspot: &&Hotspot| hotspot.symbol == name || hotspot.symbol.ends_with(&format!("::{name}"));
    let mut all = Vec::new();
    for row in result.cpu.iter().flat_map(|cpu| &cpu.workloads) {
        for hotspot in row.hotspots.iter().filter(is_meant) {
            let Some(saves) = hotspot.total_share.value() else { continue };
            all.push(Ceiling {
                what: hotspot.symbol.clone(),
                workload: row.id.clone(),
                saves,
                interval: hotspot.total_share.interval().map(ends),
                speed_up: speed_up(saves),
                achieved: Vec::new(),
            });
        }
    }
    all
}

/// What patches that were made for a finding saved of a workload.
fn achieved(fingerprint: &str, workload: &WorkloadId, runs: &[OpenedRun]) -> Vec<Achieved> {
    let mut all = Vec::new();
    for result in runs.iter().map(|run| &run.result) {
        let made = result.fixes.iter().flat_map(|fixes| &fixes.patches);
        for patch in made.filter(|patch| patch.findings.iter().any(|one| one == fingerprint)) {
            let certificate = result.certificates.iter().find(|one| one.patch.name == patch.name);
            let rows = certificate.and_then(|one| Some((one.verdict, one.comparison.as_ref()?)));
            let Some((verdict, comparison)) = rows else { continue };
            let row = comparison
                .rows
                .iter()
                .find(|row| row.id == *workload && row.metric.0.starts_with("wall_time."));
            if let Some((row, effect)) = row.and_then(|row| Some((row, row.effect.value()?))) {
                let interval = row.effect.interval().map(|of| [-of.upper(), -of.lower()]);
                all.push(Achieved { patch: patch.name.clone(), verdict, saved: -effect, interval });
            }
        }
    }
    all
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.lower(), interval.upper()]
}
