//! Which unit waits for which, and the longest chain of them.

use std::collections::BTreeMap;

use perfaudit_result::{BuildUnit, BuildUnitKind, ChainStep};

use super::record::{Compilation, ScriptRun};

/// What a unit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) on: usize,
    /// Whether its front end will do.
    pub(super) is_metadata: bool,
}

/// For each compilation, then each run of a script, what it waits for: numbers of compilations, and behind them those
/// of runs.
pub(super) fn edges(compilations: &[Compilation], runs: &[ScriptRun]) -> Vec<Vec<Edge>> {
    let by_stem: BTreeMap<&str, usize> =
        compilations.iter().enumerate().map(|(at, one)| (one.stem.as_str(), at)).collect();
    let by_out: BTreeMap<&str, usize> =
        runs.iter().enumerate().map(|(at, run)| (run.out_dir.as_str(), compilations.len() + at)).collect();
    let of_compilation = |one: &Compilation| {
        let crates = one.dependencies.iter().filter_map(|dependency| {
            let on = *by_stem.get(dependency.stem.as_str())?;
            Some(Edge { on, is_metadata: dependency.is_metadata })
        });
        // A build script is told of the folder too, and does not wait for itself.
        let is_script = one.kind == BuildUnitKind::BuildScript;
        let script = one.out_dir.as_deref().filter(|_| !is_script).and_then(|out| by_out.get(out));
        crates.chain(script.map(|&on| Edge { on, is_metadata: false })).collect::<Vec<_>>()
    };
    let of_run = |run: &ScriptRun| {
        script_of(compilations, run).map(|on| Edge { on, is_metadata: false }).into_iter().collect()
    };
    compilations.iter().map(of_compilation).chain(runs.iter().map(of_run)).collect()
}

/// The compilation of the script that has run: of the package whose code is told of the folder, the last one before.
pub(super) fn script_of(compilations: &[Compilation], run: &ScriptRun) -> Option<usize> {
    let user = compilations.iter().find(|one| one.out_dir.as_deref() == Some(run.out_dir.as_str()))?;
    let is_it = |one: &Compilation| {
        one.kind == BuildUnitKind::BuildScript && one.folder == user.folder && one.ended <= run.ended
    };
    let candidates = compilations.iter().enumerate().filter(|(_, one)| is_it(one));
    candidates.max_by_key(|(_, one)| one.ended).map(|(at, _)| at)
}

/// When a unit is done at the soonest, and with what that begins.
#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    ns: u64,
    /// The step before: the unit, and whether its front end alone is waited for.
    after: Option<(usize, bool)>,
}

/// The longest chain. What is linked waits for everything that its crates wait for, as it needs the code of all of them.
/// A unit cannot wait for one that began later, so that there are no circles.
pub(super) fn longest(units: &[BuildUnit], edges: &[Vec<Edge>]) -> Vec<ChainStep> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|&at| (units[at].start_ns, at));
    let mut place = vec![0; units.len()];
    order.iter().enumerate().for_each(|(number, &at)| place[at] = number);
    let mut begins = vec![Moment::default(); units.len()];
    // The latest end of a unit and of all that it waits for, with the unit that has it.
    let mut all_done = vec![(0_u64, 0_usize); units.len()];
    let total = |at: usize| units[at].phases.total_ns();
    for &at in &order {
        let needs_code = !matches!(units[at].kind, BuildUnitKind::Library | BuildUnitKind::BuildScriptRun);
        let mut begin = Moment::default();
        let mut latest = (0, at);
        for edge in edges[at].iter().filter(|edge| place[edge.on] < place[at]) {
            let on = edge.on;
            let done = if edge.is_metadata && !needs_code {
                Moment { ns: begins[on].ns + units[on].phases.front_end_ns, after: Some((on, true)) }
            } else if needs_code {
                Moment { ns: all_done[on].0, after: Some((all_done[on].1, false)) }
            } else {
                Moment { ns: begins[on].ns + total(on), after: Some((on, false)) }
            };
            if done.ns > begin.ns {
                begin = done;
            }
            latest = latest.max(all_done[on]);
        }
        begins[at] = begin;
        all_done[at] = latest.max((begin.ns + total(at), at));
    }
    let last = order.iter().copied().max_by_key(|&at| begins[at].ns + total(at));
    let mut steps = Vec::new();
    let mut next = last.map(|at| (at, false));
    while let Some((at, is_metadata)) = next {
        let ns = if is_metadata { units[at].phases.front_end_ns } else { total(at) };
        steps.push(ChainStep { unit: u32::try_from(at).unwrap_or(u32::MAX), ns });
        next = begins[at].after;
    }
    steps.reverse();
    steps
}
