//! The boundary between where samples come from and what becomes of them.
//!
//! A source (perf events, a preloaded timer, a stopped process, a file that another tool wrote) knows how to get
//! registers and the bytes of a stack, and when processes start, end and map files. It says so by [`Event`]s in the
//! order of time, to a [`Collector`](super::Collector), which knows nothing of the source: it follows the stacks
//! and counts.

use std::path::Path;

/// What a source tells.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A thread was found at work.
    Sample(RawSample<'a>),
    /// A thread was found giving up its CPU, by itself or not: [`Event::SwitchOut`] of the same moment tells.
    Wait(RawSample<'a>),
    /// A thread began. It is of the parent's process, or the first one of a process that begins with the parent's
    /// mappings.
    Fork {
        /// The new thread.
        child: Task,
        /// Who made it.
        parent: Task,
    },
    /// A process replaced its program: nothing is mapped any more.
    Exec {
        /// The thread that did it, which is the only one left.
        task: Task,
        /// Its name from now on.
        name: &'a str,
    },
    /// A thread got a name.
    Name {
        /// The thread.
        task: Task,
        /// Its name from now on.
        name: &'a str,
    },
    /// A thread ended.
    Exit {
        /// The thread.
        task: Task,
    },
    /// A thread got a CPU.
    SwitchIn {
        /// The thread.
        task: Task,
    },
    /// A thread is on no CPU any more.
    SwitchOut {
        /// The thread.
        task: Task,
        /// Whether it could have gone on.
        preempted: bool,
    },
    /// Code was mapped, over whatever was there.
    Map {
        /// The number of the process.
        process: u32,
        /// What was mapped.
        mapping: Mapping<'a>,
    },
    /// This many records could not be delivered.
    Lost(u64),
    /// The kernel took no samples for a while because they cost too much.
    Throttled,
}

/// A thread by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Task {
    /// The number of its process.
    pub process: u32,
    /// Its own number.
    pub thread: u32,
}

/// A thread at work, as it was found.
#[derive(Debug, Clone, Copy)]
pub struct RawSample<'a> {
    /// The thread.
    pub task: Task,
    /// How many periods of time it stands for; at least 1.
    pub weight: u64,
    /// Addresses in the kernel, the innermost first; empty if it was in user code, or if the source cannot see.
    pub kernel: &'a [u64],
    /// Addresses in user code, the innermost first, where whoever took the sample followed its stack; empty where that is
    /// left to the collector, by the registers.
    pub chain: &'a [u64],
    /// Where user code was, or where the kernel will return to; none if the thread has no user code any more, or its
    /// stack was followed already.
    pub registers: Option<Registers>,
    /// The bytes of the stack from the stack pointer upwards. What was not copied is not in it.
    pub stack: &'a [u8],
    /// How many bytes of it would have been copied if there were more; 0 if none were to be.
    pub stack_room: usize,
}

/// The registers that following a stack begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registers {
    /// The address of the instruction that runs next.
    pub instruction: u64,
    /// The stack pointer.
    pub stack: u64,
    /// The frame pointer, whatever the program keeps in it.
    pub frame: u64,
    /// The link register; 0 on processors that have none.
    pub link: u64,
}

/// Executable memory of a process.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    /// Its first address.
    pub start: u64,
    /// Its length in bytes.
    pub length: u64,
    /// What it holds.
    pub content: Content<'a>,
}

/// What executable memory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// A file from an offset on.
    File {
        /// Its path as the process saw it.
        path: &'a Path,
        /// The offset in bytes.
        offset: u64,
        /// The number of its inode, if it is known.
        inode: Option<u64>,
    },
    /// The page of code that the kernel gives to every process.
    Vdso,
    /// Code made at run time, or another that no file backs.
    Anonymous,
}

impl<'a> Content<'a> {
    /// What the kernel means by a name of a mapping (`/proc/PID/maps`, `PERF_RECORD_MMAP2`).
    #[must_use]
    pub fn of_name(name: &'a Path, offset: u64, inode: Option<u64>) -> Self {
        let text = name.as_os_str().as_encoded_bytes();
        if text == b"[vdso]" {
            Self::Vdso
        } else if text.starts_with(b"/") && !text.starts_with(b"//") && inode != Some(0) {
            Self::File { path: name, offset, inode }
        } else {
            Self::Anonymous
        }
    }
}
