//! The file that the agent keeps a process's allocations in: a header, then tables of fixed places. It is sparse; only
//! what is used takes room. Everything is read and written by position.
//!
//! A node is a return address below another node: a stack. Most of them never allocate themselves; one that does gets an
//! account, numbered in the order of first allocations. Each thread counts on its own, in chunks of statistics for
//! [`CHUNK_ACCOUNTS`] accounts each, which its directory names; what a thread counted stays in its place when it ends, and
//! the next thread goes on from there.

use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};

/// The first bytes of the file: a name and the version of this layout.
pub(crate) const HEAP_MAGIC: u64 = u64::from_le_bytes(*b"pfheap04");

/// The most nodes of all stacks of a process.
pub(crate) const MOST_NODES: usize = 1 << 22;
/// The most accounts.
pub(crate) const MOST_ACCOUNTS: usize = MOST_NODES;
/// The accounts of a chunk.
pub(crate) const CHUNK_ACCOUNTS: usize = 1 << 6;
/// The chunks of a kind that a thread needs at most.
pub(crate) const DIRECTORY: usize = MOST_ACCOUNTS / CHUNK_ACCOUNTS;
/// The most threads at one time that count on their own, less one: the others share the first place.
pub(crate) const MOST_THREADS: usize = 512;
/// The most chunks of each kind of all threads.
pub(crate) const MOST_CHUNKS: usize = 1 << 20;
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
/// The first node that is a stack. 0 is none, and 1 stands at the root of stacks that cannot be followed to their end. The
/// nodes before it have accounts of the same numbers.
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
    /// The next account; also how many there are.
    pub(crate) accounts: AtomicU32,
    /// The next chunk of each kind; also how many there are.
    pub(crate) chunks: [AtomicU32; KINDS],
    /// Places of threads that were ever used.
    pub(crate) threads: AtomicU32,
    /// Modules that are listed.
    pub(crate) modules: AtomicU32,
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
    /// 1 where functions of the program itself were taken over.
    pub(crate) is_detoured: AtomicU32,
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
    /// The account of what was allocated by exactly this stack; 0 before it allocated.
    pub(crate) account: AtomicU32,
}

/// What a thread counted for one account.
#[repr(C)]
pub(crate) struct Statistics {
    /// Blocks that were allocated, reallocations among them. Where a part is counted, this and all but
    /// `sizes` are estimates of all, blocks in [`PARTS`].
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
}

/// What a thread counted for one account of reallocations, which few stacks make.
#[repr(C)]
pub(crate) struct Growth {
    /// Reallocations that moved or grew a block.
    pub(crate) grown_count: AtomicU64,
    /// Bytes that these may have copied: the size before.
    pub(crate) grown_bytes: AtomicU64,
}

/// What a thread's estimates for one account rest on, where a part is counted.
#[repr(C)]
pub(crate) struct Sampled {
    /// The estimated variance of the blocks, as the bits of a 64-bit float.
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
/// Where the directories of threads begin, of one kind after the other: numbers of chunks plus one, 0 for none.
const DIRECTORIES_AT: usize = NODES_AT + MOST_NODES * size_of::<Node>();
const DIRECTORIES_BYTES: usize = MOST_THREADS * DIRECTORY * 4;
/// Where the totals of threads begin.
pub(crate) const TOTALS_AT: usize = DIRECTORIES_AT + KINDS * DIRECTORIES_BYTES;
/// Where chunks begin, of one kind after the other: at the start of a page.
const CHUNKS_AT: usize = (TOTALS_AT + MOST_THREADS * size_of::<ThreadTotals>()).next_multiple_of(4096);

/// How many kinds of counts there are.
pub(crate) const KINDS: usize = 3;

/// A kind of counts that threads keep for accounts, in chunks of [`CHUNK_ACCOUNTS`]; those that few accounts have take no
/// room in the others.
pub(crate) trait Kind: Sized {
    /// Its number.
    const NUMBER: usize;
    /// Where its chunks begin.
    const CHUNKS_AT: usize;
    /// The size of its chunks.
    const CHUNK_BYTES: usize = CHUNK_ACCOUNTS * size_of::<Self>();
    /// Where the directories of its chunks begin.
    const DIRECTORIES_AT: usize = DIRECTORIES_AT + Self::NUMBER * DIRECTORIES_BYTES;
    /// Where its chunks end.
    const CHUNKS_END: usize = Self::CHUNKS_AT + MOST_CHUNKS * Self::CHUNK_BYTES;
}

impl Kind for Statistics {
    const NUMBER: usize = 0;
    const CHUNKS_AT: usize = CHUNKS_AT;
}

impl Kind for Growth {
    const NUMBER: usize = 1;
    const CHUNKS_AT: usize = Statistics::CHUNKS_END;
}

impl Kind for Sampled {
    const NUMBER: usize = 2;
    const CHUNKS_AT: usize = Growth::CHUNKS_END;
}
