//! What the agent counted of a process's allocations.

use std::fs::File;
use std::io;
use std::mem::offset_of;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::AgentError;
use crate::heap_layout::{
    CHUNK_ACCOUNTS, DIRECTORY, FIRST_NODE, Growth, HEAP_MAGIC, HeapHeader, KINDS, Kind, MODULES_AT,
    MOST_ACCOUNTS, MOST_CHUNKS, MOST_MODULES, MOST_NODES, MOST_THREADS, MappedFile, NODES_AT, Node, PARTS,
    PATH_BYTES, SIZE_CLASSES, Sampled, Statistics, TOTALS_AT, ThreadTotals,
};

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeapNode {
    /// The caller; always before this node.
    pub parent: Option<u32>,
    /// The frame.
    pub frame: HeapFrame,
}

/// A stack that allocated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeapStack {
    /// Its node.
    pub node: u32,
    /// What was allocated by exactly this stack; estimates where stacks are sampled, then without what grew.
    pub counts: HeapCounts,
    /// What these estimates rest on; all zero where every allocation is counted.
    pub sample: HeapSample,
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
    fn add(&mut self, other: &Self) {
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
    fn settle_parts(&mut self) {
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
    /// The tree of stacks, callers before callees.
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
        let bytes = Bytes { file: File::open(path), path };
        let file = bytes.file.as_ref().map_err(|error| bytes.failed(io::Error::from(error.kind())))?;
        let damaged = |what: &str| bytes.failed(io::Error::new(io::ErrorKind::InvalidData, what.to_owned()));
        let read = |at: usize, length: usize| bytes.read(file, at, length);
        let header = read(0, size_of::<HeapHeader>())?;
        match u64_at(&header, offset_of!(HeapHeader, magic)) {
            HEAP_MAGIC => {}
            0 => return Err(AgentError::Unfinished { path: path.to_owned() }),
            _ => return Err(damaged("another version of perfaudit wrote it")),
        }
        let count = |offset| usize::try_from(u32_at(&header, offset)).unwrap_or(usize::MAX);
        let nodes = count(offset_of!(HeapHeader, nodes)).min(MOST_NODES);
        let accounts = count(offset_of!(HeapHeader, accounts)).min(MOST_ACCOUNTS);
        let threads = count(offset_of!(HeapHeader, threads)).min(MOST_THREADS);
        let modules = count(offset_of!(HeapHeader, modules)).min(MOST_MODULES);
        let epoch = u64_at(&header, offset_of!(HeapHeader, epoch));
        let raw = read(NODES_AT, nodes * size_of::<Node>())?;
        let mut tree = Vec::with_capacity(nodes);
        let mut stacks = Vec::with_capacity(accounts);
        for (id, node) in (0..).zip(raw.chunks_exact(size_of::<Node>())) {
            tree.push(node_of(id, node).ok_or_else(|| damaged("a caller stands behind its callee"))?);
            let account = u32_at(node, offset_of!(Node, account)) as usize;
            // Of a process that runs, an account may be younger than the header that was read.
            if (1..accounts).contains(&account) {
                stacks.push((account, id));
            }
        }
        let mut counted = vec![Counted::default(); accounts];
        let kinds: [Chunks; KINDS] = [
            Chunks::of::<Statistics>(add_statistics),
            Chunks::of::<Growth>(add_growth),
            Chunks::of::<Sampled>(add_sampled),
        ];
        for thread in 0..threads {
            for kind in &kinds {
                let at = kind.directories + thread * DIRECTORY * 4;
                let directory = read(at, accounts.div_ceil(CHUNK_ACCOUNTS) * 4)?;
                for (entry, counted) in directory.chunks_exact(4).zip(counted.chunks_mut(CHUNK_ACCOUNTS)) {
                    let Some(chunk) = (u32_at(entry, 0) as usize).checked_sub(1) else { continue };
                    if chunk >= MOST_CHUNKS {
                        return Err(damaged("a thread refers to a part that does not exist"));
                    }
                    let raw = read(kind.at + chunk * kind.bytes, kind.bytes)?;
                    let each = raw.chunks_exact(kind.bytes / CHUNK_ACCOUNTS);
                    counted.iter_mut().zip(each).for_each(|(counted, raw)| (kind.add)(counted, raw, epoch));
                }
            }
        }
        let mean_bytes = u64_at(&header, offset_of!(HeapHeader, mean));
        if mean_bytes != 0 {
            counted.iter_mut().for_each(|(counts, _)| counts.settle_parts());
        } else {
            counted.iter_mut().for_each(|(_, sample)| *sample = HeapSample::default());
        }
        let stacks = stacks.into_iter().map(|(account, node)| {
            let (counts, sample) = counted[account];
            HeapStack { node, counts, sample }
        });
        let stacks = stacks.filter(|stack| stack.counts != HeapCounts::default()).collect();
        let raw = read(TOTALS_AT, threads * size_of::<ThreadTotals>())?;
        let of_threads =
            |offset| raw.chunks_exact(size_of::<ThreadTotals>()).map(move |one| u64_at(one, offset));
        let sampled = (mean_bytes != 0).then(|| SampledTotals {
            mean_bytes,
            count: of_threads(offset_of!(ThreadTotals, count)).sum(),
            bytes: of_threads(offset_of!(ThreadTotals, bytes)).sum(),
        });
        let raw = read(MODULES_AT, modules * size_of::<MappedFile>())?;
        let counter = |offset| u64_at(&header, offset);
        Ok(Self {
            process: u32_at(&header, offset_of!(HeapHeader, process)),
            modules: raw.chunks_exact(size_of::<MappedFile>()).map(module_of).collect(),
            nodes: tree,
            stacks,
            gaps: HeapGaps {
                foreign_frees: counter(offset_of!(HeapHeader, foreign_frees)),
                unaligned: counter(offset_of!(HeapHeader, unaligned)),
                overflown: counter(offset_of!(HeapHeader, overflown)),
                shared_threads: counter(offset_of!(HeapHeader, shared_threads)),
            },
            peak_bytes: counter(offset_of!(HeapHeader, peak_bytes)).cast_signed(),
            sampled,
            is_detoured: u32_at(&header, offset_of!(HeapHeader, is_detoured)) != 0,
        })
    }
}

/// The bytes that are allocated in a process now, by the file that the agent keeps for it; none when it cannot be read.
#[must_use]
pub fn live_bytes(path: &Path) -> Option<i64> {
    let mut bytes = [0; 8];
    let file = File::open(path).ok()?;
    file.read_exact_at(&mut bytes, offset_of!(HeapHeader, live_bytes) as u64).ok()?;
    Some(i64::from_le_bytes(bytes))
}

struct Bytes<'a> {
    file: io::Result<File>,
    path: &'a Path,
}

impl Bytes<'_> {
    fn failed(&self, source: io::Error) -> AgentError {
        AgentError::Read { path: self.path.to_owned(), source }
    }

    fn read(&self, file: &File, at: usize, length: usize) -> Result<Vec<u8>, AgentError> {
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, at as u64).map_err(|source| self.failed(source))?;
        Ok(bytes)
    }
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("the slice has 8 bytes"))
}

fn i64_at(bytes: &[u8], offset: usize) -> i64 {
    u64_at(bytes, offset).cast_signed()
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("the slice has 4 bytes"))
}

/// A kind of counts: where they lie, and how one is added to others.
struct Chunks {
    directories: usize,
    at: usize,
    bytes: usize,
    add: fn(&mut Counted, &[u8], u64),
}

impl Chunks {
    fn of<K: Kind>(add: fn(&mut Counted, &[u8], u64)) -> Self {
        Self { directories: K::DIRECTORIES_AT, at: K::CHUNKS_AT, bytes: K::CHUNK_BYTES, add }
    }
}

/// What is counted of an account.
type Counted = (HeapCounts, HeapSample);

/// The node with this number; none when it would stand before its caller.
fn node_of(id: u32, raw: &[u8]) -> Option<HeapNode> {
    let parent = u32_at(raw, offset_of!(Node, parent));
    let frame = match id {
        crate::heap_layout::INTERRUPTED => HeapFrame::Interrupted,
        crate::heap_layout::OVERFLOW => HeapFrame::Overflow,
        special if special < FIRST_NODE => HeapFrame::Cut,
        _ => HeapFrame::Return(u64_at(raw, offset_of!(Node, address))),
    };
    let parent = (parent != 0).then_some(parent);
    parent.is_none_or(|parent| parent < id).then_some(HeapNode { parent, frame })
}

fn add_statistics((counts, sample): &mut Counted, raw: &[u8], epoch: u64) {
    let (live_count, live_bytes) =
        (i64_at(raw, offset_of!(Statistics, live_count)), i64_at(raw, offset_of!(Statistics, live_bytes)));
    // Untouched since the peak: what is live now was live then.
    let (peak_count, peak_bytes) = if u64_at(raw, offset_of!(Statistics, epoch)) == epoch {
        (i64_at(raw, offset_of!(Statistics, peak_count)), i64_at(raw, offset_of!(Statistics, peak_bytes)))
    } else {
        (live_count, live_bytes)
    };
    let sizes =
        std::array::from_fn(|class| u64::from(u32_at(raw, offset_of!(Statistics, sizes) + 4 * class)));
    counts.add(&HeapCounts {
        count: u64_at(raw, offset_of!(Statistics, count)),
        bytes: u64_at(raw, offset_of!(Statistics, bytes)),
        live_count,
        live_bytes,
        peak_count,
        peak_bytes,
        temporary: u64_at(raw, offset_of!(Statistics, temporary)),
        grown_count: 0,
        grown_bytes: 0,
        sizes,
    });
    sample.blocks += sizes.iter().sum::<u64>();
}

fn add_growth((counts, _): &mut Counted, raw: &[u8], _: u64) {
    counts.grown_count += u64_at(raw, offset_of!(Growth, grown_count));
    counts.grown_bytes += u64_at(raw, offset_of!(Growth, grown_bytes));
}

#[expect(clippy::cast_precision_loss, reason = "a weight has fewer than 2^53 parts")]
fn add_sampled((_, sample): &mut Counted, raw: &[u8], _: u64) {
    let float = |offset| f64::from_bits(u64_at(raw, offset));
    sample.add(&HeapSample {
        blocks: 0,
        count_variance: float(offset_of!(Sampled, count_variance)),
        bytes_variance: float(offset_of!(Sampled, bytes_variance)),
        heaviest: u64_at(raw, offset_of!(Sampled, heaviest)) as f64 / PARTS as f64,
    });
}

fn module_of(raw: &[u8]) -> HeapModule {
    use std::os::unix::ffi::OsStrExt;
    let path = &raw[offset_of!(MappedFile, path)..][..PATH_BYTES];
    let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
    HeapModule {
        bias: u64_at(raw, offset_of!(MappedFile, bias)),
        start: u64_at(raw, offset_of!(MappedFile, start)),
        end: u64_at(raw, offset_of!(MappedFile, end)),
        path: PathBuf::from(std::ffi::OsStr::from_bytes(path)),
    }
}
