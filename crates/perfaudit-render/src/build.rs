//! What builds do with their time, in rows, the same in every format.

use perfaudit_result::{BuildPackage, BuildPhases, BuildTimeline, BuildUnit, BuildUnitKind, Unit};

use crate::size::Table;
use crate::{quantity, text};

/// The phases in the order of a unit, with their names.
pub(crate) fn phases(of: BuildPhases) -> [(&'static str, u64); 5] {
    [
        ("front end", of.front_end_ns),
        ("code", of.code_ns),
        ("linking", of.link_ns),
        ("build script", of.script_ns),
        ("not told apart", of.untold_ns),
    ]
}

/// The packages that take most, with all others together: the rows sum to the time of all units.
pub(crate) fn packages(of: &BuildTimeline, most: usize) -> Table<6> {
    let all = of.phases.total_ns();
    let row = |phases: BuildPhases, name: String| {
        [
            time(phases.total_ns()),
            share(phases.total_ns(), all),
            time(phases.front_end_ns),
            time(phases.code_ns + phases.untold_ns),
            time(phases.link_ns + phases.script_ns),
            name,
        ]
    };
    let named = |package: &BuildPackage| row(package.phases, format!("{} {}", package.name, package.version));
    let mut rows: Vec<[String; 6]> = of.packages.iter().take(most).map(named).collect();
    let others = of.packages.get(most..).unwrap_or_default();
    if !others.is_empty() {
        let mut phases = BuildPhases::default();
        others.iter().for_each(|package| phases.add(package.phases));
        rows.push(row(phases, format!("[{}]", quantity::counted(others.len(), "more package"))));
    }
    Table {
        caption: format!("By package: {} in all", quantity::counted(of.packages.len(), "package")),
        heads: ["time", "share", "front end", "code", "linking, scripts", "package"],
        rows,
    }
}

/// The longest chain in its order. Of a long one, the steps that take most.
pub(crate) fn chain(of: &BuildTimeline, most: usize) -> Table<3> {
    let mut times: Vec<u64> = of.chain.iter().map(|step| step.ns).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let least = times.get(most.saturating_sub(1)).copied().unwrap_or(0);
    let told: Vec<_> = of.chain.iter().filter(|step| step.ns >= least).collect();
    let rows = told.iter().filter_map(|step| {
        let unit = of.units.get(step.unit as usize)?;
        let part = if step.ns < unit.phases.total_ns() { ", its front end" } else { "" };
        Some([time(step.ns), share(step.ns, of.wall_ns), format!("{}{part}", name(unit))])
    });
    let left_out = of.chain.len() - told.len();
    let more = if left_out > 0 { format!(", {left_out} shorter ones left out") } else { String::new() };
    Table {
        caption: format!(
            "The longest chain: {}{more}; each waits for the one before",
            quantity::counted(of.chain.len(), "step")
        ),
        heads: ["time", "of the build", "unit"],
        rows: rows.collect(),
    }
}

/// For how long how many units ran at once: the rows sum to the build.
pub(crate) fn running(of: &BuildTimeline) -> Table<3> {
    let rows = of.running.iter().map(|row| {
        let what = match row.units {
            0 => "nothing that is told apart".to_owned(),
            n => quantity::counted(n as usize, "unit"),
        };
        [time(row.ns), share(row.ns, of.wall_ns), what]
    });
    Table {
        caption: format!("How much ran at once, on {}", quantity::counted(of.cpus as usize, "CPU")),
        heads: ["time", "of the build", "running"],
        rows: rows.collect(),
    }
}

/// A unit in words.
pub(crate) fn name(unit: &BuildUnit) -> String {
    let what = match unit.kind {
        BuildUnitKind::Library => "",
        BuildUnitKind::SharedLibrary => " (shared library)",
        BuildUnitKind::ProcMacro => " (procedural macro)",
        BuildUnitKind::Program => " (program)",
        BuildUnitKind::BuildScript => " (build script)",
        BuildUnitKind::BuildScriptRun => " (build script runs)",
    };
    let is_own = matches!(unit.kind, BuildUnitKind::BuildScript | BuildUnitKind::BuildScriptRun);
    let named = if is_own { &unit.package } else { &unit.target };
    text::visible(&format!("{named} {}{what}", unit.version))
}

/// `12.1 ms`, `4.23 s`; nothing for no time.
pub(crate) fn time(ns: u64) -> String {
    if ns == 0 { String::new() } else { quantity::value(seconds(ns) * 1e9, Unit::Nanoseconds) }
}

#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
pub(crate) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

fn share(part: u64, all: u64) -> String {
    quantity::percent(seconds(part) / seconds(all.max(1)))
}
