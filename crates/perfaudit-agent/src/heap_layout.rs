//! The file that the agent keeps a process's allocations in: a header, then tables of fixed places. It is sparse; only
//! what is used takes room. Everything is read and written by position.
//!
//! A node is a return address below another node: a stack. Each thread counts on its own, in chunks of statistics for
//! [`CHUNK_NODES`] nodes each, which its directory names; what a thread counted stays in its place when it ends, and the
//! next thread goes on from there.

use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};

/// The first bytes of the file: a name and the version of this layout.
pub(crate) const HEAP_MAGIC: u64 = u64::from_le_bytes(*b"pfheap02");

/// The most nodes of all stacks of a process.
pub(crate) const MOST_NODES: usize = 1 << 22;
/// The nodes of a chunk of statistics.
pub(crate) const CHUNK_NODES: usize = 1 << 10;
/// The chunks that a thread needs at most.
pub(crate) const DIRECTORY: usize = MOST_NODES / CHUNK_NODES;
/// The most threads at one time that count on their own, less one: the others share the first place.
pub(crate) const MOST_THREADS: usize = 512;
/// The most chunks of all threads.
pub(crate) const MOST_CHUNKS: usize = 1 << 16;
/// The most modules.
pub(crate) const MOST_MODULES: usize = 1024;
/// The longest path of a module, with its final zero.
pub(crate) const PATH_BYTES: usize = 488;
/// Classes of sizes: up to 16 bytes, and each then four times as much; the last has no end.
pub(crate) const SIZE_CLASSES: usize = 12;

/// A node for allocations that were made while the thread was in this library already: in a signal handler.
pub(crate) const INTERRUPTED: u32 = 2;
/// A node for stacks that found no room.
pub(crate) const OVERFLOW: u32 = 3;
/// The first node that is a stack. 0 is none, and 1 stands at the root of stacks that cannot be followed to their end.
pub(crate) const FIRST_NODE: u32 = 4;

/// The start of the file.
#[repr(C)]
pub(crate) struct HeapHeader {
    /// [`HEAP_MAGIC`], written last.
    pub(crate) magic: AtomicU64,
    /// The number of the process.
    pub(crate) process: AtomicU32,
    /// The next node; also how many there are.
    pub(crate) nodes: AtomicU32,
    /// The next chunk; also how many there are.
    pub(crate) chunks: AtomicU32,
    /// Places of threads that were ever used.
    pub(crate) threads: AtomicU32,
    /// Modules that are listed.
    pub(crate) modules: AtomicU32,
    /// Nothing.
    pub(crate) padding: AtomicU32,
    /// Bytes that are allocated now; of several threads as exact as 64 KiB for each.
    pub(crate) live_bytes: AtomicI64,
    /// The most that were allocated at a time.
    pub(crate) peak_bytes: AtomicI64,
    /// Grows with each new peak: see [`Statistics::epoch`].
    pub(crate) epoch: AtomicU64,
    /// Blocks that were freed and never seen allocated: from before the agent started, or inherited by a fork.
    pub(crate) foreign_frees: AtomicU64,
    /// Blocks whose address cannot be kept: not a multiple of 16, as other allocators give them.
    pub(crate) unaligned: AtomicU64,
    /// Stacks that found no room in the tables.
    pub(crate) overflown: AtomicU64,
    /// Threads that found no place of their own.
    pub(crate) shared_threads: AtomicU64,
    /// Allocated bytes between two that are sampled, on average; 0 where every allocation is counted.
    pub(crate) mean: AtomicU64,
}

/// What a thread allocated in all, where only a part is counted by stack. Each has a cache line of its own.
#[repr(C, align(64))]
pub(crate) struct ThreadTotals {
    /// Blocks, reallocations among them.
    pub(crate) count: AtomicU64,
    /// Bytes that were asked for.
    pub(crate) bytes: AtomicU64,
}

/// Estimated numbers of blocks are kept in parts of a block, so many to one.
pub(crate) const PARTS: u64 = 1 << 16;

/// A stack: the caller's node and the return address.
#[repr(C)]
pub(crate) struct Node {
    /// The address that is returned to.
    pub(crate) address: AtomicU64,
    /// The node of the caller; 0 for none.
    pub(crate) parent: AtomicU32,
    /// Nothing.
    pub(crate) padding: AtomicU32,
}

/// What a thread counted for one node. What most allocations touch lies in the first 64 bytes.
#[repr(C)]
pub(crate) struct Statistics {
    /// Blocks that were allocated, reallocations among them. Where a part is counted, this and all below but `sizes` are
    /// estimates of all, blocks in [`PARTS`].
    pub(crate) count: AtomicU64,
    /// Bytes that were asked for.
    pub(crate) bytes: AtomicU64,
    /// Blocks allocated here less those freed here; of one thread alone it may be negative.
    pub(crate) live_count: AtomicI64,
    /// The same in bytes.
    pub(crate) live_bytes: AtomicI64,
    /// The peak that `peak_count` and `peak_bytes` were noted at.
    pub(crate) epoch: AtomicU64,
    /// Blocks by size.
    pub(crate) sizes: [AtomicU32; SIZE_CLASSES],
    /// What was live at the peak, if `epoch` is the present one's; otherwise what is live now was live at the peak, too.
    pub(crate) peak_count: AtomicI64,
    /// The same in bytes.
    pub(crate) peak_bytes: AtomicI64,
    /// Blocks that were freed as the very next thing that the thread did with the heap.
    pub(crate) temporary: AtomicU64,
    /// Reallocations that moved or grew a block.
    pub(crate) grown_count: AtomicU64,
    /// Bytes that these may have copied: the size before.
    pub(crate) grown_bytes: AtomicU64,
    /// Where a part is counted: the estimated variance of the blocks, as the bits of a 64-bit float.
    pub(crate) count_variance: AtomicU64,
    /// The same of the bytes.
    pub(crate) bytes_variance: AtomicU64,
    /// The largest number of blocks that one sampled block stood for, in [`PARTS`].
    pub(crate) heaviest: AtomicU64,
}

/// A mapped file.
#[repr(C)]
pub(crate) struct MappedFile {
    /// What is added to addresses of the file.
    pub(crate) bias: AtomicU64,
    /// The first address of its segments.
    pub(crate) start: AtomicU64,
    /// The address behind its last segment.
    pub(crate) end: AtomicU64,
    /// Its path with a final zero; empty for the program itself.
    pub(crate) path: [core::sync::atomic::AtomicU8; PATH_BYTES],
}

/// Where the places of threads begin: a byte each tells whether it is taken.
pub(crate) const TAKEN_AT: usize = 4096;
/// Where the list of modules begins.
pub(crate) const MODULES_AT: usize = TAKEN_AT + 4096;
/// Where nodes begin.
pub(crate) const NODES_AT: usize = MODULES_AT + MOST_MODULES * size_of::<MappedFile>();
/// Where the directories of threads begin: numbers of chunks plus one, 0 for none.
pub(crate) const DIRECTORIES_AT: usize = NODES_AT + MOST_NODES * size_of::<Node>();
/// Where the totals of threads begin.
pub(crate) const TOTALS_AT: usize = DIRECTORIES_AT + MOST_THREADS * DIRECTORY * 4;
/// Where chunks begin.
pub(crate) const CHUNKS_AT: usize = TOTALS_AT + MOST_THREADS * size_of::<ThreadTotals>();
/// The size of a chunk.
pub(crate) const CHUNK_BYTES: usize = CHUNK_NODES * size_of::<Statistics>();
