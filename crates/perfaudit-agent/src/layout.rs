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
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"pfaudit2");

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
    /// Processes whose functions could not be taken over.
    pub(crate) detours_refused: AtomicU64,
    /// How many of `detours` there are.
    pub(crate) detour_count: AtomicU64,
    /// The program that they are of, with a final zero: what `/proc/self/exe` refers to.
    pub(crate) program: [AtomicU8; PROGRAM_BYTES],
    /// Functions of that program to take over.
    pub(crate) detours: [Detour; MOST_DETOURS],
}

/// The most functions that are taken over.
pub(crate) const MOST_DETOURS: usize = 48;
/// The longest path of a program whose functions are taken over, with its final zero.
pub(crate) const PROGRAM_BYTES: usize = 1024;
/// The most bytes at the start of a function that are replaced: instructions of at most 15 bytes that begin in the first
/// [`JUMP_BYTES`].
pub(crate) const REPLACED_BYTES: usize = 20;
/// The most bytes that these take elsewhere, where short jumps become long ones.
pub(crate) const MOVED_BYTES: usize = 28;
/// What is written over the start of a function: a jump to an address relative to the next instruction.
pub(crate) const JUMP_BYTES: usize = 5;
/// The most numbers in moved instructions that are relative to the next instruction.
pub(crate) const MOST_RELATIVE: usize = 4;

/// A function of a program that hands out memory, and what is needed to be called in its place.
#[repr(C)]
pub(crate) struct Detour {
    /// Where it is, as the file says; the loader adds the same to all addresses.
    pub(crate) address: AtomicU64,
    /// What it does, in bytes: one of [`ALLOCATES`], [`REALLOCATES`], [`FREES`], [`ALLOCATES_TO`] and [`RESIZES`],
    /// then the arguments
    /// that tell: of the size, a second factor of it or [`NO_ARGUMENT`], of the block or where it is written to.
    pub(crate) shape: [AtomicU8; 4],
    /// How many bytes are replaced: whole instructions.
    pub(crate) replaced_bytes: AtomicU32,
    /// How many bytes these take elsewhere.
    pub(crate) moved_bytes: AtomicU32,
    /// Where in the moved instructions a number stands that is relative to the next one, 4 bytes long and right for
    /// instructions that begin where the function begins; plus one, 0 for none.
    pub(crate) relative: [AtomicU8; MOST_RELATIVE],
    /// The bytes at the start of the function.
    pub(crate) replaced: [AtomicU8; REPLACED_BYTES],
    /// The instructions that do the same elsewhere.
    pub(crate) moved: [AtomicU8; MOVED_BYTES],
}

/// Returns a new block.
pub(crate) const ALLOCATES: u8 = 1;
/// Returns a block in place of another.
pub(crate) const REALLOCATES: u8 = 2;
/// Takes a block back.
pub(crate) const FREES: u8 = 3;
/// Writes a new block to where an argument points, and returns 0.
pub(crate) const ALLOCATES_TO: u8 = 4;
/// Changes the size of a block where it is, and returns the size that it has then: less than asked for, if it could not.
pub(crate) const RESIZES: u8 = 5;
/// There is no such argument.
pub(crate) const NO_ARGUMENT: u8 = 0xff;

/// The longest path of a folder, with its final zero.
pub(crate) const FOLDER_BYTES: usize = 2048;

/// Where slots begin, in bytes from the start of the file.
pub(crate) const SLOTS_OFFSET: usize = 8192;

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

const _: () = assert!(size_of::<Header>() <= SLOTS_OFFSET);
