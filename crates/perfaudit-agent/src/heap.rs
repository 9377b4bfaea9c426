//! What the agent counted of a process's allocations.

use std::path::{Path, PathBuf};

use crate::AgentError;
use crate::heap_file;
use crate::heap_layout::{PARTS, SIZE_CLASSES};

/// Where a stack of allocations begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeapFrame {
    /// A return address.
    Return(u64),
    /// Stands at the root of stacks that could not be followed to their end.
    Cut,
    /// Allocations while the thread was in the agent already: in a signal handler.
    Interrupted,
    /// Stacks that found no room in the agent's tables.
    Overflow,
}

/// What the estimates of a stack rest on, where only a part is counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HeapSample {
    /// Blocks that were sampled.
    pub blocks: u64,
    /// The estimated variance of the estimated number of blocks.
    pub count_variance: f64,
    /// The same of the bytes.
    pub bytes_variance: f64,
    /// The most blocks that one sampled block stands for.
    pub heaviest: f64,
}

impl HeapSample {
    /// Adds what was sampled independently of this.
    pub fn add(&mut self, other: &Self) {
        self.blocks += other.blocks;
        self.count_variance += other.count_variance;
        self.bytes_variance += other.bytes_variance;
        self.heaviest = self.heaviest.max(other.heaviest);
    }
}

/// What a process allocated in all, counted exactly, where stacks are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SampledTotals {
    /// Bytes between two that were struck, on average.
    pub mean_bytes: u64,
    /// Blocks, reallocations among them.
    pub count: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
}

/// A node of the tree of stacks. Most of them only lead to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapNode {
    /// The caller; always before this node.
    pub parent: Option<u32>,
    /// Its place in [`ProcessHeap::frames`].
    pub frame: u32,
}

/// A stack that allocated. There may be a million of them.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapStack {
    /// Its node.
    pub node: u32,
    /// What was allocated by exactly this stack; estimates where stacks are sampled, then without what grew.
    pub counts: HeapCounts,
    /// What these estimates rest on; none where every allocation is counted.
    pub sample: Option<Box<HeapSample>>,
}

/// What was allocated by a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeapCounts {
    /// Blocks, reallocations among them.
    pub count: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
    /// Blocks that are still allocated.
    pub live_count: i64,
    /// The same in bytes.
    pub live_bytes: i64,
    /// Blocks that were allocated at the peak of the process.
    pub peak_count: i64,
    /// The same in bytes.
    pub peak_bytes: i64,
    /// Blocks that were freed before the thread allocated or freed anything else.
    pub temporary: u64,
    /// Reallocations to a larger size.
    pub grown_count: u64,
    /// What these had before: the bytes that they may have copied.
    pub grown_bytes: u64,
    /// Blocks by size: up to 16 bytes, up to 64, and so on by powers of four; the last has no end.
    pub sizes: [u64; SIZE_CLASSES],
}

impl HeapCounts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.bytes += other.bytes;
        self.live_count += other.live_count;
        self.live_bytes += other.live_bytes;
        self.peak_count += other.peak_count;
        self.peak_bytes += other.peak_bytes;
        self.temporary += other.temporary;
        self.grown_count += other.grown_count;
        self.grown_bytes += other.grown_bytes;
        for (size, others) in self.sizes.iter_mut().zip(other.sizes) {
            *size += others;
        }
    }

    /// From parts of blocks to blocks.
    pub(crate) fn settle_parts(&mut self) {
        let whole = |parts: u64| (parts + PARTS / 2) / PARTS;
        let signed = |parts: i64| parts.signum() * whole(parts.unsigned_abs()).cast_signed();
        (self.count, self.temporary) = (whole(self.count), whole(self.temporary));
        (self.live_count, self.peak_count) = (signed(self.live_count), signed(self.peak_count));
    }
}

/// A file that was mapped into the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeapModule {
    /// What is added to addresses of the file.
    pub bias: u64,
    /// The first address of its segments.
    pub start: u64,
    /// The address behind its last segment.
    pub end: u64,
    /// Its path.
    pub path: PathBuf,
}

/// What one process allocated, up to when it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessHeap {
    /// The number of the process.
    pub process: u32,
    /// The files that its code lies in.
    pub modules: Vec<HeapModule>,
    /// What stacks are made of, each once.
    pub frames: Vec<HeapFrame>,
    /// The tree of stacks, callers before callees, each once.
    pub nodes: Vec<HeapNode>,
    /// The stacks that allocated, by their nodes.
    pub stacks: Vec<HeapStack>,
    /// What stands in the way of calling the counts exact.
    pub gaps: HeapGaps,
    /// The most bytes that were allocated at a time.
    pub peak_bytes: i64,
    /// Where stacks are sampled, what was allocated in all.
    pub sampled: Option<SampledTotals>,
    /// Whether functions of the program's own allocator were taken over.
    pub is_detoured: bool,
}

/// What the agent could not count, or not assign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeapGaps {
    /// Blocks that were freed and never seen allocated: from before the agent started, or inherited by a fork.
    pub foreign_frees: u64,
    /// Blocks whose address another allocator did not align to 16 bytes: their end was not followed.
    pub unaligned: u64,
    /// Stacks that found no room.
    pub overflown: u64,
    /// Threads beyond those that have a place of their own.
    pub shared_threads: u64,
}

impl ProcessHeap {
    /// The sum of all stacks.
    #[must_use]
    pub fn total(&self) -> HeapCounts {
        let mut total = HeapCounts::default();
        self.stacks.iter().for_each(|stack| total.add(&stack.counts));
        total
    }

    /// Reads the file that the agent keeps for a process; while the process runs, what it has counted so far.
    ///
    /// # Errors
    /// When the file cannot be read, or does not hold what the agent writes; [`AgentError::Unfinished`] when nothing was
    /// counted yet.
    pub fn read(path: &Path) -> Result<Self, AgentError> {
        heap_file::read(path)
    }
}
