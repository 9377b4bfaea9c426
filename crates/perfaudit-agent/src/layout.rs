//! What the agent and its reader share: a file that both map. Everything in it is read and written by position, so
//! that both sides agree whatever compiler made them.
//!
//! The file is a header, then slots of equal size. A writer takes the slot `head % slots` by advancing `head`, fills it
//! and marks it ready; the reader takes slots in order, marks them free and advances `tail`. A writer that finds no
//! free slot counts a loss.

use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

/// Names the shared file to the agent.
pub(crate) const FILE_VARIABLE: &str = "PERFAUDIT_AGENT_FILE";
/// The first bytes of the file: a name and the version of this layout.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"pfaudit1");

/// The start of the file.
#[repr(C)]
pub(crate) struct Header {
    /// [`MAGIC`].
    pub(crate) magic: AtomicU64,
    /// The size of the whole file in bytes.
    pub(crate) file_bytes: AtomicU64,
    /// The number of slots.
    pub(crate) slots: AtomicU64,
    /// The size of a slot in bytes, its head included; a multiple of 8.
    pub(crate) slot_bytes: AtomicU64,
    /// CPU time between two samples of a thread, in nanoseconds; 0 for no sampling.
    pub(crate) period_ns: AtomicU64,
    /// Slots taken by writers so far.
    pub(crate) head: AtomicU64,
    /// Slots given back by the reader so far.
    pub(crate) tail: AtomicU64,
    /// Samples that found no free slot, or were cut off by the signal being late: see [`Slot::overrun`].
    pub(crate) lost: AtomicU64,
    /// Threads that could not be sampled because the system refused a timer.
    pub(crate) refused: AtomicU64,
    /// Processes in which the agent started.
    pub(crate) processes: AtomicU64,
    /// Threads that were sampled.
    pub(crate) threads: AtomicU64,
    /// 1 when allocations are to be counted.
    pub(crate) heap: AtomicU64,
    /// Processes that could not get a file for their allocations.
    pub(crate) heap_refused: AtomicU64,
    /// Allocated bytes between two that are sampled, on average; 0 where every allocation is counted.
    pub(crate) heap_mean: AtomicU64,
    /// What random numbers start from.
    pub(crate) heap_seed: AtomicU64,
    /// The folder for these files, with a final zero.
    pub(crate) folder: [AtomicU8; FOLDER_BYTES],
}

/// The longest path of a folder, with its final zero.
pub(crate) const FOLDER_BYTES: usize = 2048;

/// Where slots begin, in bytes from the start of the file.
pub(crate) const SLOTS_OFFSET: usize = 4096;

/// A slot that no writer holds. One that a writer fills is neither free nor ready.
pub(crate) const FREE: u32 = 0;
/// A slot that the reader may read.
pub(crate) const READY: u32 = 2;

/// A slot that holds a sample: its bytes are the stack.
pub(crate) const SAMPLE: u32 = 0;
/// A slot that holds the beginning of what a program has mapped when it starts, as `/proc/PID/maps` tells it.
pub(crate) const STARTED: u32 = 1;
/// A slot that goes on with that.
pub(crate) const MAPPED: u32 = 2;
/// A slot that says whose child a process is by `fork`; it has no bytes.
pub(crate) const FORKED: u32 = 3;

/// The head of a slot; its bytes follow it.
#[repr(C)]
pub(crate) struct Slot {
    /// [`FREE`], taken or [`READY`].
    pub(crate) state: AtomicU32,
    /// The number of the process.
    pub(crate) process: AtomicU32,
    /// The number of the thread.
    pub(crate) thread: AtomicU32,
    /// Timer periods that passed without a signal of their own, because the last one was still under way.
    pub(crate) overrun: AtomicU32,
    /// [`SAMPLE`], [`STARTED`], [`MAPPED`] or [`FORKED`].
    pub(crate) kind: AtomicU32,
    /// The number of the process that forked.
    pub(crate) parent: AtomicU32,
    /// The name of the thread, filled up with zeros.
    pub(crate) name: [AtomicU64; 2],
    /// The monotonic clock, in nanoseconds.
    pub(crate) time_ns: AtomicU64,
    /// The instruction that was about to run.
    pub(crate) instruction: AtomicU64,
    /// The stack pointer.
    pub(crate) stack_pointer: AtomicU64,
    /// The frame pointer.
    pub(crate) frame_pointer: AtomicU64,
    /// The link register, where the architecture has one; otherwise 0.
    pub(crate) link: AtomicU64,
    /// How many bytes follow; of a stack they are those from the stack pointer upwards.
    pub(crate) bytes: AtomicU64,
}

/// The size of the head of a slot.
pub(crate) const SLOT_HEAD: usize = size_of::<Slot>();
