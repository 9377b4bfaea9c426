//! What lines allocate, where stacks are sampled.

use std::cmp::Reverse;
use std::collections::HashMap;

use perfaudit_agent::HeapSample;
use perfaudit_stats::{Interval, Level, weighted_sum};

use crate::charge::Charger;
use crate::sites::Place;
use crate::symbolise::SymbolisedHeap;

/// An estimated total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// The unbiased estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval.
    pub interval: Interval,
}

/// What a line allocates.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteEstimate {
    /// The function that the line is in.
    pub symbol: String,
    /// Its source file.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u32>,
    /// Blocks that were sampled.
    pub sampled: u64,
    /// Bytes that were asked for.
    pub bytes: Estimated,
    /// Blocks, reallocations among them.
    pub count: Estimated,
}

/// The lines that allocate, by bytes first, charged as by [`sites`](crate::sites); none where every allocation was
/// counted. Lines of which no block was sampled are missing: each of them allocated less than
/// [`unseen_bytes`] bytes, at the level.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a process are below 2^53")]
pub fn estimates(heap: &SymbolisedHeap, level: Level) -> Vec<SiteEstimate> {
    let Some(totals) = heap.sampled else { return Vec::new() };
    let profile = heap.whole();
    let mut of_nodes = vec![HeapSample::default(); profile.nodes.len()];
    for run in &heap.carrier.samples {
        let stack = heap.carrier.threads[run.thread as usize].process;
        if let Some(sample) = &heap.stacks[stack as usize].sample {
            of_nodes[run.node as usize].add(sample);
        }
    }
    let mut places: HashMap<Place, (u64, u64, HeapSample)> = HashMap::new();
    let charger = Charger::of(&profile);
    for stack in &profile.stacks {
        let frame = charger.charge(stack).frame;
        let (bytes, count, sample) = places.entry((frame.function, frame.line)).or_default();
        *bytes += stack.counts.bytes;
        *count += stack.counts.count;
        sample.add(&of_nodes[stack.node as usize]);
    }
    let estimated = |value: u64, variance: f64, heaviest: f64| {
        let value = value as f64;
        let interval = weighted_sum(value, variance, heaviest, level);
        Estimated { value, standard_error: variance.sqrt(), interval }
    };
    let mut sites: Vec<SiteEstimate> = places
        .into_iter()
        .map(|((function, line), (bytes, count, sample))| {
            let function = &profile.functions[function as usize];
            SiteEstimate {
                symbol: function.name.clone(),
                file: function.file.clone(),
                line: (line > 0).then_some(line),
                sampled: sample.blocks,
                bytes: estimated(bytes, sample.bytes_variance, totals.mean_bytes as f64),
                count: estimated(count, sample.count_variance, sample.heaviest),
            }
        })
        .collect();
    sites.sort_by_key(|site| (Reverse(site.bytes.value as u64), site.symbol.clone(), site.line));
    sites
}

/// The most that a line allocated of which no block was sampled, at the level, in bytes.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a process are below 2^53")]
pub fn unseen_bytes(mean_bytes: u64, level: Level) -> f64 {
    weighted_sum(0.0, 0.0, mean_bytes as f64, level).upper
}
