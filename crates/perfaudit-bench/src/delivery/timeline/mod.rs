//! What a build does with its time: one more build, in which this program stands in for the compiler and for the linker
//! and writes down when they are called and when they are done.
//!
//! - [`stand_in`]: what cargo and the compiler call; [`record`]: what it writes.
//! - [`timeline`]: from that to phases, packages and the longest chain; pure.

mod chain;
mod record;
mod stand_in;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use perfaudit_exec::{Command, Stream};
use perfaudit_result::{
    BuildPackage, BuildPhases, BuildTimeline, BuildUnit, BuildUnitKind, RunningUnits, WorkloadId,
    WorkloadState,
};
use serde::Deserialize;

use super::Delivery;
use super::cargo::Hindrance;
use record::{Compilation, ScriptRun, now, read};

pub use stand_in::compile_timed_if_asked;

/// What cargo says of a build script that has run.
#[derive(Deserialize)]
struct Executed {
    reason: String,
    out_dir: String,
}

/// What was seen of a build.
struct Seen {
    compilations: Vec<Compilation>,
    runs: Vec<ScriptRun>,
    began: u64,
    ended: u64,
    cpus: u32,
}

impl Delivery<'_> {
    /// Builds once more, and tells what each compilation took.
    pub(super) fn timeline(
        &mut self,
        build: WorkloadId,
        command: &Command,
    ) -> Result<BuildTimeline, Hindrance> {
        let folder = self.scratch.times();
        let cannot = |error: std::io::Error| {
            let why = format!("the times of compilations cannot be written down: {error}");
            Hindrance::new(WorkloadState::Unsupported, why)
        };
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot(error)),
            _ => std::fs::create_dir_all(&folder).map_err(cannot)?,
        }
        let command = standing_in(command, &folder).map_err(cannot)?;
        let mut runs = Vec::new();
        let began = now();
        let finished =
            self.attend_build_hearing("build with the times of all compilations", &command, &mut |line| {
                if line.stream == Stream::Stdout
                    && let Ok(said) = serde_json::from_str::<Executed>(line.text)
                    && said.reason == "build-script-executed"
                {
                    runs.push(ScriptRun { out_dir: said.out_dir, ended: now() });
                }
            })?;
        // Until cargo has ended, not until its output is read.
        let ended = began.saturating_add(u64::try_from(finished.duration.as_nanos()).unwrap_or(u64::MAX));
        let compilations = read(&folder).map_err(cannot)?;
        let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let cpus = u32::try_from(cpus).unwrap_or(u32::MAX);
        Ok(timeline(build, Seen { compilations, runs, began, ended, cpus }))
    }
}

/// The same command, with this program between cargo and the compiler.
pub(super) fn standing_in(command: &Command, folder: &Path) -> std::io::Result<Command> {
    std::fs::create_dir_all(folder)?;
    Ok(command
        .clone()
        .args(["--message-format", "json-render-diagnostics"])
        .env("RUSTC_WRAPPER", std::env::current_exe()?)
        .env(stand_in::FOLDER, folder))
}

/// What a build did with its time.
fn timeline(build: WorkloadId, mut seen: Seen) -> BuildTimeline {
    // Runs of an earlier build are told again; what they wrote is used by nothing that is compiled now.
    let Seen { compilations, runs, .. } = &mut seen;
    runs.retain(|run| chain::script_of(compilations, run).is_some());
    let Seen { compilations, runs, began, ended, cpus } = seen;
    let edges = chain::edges(&compilations, &runs);
    let units: Vec<BuildUnit> = compilations
        .iter()
        .map(|one| unit(one, began))
        .chain(runs.iter().filter_map(|run| script(&compilations, run, began)))
        .collect();
    let chain = chain::longest(&units, &edges);
    let wall_ns = ended.saturating_sub(began);
    let mut phases = BuildPhases::default();
    units.iter().for_each(|unit| phases.add(unit.phases));
    let mut remarks = Vec::new();
    let untold = units.iter().filter(|unit| unit.phases.untold_ns > 0).count();
    if untold > 0 {
        remarks.push(format!("{untold} compilers did not say when their front end was done"));
    }
    let linked = |one: &&Compilation| one.kind != BuildUnitKind::Library && one.links.is_empty();
    let unlinked = compilations.iter().filter(linked).count();
    if unlinked > 0 {
        remarks.push(format!(
            "the linker of {unlinked} units could not be stood in for: its time is part of that of their code"
        ));
    }
    if std::env::var_os("RUSTC_WRAPPER").is_some() {
        remarks.push("RUSTC_WRAPPER was not used in this build: the compiler itself was timed".to_owned());
    }
    let chain_ns = chain.iter().map(|step| step.ns).sum();
    let mut timeline = BuildTimeline {
        build,
        answer: String::new(),
        method: "wall times of one build of its own, so without intervals; the front end lasts until the compiler says that metadata is written, the linker from its start to its end, and the rest is code; a build script lasts from the end of its compilation until cargo says that it has run".to_owned(),
        remarks,
        wall_ns,
        cpus,
        cpu_ns: units.iter().filter_map(|unit| unit.cpu_ns).sum(),
        phases,
        running: running(&units, wall_ns),
        packages: packages(&units),
        chain,
        chain_ns,
        units,
    };
    timeline.answer = answer(&timeline);
    in_order(timeline)
}

fn unit(of: &Compilation, began: u64) -> BuildUnit {
    let total = of.ended.saturating_sub(of.began);
    let link_ns: u64 = of.links.iter().map(|span| span.ended.saturating_sub(span.began)).sum();
    let link_ns = link_ns.min(total);
    let front_end = of.metadata.map(|moment| moment.saturating_sub(of.began).min(total - link_ns));
    let rest = total - link_ns - front_end.unwrap_or(0);
    let (code_ns, untold_ns) = if front_end.is_some() { (rest, 0) } else { (0, rest) };
    BuildUnit {
        package: of.package.clone(),
        version: of.version.clone(),
        target: of.crate_name.clone(),
        kind: of.kind,
        start_ns: of.began.saturating_sub(began),
        phases: BuildPhases {
            front_end_ns: front_end.unwrap_or(0),
            code_ns,
            link_ns,
            script_ns: 0,
            untold_ns,
        },
        cpu_ns: Some(of.cpu_ns),
    }
}

fn script(compilations: &[Compilation], run: &ScriptRun, began: u64) -> Option<BuildUnit> {
    let script = &compilations[chain::script_of(compilations, run)?];
    let script_ns = run.ended.saturating_sub(script.ended);
    Some(BuildUnit {
        package: script.package.clone(),
        version: script.version.clone(),
        target: script.crate_name.clone(),
        kind: BuildUnitKind::BuildScriptRun,
        start_ns: script.ended.saturating_sub(began),
        phases: BuildPhases { script_ns, ..BuildPhases::default() },
        cpu_ns: None,
    })
}

/// For how long how many units ran at once; what does not lie within the build is left out.
fn running(units: &[BuildUnit], wall_ns: u64) -> Vec<RunningUnits> {
    let ends = units
        .iter()
        .flat_map(|unit| [(unit.start_ns.min(wall_ns), true), (unit.end_ns().min(wall_ns), false)]);
    let mut ends: Vec<(u64, bool)> = ends.chain([(wall_ns, false)]).collect();
    ends.sort_unstable();
    let mut by_number: BTreeMap<u32, u64> = BTreeMap::new();
    let (mut at, mut now) = (0, 0_u32);
    for (moment, begins) in ends {
        *by_number.entry(now).or_default() += moment - at;
        at = moment;
        now = if begins { now + 1 } else { now.saturating_sub(1) };
    }
    by_number.into_iter().filter(|(_, ns)| *ns > 0).map(|(units, ns)| RunningUnits { units, ns }).collect()
}

fn packages(units: &[BuildUnit]) -> Vec<BuildPackage> {
    let mut all: BTreeMap<(&str, &str), BuildPackage> = BTreeMap::new();
    for unit in units {
        let package = all.entry((&unit.package, &unit.version)).or_insert_with(|| BuildPackage {
            name: unit.package.clone(),
            version: unit.version.clone(),
            units: 0,
            phases: BuildPhases::default(),
            cpu_ns: 0,
        });
        package.units += 1;
        package.phases.add(unit.phases);
        package.cpu_ns += unit.cpu_ns.unwrap_or(0);
    }
    let mut all: Vec<BuildPackage> = all.into_values().collect();
    // Sorting keeps the order of names among equals.
    all.sort_by_key(|package| Reverse(package.phases.total_ns()));
    all
}

/// Units by their start; the chain follows.
fn in_order(mut timeline: BuildTimeline) -> BuildTimeline {
    let mut order: Vec<usize> = (0..timeline.units.len()).collect();
    order.sort_by_key(|&at| (timeline.units[at].start_ns, at));
    let mut place = vec![0_u32; order.len()];
    for (number, &at) in (0..).zip(&order) {
        place[at] = number;
    }
    for step in &mut timeline.chain {
        step.unit = place[step.unit as usize];
    }
    timeline.units = order.iter().map(|&at| timeline.units[at].clone()).collect();
    timeline
}

fn answer(of: &BuildTimeline) -> String {
    let busy = of.phases.total_ns();
    if of.units.is_empty() {
        return format!("{}: nothing was compiled", seconds(of.wall_ns));
    }
    let phases = [
        ("front end", of.phases.front_end_ns),
        ("code", of.phases.code_ns),
        ("linking", of.phases.link_ns),
        ("build scripts", of.phases.script_ns),
        ("untold", of.phases.untold_ns),
    ];
    let mut phases: Vec<_> = phases.into_iter().filter(|(_, ns)| *ns > 0).collect();
    phases.sort_by_key(|(_, ns)| Reverse(*ns));
    let shares: Vec<String> =
        phases.iter().take(3).map(|(what, ns)| format!("{} {what}", percent(*ns, busy))).collect();
    let largest = of.packages.first().map_or("", |package| package.name.as_str());
    format!(
        "{} for {} units, whose time is {}; {:.1} ran at once on {} CPUs; the longest chain takes {} ({}); the package that takes most is {largest}",
        seconds(of.wall_ns),
        of.units.len(),
        shares.join(", "),
        ratio(busy, of.wall_ns),
        of.cpus,
        seconds(of.chain_ns),
        percent(of.chain_ns, of.wall_ns),
    )
}

fn seconds(ns: u64) -> String {
    let seconds = ratio(ns, 1_000_000_000);
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{seconds:.1} s") }
}

fn percent(part: u64, all: u64) -> String {
    format!("{:.0} %", 100.0 * ratio(part, all))
}

#[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
fn ratio(part: u64, all: u64) -> f64 {
    part as f64 / all.max(1) as f64
}
