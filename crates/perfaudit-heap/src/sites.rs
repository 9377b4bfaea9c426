//! Which line each allocation is charged to.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use perfaudit_result::{FunctionId, HeapCounts, HeapProfile, HeapSite};
use rustc_hash::FxHashMap;

use crate::charge::{Charge, Charger};

/// How many sites are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteLimits {
    /// Listed are this many with most bytes, and as many with most blocks, most at the peak, most growth, most temporary
    /// blocks and most that is left at exit.
    pub each: usize,
}

impl Default for SiteLimits {
    fn default() -> Self {
        Self { each: 20 }
    }
}

/// The sites of a profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sites {
    /// Every site, by bytes first.
    pub all: Vec<HeapSite>,
}

impl Sites {
    /// The share of blocks at places without a line, between 0 and 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of a process are below 2^53")]
    pub fn without_line(&self) -> f64 {
        let blocks =
            |sites: &mut dyn Iterator<Item = &HeapSite>| -> u64 { sites.map(|site| site.counts.count).sum() };
        let all = blocks(&mut self.all.iter());
        blocks(&mut self.all.iter().filter(|site| site.line.is_none())) as f64 / all.max(1) as f64
    }

    /// Those that are listed, and what the others allocate together.
    #[must_use]
    pub fn listed(self, limits: SiteLimits) -> (Vec<HeapSite>, HeapCounts) {
        let rank_by: [fn(&HeapCounts) -> u64; 6] = [
            |counts| counts.bytes,
            |counts| counts.count,
            |counts| counts.peak,
            |counts| counts.grow_bytes,
            |counts| counts.temporary,
            |counts| counts.live,
        ];
        let mut listed = BTreeSet::new();
        for by in rank_by {
            let mut order: Vec<usize> =
                (0..self.all.len()).filter(|&at| by(&self.all[at].counts) > 0).collect();
            order.sort_by_key(|&at| Reverse(by(&self.all[at].counts)));
            listed.extend(order.into_iter().take(limits.each));
        }
        let mut others = HeapCounts::default();
        let mut sites = Vec::with_capacity(listed.len());
        for (at, site) in self.all.into_iter().enumerate() {
            if listed.contains(&at) { sites.push(site) } else { others.add(&site.counts) }
        }
        (sites, others)
    }
}

/// A line of a function.
pub(crate) type Place = (FunctionId, u32);

/// Charges each stack to its innermost frame of the project's own code, through inlined frames; where there is none, to
/// the innermost outside of the standard library and the system's libraries; where there is none either, to the
/// outermost.
#[must_use]
pub fn sites(profile: &HeapProfile) -> Sites {
    let charger = Charger::of(profile);
    let mut charged: FxHashMap<Place, Charged> = FxHashMap::default();
    let mut callees: FxHashMap<(Place, FunctionId), u64> = FxHashMap::default();
    for stack in &profile.stacks {
        let Charge { frame, callee, is_direct } = charger.charge(stack);
        let place = (frame.function, frame.line);
        let sums = charged.entry(place).or_default();
        sums.counts.add(&stack.counts);
        if is_direct {
            sums.direct.add(&stack.counts);
            if u128::from(stack.counts.temporary) * 10 >= u128::from(stack.counts.count) * 9 {
                sums.temporary_bytes += stack.counts.bytes;
            }
        }
        if let Some(callee) = callee {
            *callees.entry((place, callee)).or_default() += stack.counts.bytes;
        }
    }
    let mut most: FxHashMap<Place, (u64, Reverse<FunctionId>)> = FxHashMap::default();
    for ((place, callee), bytes) in callees {
        let best = most.entry(place).or_insert((bytes, Reverse(callee)));
        *best = (*best).max((bytes, Reverse(callee)));
    }
    let mut all: Vec<HeapSite> = charged
        .into_iter()
        .map(|(place, sums)| {
            let function = &profile.functions[place.0 as usize];
            let calls = most.get(&place).map(|(_, Reverse(callee))| *callee);
            HeapSite {
                symbol: function.name.clone(),
                file: function.file.clone(),
                line: (place.1 > 0).then_some(place.1),
                origin: profile.origins[function.origin as usize].clone(),
                calls: calls.map(|callee| profile.functions[callee as usize].name.clone()),
                counts: sums.counts,
                direct: sums.direct,
                direct_temporary_bytes: sums.temporary_bytes,
                count_per_iteration: None,
                bytes_per_iteration: None,
                count_estimate: None,
                bytes_estimate: None,
            }
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |site: &HeapSite| (Reverse(site.counts.bytes), Reverse(site.counts.count), site.line);
        key(a).cmp(&key(b)).then_with(|| a.symbol.cmp(&b.symbol))
    });
    Sites { all }
}

/// What is charged to a line.
#[derive(Debug, Default)]
struct Charged {
    counts: HeapCounts,
    direct: HeapCounts,
    temporary_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_result::{CodeOrigin, Function, HeapStack, OriginKind, SourceFrame, StackNode, WorkloadId};

    /// A stack given from the outermost frame inwards: kinds of code, each at a line of its own.
    fn profile(stacks: &[(&[OriginKind], u64)]) -> HeapProfile {
        let mut profile = HeapProfile {
            workload: WorkloadId("a/b/c".into()),
            origins: Vec::new(),
            functions: Vec::new(),
            frames: Vec::new(),
            nodes: Vec::new(),
            stacks: Vec::new(),
        };
        for (kinds, bytes) in stacks {
            let mut parent = None;
            for kind in *kinds {
                let id = u32::try_from(profile.nodes.len()).unwrap();
                profile.origins.push(CodeOrigin { kind: *kind, name: None });
                profile.functions.push(Function {
                    name: format!("{kind:?}{id}"),
                    file: None,
                    line: None,
                    origin: id,
                });
                profile.frames.push(SourceFrame { function: id, line: id + 1, inlined: false });
                profile.nodes.push(StackNode { parent, frame: id });
                parent = Some(id);
            }
            let counts = HeapCounts { count: 1, bytes: *bytes, ..HeapCounts::default() };
            profile.stacks.push(HeapStack { node: parent.unwrap(), counts });
        }
        assert_eq!(profile.check(), Ok(()));
        profile
    }

    fn symbols(kinds: &[OriginKind]) -> (String, Option<String>) {
        let site = sites(&profile(&[(kinds, 1)])).all.remove(0);
        (site.symbol, site.calls)
    }

    #[test]
    fn the_innermost_own_frame_is_charged_and_what_it_calls_is_named() {
        use OriginKind::{Dependency, Own, Std, System};
        let named = |symbol: &str, calls: &str| (symbol.to_owned(), Some(calls.to_owned()));
        assert_eq!(symbols(&[System, Own, Own, Dependency, Std]), named("Own2", "Dependency3"));
        assert_eq!(symbols(&[System, Dependency, Std]), named("Dependency1", "Std2"));
        assert_eq!(symbols(&[System, Std, Std]), named("System0", "Std1"));
        assert_eq!(symbols(&[Own]), ("Own0".to_owned(), None));
    }

    #[test]
    fn what_another_package_allocates_for_a_line_is_not_its_own() {
        use OriginKind::{Dependency, Own, Std, System};
        let direct = |kinds: &[OriginKind]| sites(&profile(&[(kinds, 7)])).all[0].direct.bytes;
        assert_eq!(direct(&[System, Dependency, Own, Std]), 7);
        assert_eq!(direct(&[System, Own, Dependency, Std]), 0);
        assert_eq!(direct(&[System, Dependency, Std]), 0);
    }

    #[test]
    fn an_allocator_that_the_project_brings_is_not_charged_for_what_is_asked_of_it() {
        use OriginKind::{Dependency, Own, Std};
        let mut profile = profile(&[(&[Own, Std, Own, Dependency], 7)]);
        profile.functions[2].name = "__rustc::__rust_alloc".to_owned();
        let site = sites(&profile).all.remove(0);
        assert_eq!((site.symbol.as_str(), site.direct.bytes), ("Own0", 7));
        profile.functions[0].name = "__rustc::__rust_alloc".to_owned();
        profile.functions[2].name = "Own2".to_owned();
        assert_eq!(sites(&profile).all[0].symbol, "__rustc::__rust_alloc", "nothing is known outside of it");
    }

    #[test]
    fn what_is_not_listed_is_summed_up() {
        let kinds = [OriginKind::Own];
        let many: Vec<(&[OriginKind], u64)> = (1..=9).map(|bytes| (&kinds[..], bytes)).collect();
        let (listed, others) = sites(&profile(&many)).listed(SiteLimits { each: 2 });
        let bytes: Vec<u64> = listed.iter().map(|site| site.counts.bytes).collect();
        assert_eq!(bytes, [9, 8]);
        assert_eq!((others.bytes, others.count), (28, 7));
    }
}
