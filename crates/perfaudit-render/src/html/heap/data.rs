//! The stacks of allocations that the page embeds, within a budget of bytes.

use std::collections::BTreeMap;

use perfaudit_result::{ArtifactId, AuditResult, HeapCounts, HeapProfile, HeapScope, WorkloadHeap};
use serde::Serialize;

use crate::heap;
use crate::html::budget::Budget;
use crate::html::cpu::{Drawn, drawn};
use crate::html::data::PLAIN_JSON;
use crate::html::flame::{self, Cut, Graphs, Lanes, Measure, Stacks};

/// A measure, and how much of it counts have.
type Read = (Measure, fn(&HeapCounts) -> u64);

/// What a flame graph of allocations can show, in this order.
const MEASURES: [Read; 6] = [
    (Measure { name: "Bytes", unit: "B", about: "bytes that were asked for" }, |counts| counts.bytes),
    (Measure { name: "Blocks", unit: "blocks", about: "allocations and reallocations" }, |counts| {
        counts.count
    }),
    (
        Measure {
            name: "At the peak",
            unit: "B",
            about: "bytes that were allocated when the process had most",
        },
        |counts| counts.peak,
    ),
    (
        Measure {
            name: "Temporary",
            unit: "blocks",
            about: "blocks that were freed before their thread allocated or freed anything else",
        },
        |counts| counts.temporary,
    ),
    (
        Measure {
            name: "Grown",
            unit: "B",
            about: "bytes of blocks that were replaced by a larger one: what enough capacity from the start would save",
        },
        |counts| counts.grow_bytes,
    ),
    (
        Measure {
            name: "At exit",
            unit: "B",
            about: "bytes that were still allocated when the process ended",
        },
        |counts| counts.live,
    ),
];

/// The stacks on the page.
#[derive(Debug, Default)]
pub(in crate::html) struct Embedded {
    graphs: Graphs,
    usage: BTreeMap<usize, Drawn>,
}

/// All that the scripts read.
#[derive(Debug, Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    graphs: &'a flame::Page,
    usage: &'a BTreeMap<usize, Drawn>,
}

impl Embedded {
    /// The stacks of the result, of the workloads first that allocate most, within a budget of bytes.
    pub(in crate::html) fn choose(
        result: &AuditResult,
        heaps: &BTreeMap<ArtifactId, HeapProfile>,
        budget: &Budget,
    ) -> Self {
        let rows = heap::by_bytes(result);
        let stacks: Vec<(usize, Stacks<'_>)> = rows
            .iter()
            .filter_map(|(place, row)| Some((*place, stacks(heaps.get(row.profile.as_ref()?)?, row))))
            .filter(|(_, stacks)| !stacks.own.is_empty())
            .collect();
        let mut left = budget.heap_extras;
        let usage = rows.iter().filter_map(|(place, row)| {
            let profiled = result.cpu.iter().flat_map(|cpu| &cpu.workloads).find(|cpu| cpu.id == row.id)?;
            let mut usage = drawn(profiled.usage.as_ref()?).filter(|usage| usage.rss.len() > 1)?;
            // The section on CPU time draws it.
            usage.cpu.clear();
            left = left.checked_sub(serde_json::to_string(&usage).expect(PLAIN_JSON).len())?;
            Some((*place, usage))
        });
        Self { graphs: Graphs::fitting(&stacks, budget.heap_stacks), usage: usage.collect() }
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
        let page = Page { graphs: self.graphs.page(), usage: &self.usage };
        (!self.graphs.is_empty() || !self.usage.is_empty()).then_some(page)
    }
}

/// The stacks with those measures of which there is anything.
fn stacks<'a>(profile: &'a HeapProfile, row: &WorkloadHeap) -> Stacks<'a> {
    let totals = profile.totals();
    // What a benchmark holds at the peak and at the end of its process is for the most part its set-up's.
    let is_told = |measure: &Measure| row.scope == HeapScope::WholeRun || measure.name != "At exit";
    let there: Vec<&Read> =
        MEASURES.iter().filter(|(measure, read)| read(&totals) > 0 && is_told(measure)).collect();
    let of = |stack: &perfaudit_result::HeapStack| {
        let lanes = (0..).zip(&there);
        let own = lanes.map(|(lane, (_, read))| (stack.node, lane, read(&stack.counts)));
        own.filter(|(_, _, amount)| *amount > 0).collect::<Vec<_>>()
    };
    Stacks {
        workload: &profile.workload,
        origins: &profile.origins,
        functions: &profile.functions,
        frames: &profile.frames,
        nodes: &profile.nodes,
        own: profile.stacks.iter().flat_map(of).collect(),
        lanes: Lanes::Measures(there.iter().map(|(measure, _)| *measure).collect()),
    }
}
