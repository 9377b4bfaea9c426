//! The stacks of all processes of a run in one tree of addresses.

use std::collections::HashMap;
use std::path::PathBuf;

use perfaudit_agent::{HeapFrame, HeapModule, HeapSample, ProcessHeap, SampledTotals};
use perfaudit_cpu::{CallTree, CodeAddress, FileIdentity, Lookup, Module};
use perfaudit_result::{HeapCounts, NodeId};

/// The stacks of all processes of a run.
#[derive(Debug, Clone, Default)]
pub struct Stacks {
    /// The files that stacks lie in.
    pub modules: Vec<Module>,
    /// The stacks.
    pub tree: CallTree<CodeAddress>,
    /// The stacks that allocated. Peaks are those of the process with the largest one alone.
    pub counted: Vec<CountedStack>,
    /// What was allocated in all, where stacks are sampled.
    pub sampled: Option<SampledTotals>,
    /// The processes, the one with the largest peak first.
    pub processes: Vec<ProcessTotals>,
    /// What could not be counted or not assigned.
    pub gaps: Gaps,
}

/// A stack that allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedStack {
    /// Its node of the tree.
    pub node: NodeId,
    /// What it allocated; estimates where stacks are sampled.
    pub counts: HeapCounts,
    /// What these estimates rest on; none where every allocation is counted.
    pub sample: Option<Box<HeapSample>>,
}

/// What one process allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessTotals {
    /// Its program; empty when it is not known.
    pub program: PathBuf,
    /// What it allocated; estimates where stacks are sampled.
    pub counts: HeapCounts,
    /// How many blocks it allocated, counted in any case.
    pub blocks: u64,
    /// Whether functions of an allocator of its own were taken over.
    pub is_detoured: bool,
}

/// What could not be counted, or not assigned, in all processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Blocks that were freed and never seen allocated.
    pub foreign_frees: u64,
    /// Blocks whose end was not followed because their address is not a multiple of 16.
    pub unaligned: u64,
    /// Allocations whose stack found no room.
    pub overflown: u64,
    /// Threads that counted at a common place.
    pub shared_threads: u64,
    /// Processes whose allocations could not be counted.
    pub refused_processes: u64,
}

impl ProcessTotals {
    /// The name of its program.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.program.file_name();
        name.map_or_else(|| "[unknown]".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

impl Stacks {
    /// Puts processes together.
    #[must_use]
    pub fn of(mut heaps: Vec<ProcessHeap>) -> Self {
        heaps.sort_by_key(|heap| (std::cmp::Reverse(heap.peak_bytes), heap.process));
        let mut stacks = Self::default();
        let mut known: HashMap<PathBuf, u32> = HashMap::new();
        for (rank, heap) in heaps.into_iter().enumerate() {
            stacks.add(heap, rank == 0, &mut known);
        }
        // The same stack of several processes is one.
        stacks.counted.sort_by_key(|stack| stack.node);
        stacks.counted.dedup_by(|next, kept| {
            let is_same = next.node == kept.node;
            if is_same {
                kept.counts.add(&next.counts);
                add_sample(&mut kept.sample, next.sample.take());
            }
            is_same
        });
        stacks
    }

    fn add(&mut self, heap: ProcessHeap, is_largest: bool, known: &mut HashMap<PathBuf, u32>) {
        let mut modules: Vec<(&HeapModule, u32)> = Vec::with_capacity(heap.modules.len());
        for module in &heap.modules {
            let number = *known.entry(module.path.clone()).or_insert_with(|| {
                let identity = FileIdentity::default();
                self.modules.push(Module { path: module.path.clone(), identity });
                u32::try_from(self.modules.len() - 1).expect("processes have fewer than 2^32 modules")
            });
            modules.push((module, number));
        }
        modules.sort_by_key(|(module, _)| module.start);
        let frames: Vec<CodeAddress> = heap.frames.iter().map(|&frame| address(frame, &modules)).collect();
        let nodes = self.put(&heap, &frames);
        let mut totals = HeapCounts::default();
        let counted = heap.stacks.into_iter().filter(|stack| stack.counts.count > 0).map(|stack| {
            let mut counts = counts(&stack.counts);
            totals.add(&counts);
            if !is_largest {
                (counts.peak, counts.peak_count) = (0, 0);
            }
            CountedStack { node: nodes[stack.node as usize], counts, sample: stack.sample }
        });
        // What is collected takes the place of what it is made of: there may be a million stacks.
        let counted: Vec<CountedStack> = counted.collect();
        if self.counted.is_empty() {
            self.counted = counted;
        } else {
            self.counted.extend(counted);
        }
        let program = heap.modules.first().map(|module| module.path.clone()).unwrap_or_default();
        if let Some(of_process) = heap.sampled {
            let all = self.sampled.get_or_insert(SampledTotals { count: 0, bytes: 0, ..of_process });
            all.count += of_process.count;
            all.bytes += of_process.bytes;
        }
        let blocks = heap.sampled.map_or(totals.count, |sampled| sampled.count);
        self.processes.push(ProcessTotals { program, counts: totals, blocks, is_detoured: heap.is_detoured });
        self.gaps.foreign_frees += heap.gaps.foreign_frees;
        self.gaps.unaligned += heap.gaps.unaligned;
        self.gaps.overflown += heap.gaps.overflown;
        self.gaps.shared_threads += heap.gaps.shared_threads;
    }

    /// Puts the nodes that allocated something, or have something below them that did, into the tree; answers where each
    /// of the process's nodes is.
    fn put(&mut self, heap: &ProcessHeap, frames: &[CodeAddress]) -> Vec<NodeId> {
        let used = used(heap);
        let count = used.iter().filter(|is_used| **is_used).count();
        let mut nodes: Vec<NodeId> = vec![0; heap.nodes.len()];
        let mut distinct = Vec::new();
        let is_first = self.tree.nodes().is_empty();
        if is_first {
            distinct.reserve_exact(count);
        } else {
            self.tree.reserve(count);
        }
        for (at, node) in heap.nodes.iter().enumerate().filter(|(at, _)| used[*at]) {
            let parent = node.parent.map(|parent| nodes[parent as usize]);
            let frame = frames[node.frame as usize];
            nodes[at] = if is_first {
                distinct.push((parent, frame));
                NodeId::try_from(distinct.len() - 1).expect("a process has fewer than 2^32 nodes")
            } else {
                self.tree.child(parent, frame)
            };
        }
        if is_first {
            self.tree = CallTree::of_distinct(distinct);
        }
        nodes
    }

    /// The sum of all stacks.
    #[must_use]
    pub fn totals(&self) -> HeapCounts {
        let mut totals = HeapCounts::default();
        self.counted.iter().for_each(|stack| totals.add(&stack.counts));
        totals
    }
}

/// Adds what was sampled of the same stack elsewhere.
pub(crate) fn add_sample(sum: &mut Option<Box<HeapSample>>, other: Option<Box<HeapSample>>) {
    match (sum, other) {
        (Some(sum), Some(other)) => sum.add(&other),
        (sum, other) => *sum = sum.take().or(other),
    }
}

/// Which nodes allocated something or have something below them that did.
fn used(heap: &ProcessHeap) -> Vec<bool> {
    let mut used = vec![false; heap.nodes.len()];
    for stack in heap.stacks.iter().filter(|stack| stack.counts.count > 0) {
        used[stack.node as usize] = true;
    }
    for at in (0..used.len()).rev() {
        if let (true, Some(parent)) = (used[at], heap.nodes[at].parent) {
            used[parent as usize] = true;
        }
    }
    used
}

fn address(frame: HeapFrame, modules: &[(&HeapModule, u32)]) -> CodeAddress {
    let HeapFrame::Return(address) = frame else { return CodeAddress::Truncated };
    let before = modules.partition_point(|(module, _)| module.start < address);
    match before.checked_sub(1).map(|at| modules[at]) {
        // What is returned to may lie just behind the last instruction of a file.
        Some((module, number)) if address <= module.end => CodeAddress::InModule {
            module: number,
            address: address.wrapping_sub(module.bias),
            lookup: Lookup::ReturnAddress,
        },
        _ => CodeAddress::Anonymous { address },
    }
}

fn counts(counted: &perfaudit_agent::HeapCounts) -> HeapCounts {
    // A block that a signal handler frees while it is counted may be missing once: not less than nothing is there.
    let unsigned = |value: i64| u64::try_from(value).unwrap_or(0);
    HeapCounts {
        count: counted.count,
        bytes: counted.bytes,
        peak: unsigned(counted.peak_bytes),
        peak_count: unsigned(counted.peak_count),
        live: unsigned(counted.live_bytes),
        live_count: unsigned(counted.live_count),
        temporary: counted.temporary,
        grow_count: counted.grown_count,
        grow_bytes: counted.grown_bytes,
        sizes: counted.sizes,
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_agent::{HeapGaps, HeapNode, HeapStack};

    use super::*;

    fn heap(process: u32, bias: u64, bytes: u64) -> ProcessHeap {
        let counts = perfaudit_agent::HeapCounts {
            count: 1,
            bytes,
            peak_bytes: bytes.cast_signed(),
            ..perfaudit_agent::HeapCounts::default()
        };
        let node = |parent, frame| HeapNode { parent, frame };
        ProcessHeap {
            process,
            modules: vec![HeapModule { bias, start: bias, end: bias + 0x1000, path: "/usr/bin/shop".into() }],
            frames: [0x10, 0x20, 0x30].map(|at| HeapFrame::Return(bias + at)).to_vec(),
            nodes: vec![node(None, 0), node(Some(0), 1), node(Some(0), 2)],
            stacks: vec![HeapStack { node: 1, counts, sample: None }],
            gaps: HeapGaps::default(),
            peak_bytes: bytes.cast_signed(),
            sampled: None,
            is_detoured: false,
        }
    }

    #[test]
    fn the_same_stack_of_two_processes_is_one_and_the_peak_is_that_of_the_larger() {
        let stacks = Stacks::of(vec![heap(1, 0x4000, 100), heap(2, 0x9000, 300)]);
        assert_eq!(stacks.tree.nodes().len(), 2, "what allocated nothing is left out");
        assert_eq!(stacks.modules.len(), 1);
        let totals = stacks.totals();
        assert_eq!((totals.count, totals.bytes, totals.peak), (2, 400, 300));
        assert_eq!(stacks.processes[0].counts.bytes, 300);
    }

    #[test]
    fn an_address_is_that_of_the_file_and_one_outside_of_all_files_has_none() {
        let module = HeapModule { bias: 0x4000, start: 0x5000, end: 0x6000, path: "/a".into() };
        let place = |at| address(HeapFrame::Return(at), &[(&module, 7)]);
        assert_eq!(
            place(0x5010),
            CodeAddress::InModule { module: 7, address: 0x1010, lookup: Lookup::ReturnAddress }
        );
        assert_eq!(place(0x4fff), CodeAddress::Anonymous { address: 0x4fff });
        assert_eq!(address(HeapFrame::Cut, &[]), CodeAddress::Truncated);
    }
}
