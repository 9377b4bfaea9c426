//! From events to a recording: stacks are followed as they come, and counted.

use perfaudit_result::Sampler;

use super::blocks::BlockCounter;
use super::processes::Processes;
use super::source::{Event, RawSample};
use crate::call_tree::CallTree;
use crate::recording::{CodeAddress, Lookup, Recording};
use crate::unwind::{StackEnd, Unwinder};

/// Follows the stacks of samples as they come and counts equal ones. Its memory depends on how many different stacks
/// there are, and not on how many samples.
pub struct Collector {
    unwinder: Unwinder,
    processes: Processes,
    stacks: CallTree<CodeAddress>,
    blocks: BlockCounter,
    /// The frames of the stack at hand, the innermost first.
    frames: Vec<CodeAddress>,
    samples: u64,
    truncated: u64,
    lost: u64,
    throttled: u64,
}

impl Default for Collector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector {
    /// A collector that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            unwinder: Unwinder::new(),
            processes: Processes::default(),
            stacks: CallTree::default(),
            blocks: BlockCounter::new(),
            frames: Vec::new(),
            samples: 0,
            truncated: 0,
            lost: 0,
            throttled: 0,
        }
    }

    /// Takes the mappings of a process that was there before the recording.
    pub fn look_up(&mut self, process: u32) {
        self.processes.look_up(process, &mut self.unwinder);
    }

    /// Takes an event. Events come in the order of time, which is in nanoseconds of any clock.
    pub fn apply(&mut self, time_ns: u64, event: &Event<'_>) {
        let block = self.blocks.reach(time_ns);
        match *event {
            Event::Sample(ref sample) => self.sample(sample, block),
            Event::Fork { child, parent } => self.processes.fork(child, parent),
            Event::Exec { task, name } => self.processes.exec(task, name),
            Event::Name { task, name } => self.processes.name(task, name),
            Event::Exit { task } => self.processes.exit(task),
            Event::Map { process, ref mapping } => self.processes.map(process, mapping, &mut self.unwinder),
            Event::Lost(count) => self.lost += count,
            Event::Throttled => self.throttled += 1,
        }
    }

    fn sample(&mut self, sample: &RawSample<'_>, block: u32) {
        let (thread, maps) = self.processes.sampled(sample.task, &mut self.unwinder);
        self.frames.clear();
        for (depth, &address) in sample.kernel.iter().enumerate() {
            let lookup = if depth == 0 { Lookup::Instruction } else { Lookup::ReturnAddress };
            self.frames.push(CodeAddress::Kernel { address, lookup });
        }
        let end = self.unwinder.follow(sample, &maps, &mut self.frames);
        self.samples += 1;
        if end == StackEnd::Truncated || self.frames.is_empty() {
            self.truncated += 1;
            self.frames.push(CodeAddress::Truncated);
        }
        let mut callers = self.frames.iter().rev();
        let root = *callers.next().expect("a stack without frames got one");
        let root = self.stacks.child(None, root);
        let node = callers.fold(root, |caller, &frame| self.stacks.child(Some(caller), frame));
        self.blocks.count(node, thread, block);
    }

    /// Samples up to now.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// How often the kernel took no samples for a while because they cost too much.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.throttled
    }

    /// The recording. Of `sampler`, the numbers of samples, truncated and lost ones are set here; more lost ones than
    /// events told of stay.
    #[must_use]
    pub fn finish(self, sampler: Sampler) -> Recording {
        let (blocks, samples) = self.blocks.finish();
        let lost = sampler.lost.max(self.lost);
        Recording {
            sampler: Sampler { samples: self.samples, truncated: self.truncated, lost, ..sampler },
            modules: self.unwinder.into_modules(),
            threads: self.processes.into_recorded(),
            stacks: self.stacks,
            blocks,
            samples,
        }
    }
}
