//! The file that the agent keeps a process's allocations in: a header, then tables of fixed places. It is sparse; only
//! what is used takes room. Everything is read and written by position.
//!
//! A node is a return address below another node: a stack. It takes one word, which holds the number of the address, where
//! it stands behind its caller, as all but the first of the nodes that a walk adds do; otherwise a second word before it
//! names the caller. A node's number is the place of its word.
//!
//! Most nodes never allocate themselves, and most of those that do allocate once or twice: such a block is a record of
//! its own. From then on the stack has an account. Each thread counts on its own, in chunks of statistics for
//! [`CHUNK_ACCOUNTS`] accounts each, which its directory names; what a thread counted stays in its place when it ends, and
//! the next thread goes on from there.

use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};

/// The first bytes of the file: a name and the version of this layout.
pub(crate) const HEAP_MAGIC: u64 = u64::from_le_bytes(*b"pfheap05");

/// The most words of all nodes of a process.
pub(crate) const MOST_WORDS: usize = 1 << 23;
/// The most different return addresses.
pub(crate) const MOST_ADDRESSES: usize = 1 << 21;
/// The most blocks with a record of their own.
pub(crate) const MOST_SINGLES: usize = 1 << 23;
/// The most accounts.
pub(crate) const MOST_ACCOUNTS: usize = 1 << 22;
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

/// The class of a size: 0 up to 16 bytes, 1 up to 64, and so on by powers of four.
#[inline]
pub(crate) const fn size_class(bytes: usize) -> usize {
    let bits = (usize::BITS - bytes.saturating_sub(1).leading_zeros()) as usize;
    let class = bits.saturating_sub(4).div_ceil(2);
    if class < SIZE_CLASSES { class } else { SIZE_CLASSES - 1 }
}

/// The node that stands at the root of stacks that cannot be followed to their end. 0 is no node.
pub(crate) const CUT: u32 = 1;
/// A node for allocations that were made while the thread was in this library already: in a signal handler.
pub(crate) const INTERRUPTED: u32 = 2;
/// A node for stacks that found no room.
pub(crate) const OVERFLOW: u32 = 3;
/// The first node that is a stack. The nodes before it have accounts of the same numbers.
pub(crate) const FIRST_NODE: u32 = 4;

/// The start of the file.
#[repr(C)]
pub(crate) struct HeapHeader {
    /// [`HEAP_MAGIC`], written last.
    pub(crate) magic: AtomicU64,
    /// The number of the process.
    pub(crate) process: AtomicU32,
    /// The next word of a node; also how many there are.
    pub(crate) words: AtomicU32,
    /// The next number of an address; also how many there are.
    pub(crate) addresses: AtomicU32,
    /// The next record of a single block; also how many there are.
    pub(crate) singles: AtomicU32,
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

/// A word that names the caller of the node in the next word, by its number in the other bits; 0 is none.
pub(crate) const CALLER: u32 = 1 << 31;
/// A word that is a node whose caller the word before names; its address has the number in the lower bits. Without either
/// bit the caller is the node in the word before. A word of 0 is not written yet.
pub(crate) const APART: u32 = 1 << 30;

/// A block that is counted alone.
#[repr(C)]
pub(crate) struct Single {
    /// The node of its stack, written last.
    pub(crate) node: AtomicU32,
    /// The bytes that were asked for.
    pub(crate) bytes: AtomicU32,
    /// What became of it, by the bits that follow; from [`SINGLE_EPOCH`] on the peak at its last change, as
    /// [`Statistics::epoch`].
    pub(crate) state: AtomicU64,
}

/// The block was freed.
pub(crate) const SINGLE_FREED: u64 = 1;
/// It was freed as the very next thing that the thread did with the heap.
pub(crate) const SINGLE_TEMPORARY: u64 = 2;
/// It was live at the peak that the state names.
pub(crate) const SINGLE_AT_PEAK: u64 = 4;
/// It was reallocated from a smaller one, whose size is the state of the next record, which has no node.
pub(crate) const SINGLE_GROWN: u64 = 8;
/// The first bit of the peak's number.
pub(crate) const SINGLE_EPOCH: u32 = 4;

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
/// Where the words of nodes begin.
pub(crate) const WORDS_AT: usize = MODULES_AT + MOST_MODULES * size_of::<MappedFile>();
/// Where addresses begin.
pub(crate) const ADDRESSES_AT: usize = WORDS_AT + MOST_WORDS * size_of::<u32>();
/// Where records of single blocks begin.
pub(crate) const SINGLES_AT: usize = ADDRESSES_AT + MOST_ADDRESSES * size_of::<u64>();
/// Where the nodes of accounts begin, 4 bytes each.
pub(crate) const OWNERS_AT: usize = SINGLES_AT + MOST_SINGLES * size_of::<Single>();
/// Where the directories of threads begin, of one kind after the other: numbers of chunks plus one, 0 for none.
const DIRECTORIES_AT: usize = OWNERS_AT + MOST_ACCOUNTS * size_of::<u32>();
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
