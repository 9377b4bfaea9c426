//! The profiles that the page embeds, with usage over time and differences, within a budget of bytes.

use std::collections::BTreeMap;

use perfaudit_result::{ArtifactId, AuditResult, CpuProfile, FunctionChange, ProfileDifference, Usage};
use serde::Serialize;

use crate::cpu;
use crate::html::budget::Budget;
use crate::html::data::{PLAIN_JSON, escape};
use crate::html::figure;
use crate::html::flame::{self, Cut, Graphs, Lanes, Stacks, shown};

/// The changes in each direction that are coloured.
const MOST_CHANGES: usize = 100;
/// The points of a line over time: what a screen can tell apart.
const POINTS: usize = 400;

/// The profiles on the page.
#[derive(Debug, Default)]
pub(in crate::html) struct Embedded {
    graphs: Graphs,
    usage: BTreeMap<usize, Drawn>,
    differences: BTreeMap<usize, Changes>,
}

/// All that the scripts read.
#[derive(Debug, Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    graphs: &'a flame::Page,
    usage: &'a BTreeMap<usize, Drawn>,
    differences: &'a BTreeMap<usize, Changes>,
}

/// What a flame graph colours when it shows a difference.
#[derive(Debug, Default, Serialize)]
struct Changes {
    slower: Vec<Change>,
    faster: Vec<Change>,
}

/// A function that changed: its name and file as the list of functions has them, its effect as a part of the largest one,
/// and what the tooltip tells.
#[derive(Debug, Serialize)]
struct Change(String, String, f64, String);

/// Usage over time, in few enough points to be drawn.
#[derive(Debug, Serialize)]
pub(in crate::html) struct Drawn {
    pub(in crate::html) step_s: f64,
    pub(in crate::html) cpu: Vec<f64>,
    pub(in crate::html) rss: Vec<u64>,
}

impl Embedded {
    /// The profiles of the result, the costliest workloads first, within a budget of bytes.
    pub(in crate::html) fn choose(
        result: &AuditResult,
        profiles: &BTreeMap<ArtifactId, CpuProfile>,
        budget: &Budget,
    ) -> Self {
        let stacks: Vec<(usize, Stacks<'_>)> = cpu::by_cost(result)
            .into_iter()
            .filter_map(|(place, row)| Some((place, stacks(profiles.get(row.profile.as_ref()?)?))))
            .collect();
        let mut embedded = Self { graphs: Graphs::fitting(&stacks, budget.cpu_stacks), ..Self::default() };
        embedded.add_extras(result, budget.cpu_extras);
        embedded
    }

    /// Usage over time and differences, the costliest workloads first, as long as they fit.
    fn add_extras(&mut self, result: &AuditResult, mut left: usize) {
        let mut take = |json: serde_json::Result<String>| {
            let after = left.checked_sub(escape(&json.expect(PLAIN_JSON)).len());
            left = after.unwrap_or(left);
            after.is_some()
        };
        for (place, row) in cpu::by_cost(result) {
            if let Some(usage) = row.usage.as_ref().and_then(drawn)
                && take(serde_json::to_string(&usage))
            {
                self.usage.insert(place, usage);
            }
            let difference =
                result.cpu.iter().flat_map(|cpu| &cpu.differences).find(|found| found.id == row.id);
            if let Some(changes) = difference.filter(|_| self.cut(place).is_some()).map(changes)
                && take(serde_json::to_string(&changes))
            {
                self.differences.insert(place, changes);
            }
        }
    }

    /// How much of a profile is on the page; none when it is not there.
    pub(super) fn cut(&self, place: usize) -> Option<Cut> {
        self.graphs.cut(place)
    }

    /// Whether there is anything to draw over time.
    pub(super) fn has_usage(&self, place: usize) -> bool {
        self.usage.contains_key(&place)
    }

    /// What the scripts read; none when there is nothing.
    pub(in crate::html) fn page(&self) -> Option<impl Serialize + use<'_>> {
        let page = Page { graphs: self.graphs.page(), usage: &self.usage, differences: &self.differences };
        (!self.graphs.is_empty() || !self.usage.is_empty()).then_some(page)
    }
}

fn stacks(profile: &CpuProfile) -> Stacks<'_> {
    let threads = profile.threads.iter().map(|thread| {
        let name = shown(&thread.name);
        if name.is_empty() {
            format!("thread {}", thread.thread)
        } else {
            format!("{name} ({})", thread.thread)
        }
    });
    Stacks {
        workload: &profile.workload,
        origins: &profile.origins,
        functions: &profile.functions,
        frames: &profile.frames,
        nodes: &profile.nodes,
        own: profile.samples.iter().map(|run| (run.node, run.thread, run.count)).collect(),
        lanes: Lanes::Threads(threads.collect()),
    }
}

fn changes(difference: &ProfileDifference) -> Changes {
    let size = |change: &FunctionChange| change.effect.value().unwrap_or(0.0).abs();
    let both = difference.slower.iter().chain(&difference.faster);
    let largest = both.map(size).fold(f64::MIN_POSITIVE, f64::max);
    let listed = |changes: &[FunctionChange], word: &str| {
        let change = |change: &FunctionChange| {
            let file = change.file.as_deref().map(shown).unwrap_or_default();
            let text = format!("{word} by {}", figure::size(&change.effect));
            Change(shown(&change.symbol), file, (size(change) / largest * 100.0).round() / 100.0, text)
        };
        changes.iter().take(MOST_CHANGES).map(change).collect()
    };
    Changes { slower: listed(&difference.slower, "slower"), faster: listed(&difference.faster, "faster") }
}

/// None when there is nothing to draw, or when time does not go on.
#[expect(clippy::cast_precision_loss, reason = "a mean of a few steps")]
pub(in crate::html) fn drawn(usage: &Usage) -> Option<Drawn> {
    let steps = usage.cpu.len().max(usage.rss.len());
    if steps < 2 || !(usage.step_s.is_finite() && usage.step_s > 0.0) {
        return None;
    }
    let together = steps.div_ceil(POINTS);
    let mean = |steps: &[f32]| {
        let mean = steps.iter().map(|&step| f64::from(step)).sum::<f64>() / steps.len() as f64;
        if mean.is_finite() { (mean.max(0.0) * 1e4).round() / 1e4 } else { 0.0 }
    };
    Some(Drawn {
        step_s: usage.step_s * together as f64,
        cpu: usage.cpu.chunks(together).map(mean).collect(),
        rss: usage.rss.chunks(together).map(|steps| steps.iter().copied().max().unwrap_or(0)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_over_a_long_time_is_drawn_in_few_points() {
        let usage = Usage { step_s: 0.1, cpu: vec![1.0; 1000], rss: (0..1000).collect() };
        let drawn = drawn(&usage).unwrap();
        assert_eq!((drawn.cpu.len(), drawn.rss.len()), (334, 334));
        assert_eq!((drawn.rss[0], drawn.rss[333]), (2, 999));
        assert!((drawn.step_s - 0.3).abs() < 1e-9);
        assert!(super::drawn(&Usage { step_s: 0.0, ..usage }).is_none());
    }
}
