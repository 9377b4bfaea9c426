//! What the agent wrote, as values.

/// What the agent tells of a process that it samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// A thread was found at work.
    Sample(StackSample<'a>),
    /// A program started. What it has mapped follows, as `/proc/PID/maps` tells it.
    Started {
        /// The number of the process.
        process: u32,
        /// Its name, filled up with zeros.
        name: [u8; 16],
        /// The monotonic clock, in nanoseconds.
        time_ns: u64,
        /// The beginning of the text, which may end within a line.
        maps: &'a [u8],
    },
    /// More of what a program had mapped when it started.
    Mapped {
        /// The number of the process.
        process: u32,
        /// The text goes on.
        maps: &'a [u8],
    },
    /// A process began as the copy of another one.
    Forked {
        /// The number of the new process.
        process: u32,
        /// The number of the process that forked.
        parent: u32,
        /// The monotonic clock, in nanoseconds.
        time_ns: u64,
    },
}

/// One sample: registers and a piece of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackSample<'a> {
    /// The number of the process.
    pub process: u32,
    /// The number of the thread.
    pub thread: u32,
    /// The name of the thread, filled up with zeros.
    pub name: [u8; 16],
    /// How many periods of CPU time it stands for; at least 1.
    pub weight: u64,
    /// The monotonic clock, in nanoseconds.
    pub time_ns: u64,
    /// The instruction that was about to run.
    pub instruction: u64,
    /// The stack pointer.
    pub stack_pointer: u64,
    /// The frame pointer.
    pub frame_pointer: u64,
    /// The link register, where the architecture has one.
    pub link: u64,
    /// The stack from the stack pointer upwards.
    pub stack: &'a [u8],
}

/// What the agent counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Samples that found no room.
    pub lost: u64,
    /// Threads that the system refused a timer.
    pub refused_threads: u64,
    /// Processes that could not get a file for their allocations.
    pub refused_heaps: u64,
    /// Processes whose functions could not be taken over.
    pub refused_detours: u64,
    /// Processes in which the agent started.
    pub processes: u64,
    /// Threads that were sampled.
    pub threads: u64,
}
