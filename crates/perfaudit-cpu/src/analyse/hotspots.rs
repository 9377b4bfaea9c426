//! Which functions take the time.

use std::collections::HashMap;

use perfaudit_result::{CpuProfile, Figure, FunctionId, Hotspot, NamedShare, Neighbour, OriginKind};

use super::shares::{Whole, time};
use super::tree::{Children, Step, functions, own_counts, total_counts, walk};

/// How many functions are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HotspotLimits {
    /// Functions with most samples in themselves.
    pub by_self: usize,
    /// Functions, besides these, with most samples in themselves or what they call.
    pub by_total: usize,
    /// Callers and callees of each.
    pub neighbours: usize,
}

impl Default for HotspotLimits {
    fn default() -> Self {
        Self { by_self: 30, by_total: 20, neighbours: 5 }
    }
}

/// The functions that take most, those by self time first, each with callers, callees and its line.
///
/// `median` is the measured time of one iteration, in nanoseconds; with it, each hotspot tells its self time per
/// iteration. The profile has to be the measured part alone, otherwise shares are not those of the median.
#[must_use]
pub fn hotspots(profile: &CpuProfile, median: Option<&Figure>, limits: HotspotLimits) -> Vec<Hotspot> {
    let of_node = functions(profile);
    let own = own_counts(profile);
    let children = Children::of(profile);
    let mut own_of = vec![0_u64; profile.functions.len()];
    for (&function, count) in of_node.iter().zip(&own) {
        own_of[function as usize] += count;
    }
    let totals = total_counts(profile, own.clone());
    let mut total_of = vec![0_u64; profile.functions.len()];
    let mut open = vec![0_u32; profile.functions.len()];
    walk(&children, |step| match step {
        Step::Enter(node) => {
            let function = of_node[node as usize] as usize;
            if open[function] == 0 {
                total_of[function] += totals[node as usize];
            }
            open[function] += 1;
        }
        Step::Leave(node) => open[of_node[node as usize] as usize] -= 1,
    });
    let chosen = choose(&own_of, &total_of, limits);
    let whole = Whole::of(profile);
    let (self_hits, total_hits) = hits(profile, &of_node, &chosen, whole.blocks());
    let neighbours = Neighbours::of(profile, &of_node, &totals, &children, &chosen);
    let lines = lines(profile, &own, &totals);
    let row = |(at, &id): (usize, &FunctionId)| {
        let function = &profile.functions[id as usize];
        let self_share = whole.figure(&self_hits[at]);
        let total = total_of[id as usize];
        Hotspot {
            symbol: function.name.clone(),
            file: function.file.clone(),
            line: lines.get(&id).copied().or(function.line),
            origin: profile.origins[function.origin as usize].clone(),
            time: median.and_then(|median| time(&self_share, median)),
            self_share,
            total_share: whole.figure(&total_hits[at]),
            callers: neighbours.told(profile, &neighbours.callers, id, total, limits.neighbours),
            callees: neighbours.told(profile, &neighbours.callees, id, total, limits.neighbours),
        }
    };
    chosen.iter().enumerate().map(row).collect()
}

/// The functions to tell of, in order; ties go to the one that stands first in the profile.
fn choose(own: &[u64], total: &[u64], limits: HotspotLimits) -> Vec<FunctionId> {
    let mut order: Vec<FunctionId> = (0..).take(own.len()).filter(|&id| total[id as usize] > 0).collect();
    order.sort_by_key(|&id| std::cmp::Reverse((own[id as usize], total[id as usize])));
    let split = order.partition_point(|&id| own[id as usize] > 0).min(limits.by_self);
    let mut rest = order.split_off(split);
    rest.sort_by_key(|&id| std::cmp::Reverse(total[id as usize]));
    order.extend(rest.into_iter().take(limits.by_total));
    order
}

/// Samples in each chosen function itself, and in it or what it calls, in each block. Each node knows the chosen
/// functions on the way to it as bits, 64 at a time, so that a stack is never walked.
fn hits(
    profile: &CpuProfile,
    of_node: &[FunctionId],
    chosen: &[FunctionId],
    blocks: usize,
) -> (Vec<Vec<u64>>, Vec<Vec<u64>>) {
    let mut own = vec![vec![0; blocks]; chosen.len()];
    let mut total = vec![vec![0; blocks]; chosen.len()];
    let place: HashMap<FunctionId, usize> = chosen.iter().enumerate().map(|(at, &id)| (id, at)).collect();
    for run in &profile.samples {
        if let Some(&at) = place.get(&of_node[run.node as usize]) {
            own[at][run.block as usize] += run.count;
        }
    }
    for base in (0..chosen.len()).step_by(64) {
        let mut on_the_way = vec![0_u64; profile.nodes.len()];
        for (at, node) in profile.nodes.iter().enumerate() {
            let above = node.parent.map_or(0, |parent| on_the_way[parent as usize]);
            let bit = match place.get(&of_node[at]) {
                Some(place) if (base..base + 64).contains(place) => 1 << (place - base),
                _ => 0,
            };
            on_the_way[at] = above | bit;
        }
        for run in &profile.samples {
            let mut bits = on_the_way[run.node as usize];
            while bits != 0 {
                total[base + bits.trailing_zeros() as usize][run.block as usize] += run.count;
                bits &= bits - 1;
            }
        }
    }
    (own, total)
}

/// The line of each function with most samples in itself, or, where it has none, with most samples in what it calls.
fn lines(profile: &CpuProfile, own: &[u64], totals: &[u64]) -> HashMap<FunctionId, u32> {
    let mut counts: HashMap<(FunctionId, u32), (u64, u64)> = HashMap::new();
    for (at, node) in profile.nodes.iter().enumerate() {
        let frame = profile.frames[node.frame as usize];
        if frame.line > 0 {
            let count = counts.entry((frame.function, frame.line)).or_default();
            count.0 += own[at];
            count.1 += totals[at];
        }
    }
    let mut best: HashMap<FunctionId, ((u64, u64), u32)> = HashMap::new();
    for ((function, line), count) in counts {
        let entry = best.entry(function).or_insert((count, line));
        if (count, std::cmp::Reverse(line)) > (entry.0, std::cmp::Reverse(entry.1)) {
            *entry = (count, line);
        }
    }
    best.into_iter().map(|(function, (_, line))| (function, line)).collect()
}

type Pairs = HashMap<(FunctionId, FunctionId), u64>;

/// Who calls the chosen functions and what they call: samples for each pair, each sample once.
struct Neighbours {
    callers: Pairs,
    callees: Pairs,
}

impl Neighbours {
    fn of(
        profile: &CpuProfile,
        of_node: &[FunctionId],
        totals: &[u64],
        children: &Children,
        chosen: &[FunctionId],
    ) -> Self {
        let mut is_chosen = vec![false; profile.functions.len()];
        for &id in chosen {
            is_chosen[id as usize] = true;
        }
        let (mut callers, mut callees) = (Pairs::new(), Pairs::new());
        let mut open_functions = vec![0_u32; profile.functions.len()];
        let mut open_pairs: HashMap<(FunctionId, FunctionId), u32> = HashMap::new();
        walk(children, |step| {
            let (Step::Enter(node) | Step::Leave(node)) = step;
            let function = of_node[node as usize];
            let caller = profile.nodes[node as usize].parent.map(|parent| of_node[parent as usize]);
            let call = caller.filter(|&caller| caller != function && is_chosen[caller as usize]);
            if matches!(step, Step::Leave(_)) {
                open_functions[function as usize] -= 1;
                if let Some(caller) = call {
                    *open_pairs.entry((caller, function)).or_default() -= 1;
                }
                return;
            }
            if let Some(caller) = call {
                let open = open_pairs.entry((caller, function)).or_default();
                if *open == 0 {
                    *callees.entry((caller, function)).or_default() += totals[node as usize];
                }
                *open += 1;
            }
            let is_outermost = open_functions[function as usize] == 0;
            if let Some(caller) = caller.filter(|_| is_chosen[function as usize] && is_outermost) {
                *callers.entry((function, caller)).or_default() += totals[node as usize];
            }
            open_functions[function as usize] += 1;
        });
        Self { callers, callees }
    }

    fn told(
        &self,
        profile: &CpuProfile,
        pairs: &Pairs,
        of: FunctionId,
        total: u64,
        most: usize,
    ) -> Vec<Neighbour> {
        let mut found: Vec<(u64, FunctionId)> = pairs
            .iter()
            .filter(|((id, _), _)| *id == of)
            .map(|((_, other), count)| (*count, *other))
            .collect();
        found.sort_by_key(|&(count, id)| (std::cmp::Reverse(count), id));
        let told = |(count, id): (u64, FunctionId)| Neighbour {
            symbol: profile.functions[id as usize].name.clone(),
            share: count as f64 / total as f64,
        };
        found.into_iter().filter(|(count, _)| *count > 0).take(most).map(told).collect()
    }
}

/// Self time by the kind of code: the project's own, dependencies, standard library, system, kernel. Sums to 1; kinds
/// without samples are left out.
#[must_use]
pub fn origin_shares(profile: &CpuProfile) -> Vec<NamedShare> {
    const KINDS: [(OriginKind, &str); 6] = [
        (OriginKind::Own, "own"),
        (OriginKind::Dependency, "dependencies"),
        (OriginKind::Std, "standard library"),
        (OriginKind::System, "system"),
        (OriginKind::Kernel, "kernel"),
        (OriginKind::Unknown, "unknown"),
    ];
    let kind_of: Vec<OriginKind> = functions(profile)
        .into_iter()
        .map(|id| profile.origins[profile.functions[id as usize].origin as usize].kind)
        .collect();
    let named = KINDS.map(|(kind, name)| (name, kind));
    named_shares(profile, &named, |_, run| kind_of[run.node as usize])
}

/// The share of each class of samples, most first; classes without samples are left out.
pub(super) fn named_shares<K: PartialEq>(
    profile: &CpuProfile,
    named: &[(&str, K)],
    class: impl Fn(usize, &perfaudit_result::SampleRun) -> K,
) -> Vec<NamedShare> {
    let whole = Whole::of(profile);
    let mut hits = vec![vec![0_u64; whole.blocks()]; named.len()];
    for (at, run) in profile.samples.iter().enumerate() {
        let class = class(at, run);
        if let Some(at) = named.iter().position(|(_, kind)| *kind == class) {
            hits[at][run.block as usize] += run.count;
        }
    }
    let mut found: Vec<(u64, NamedShare)> = named
        .iter()
        .zip(&hits)
        .map(|((name, _), hits)| {
            (hits.iter().sum(), NamedShare { name: (*name).to_owned(), share: whole.figure(hits) })
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.into_iter().map(|(_, share)| share).collect()
}

#[cfg(test)]
#[path = "hotspots_tests.rs"]
mod tests;
