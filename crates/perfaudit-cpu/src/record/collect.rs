//! From events to a recording: stacks are followed as they come, and counted.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use perfaudit_result::{NodeId, OffCpu, Sampler, StackStep};

use super::blocks::BlockCounter;
use super::options::StackBytes;
use super::proc;
use super::processes::Processes;
use super::scheduling::Scheduling;
use super::source::{Event, RawSample, Registers, Task};
use super::stack_steps::StackSteps;
use crate::call_tree::CallTree;
use crate::recording::{CodeAddress, Lookup, Recording, WaitStacks};
use crate::unwind::{Maps, StackEnd, Unwinder};

/// Follows the stacks of samples as they come and counts equal ones. Its memory depends on how many different stacks
/// there are, and not on how many samples.
pub struct Collector {
    unwinder: Unwinder,
    processes: Processes,
    stacks: CallTree<CodeAddress>,
    blocks: BlockCounter,
    /// The frames of the stack at hand, the innermost first.
    frames: Vec<CodeAddress>,
    /// Whether the source does not tell of all mappings, so that the system has to be asked.
    asks: bool,
    scheduling: Scheduling,
    /// The stacks in which threads gave up their CPU.
    wait_stacks: CallTree<CodeAddress>,
    stack_steps: StackSteps,
    /// The time of the last event.
    now_ns: u64,
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
            asks: false,
            scheduling: Scheduling::default(),
            wait_stacks: CallTree::default(),
            stack_steps: StackSteps::default(),
            now_ns: 0,
            samples: 0,
            truncated: 0,
            lost: 0,
            throttled: 0,
        }
    }

    /// A collector for a source that does not tell of everything that is mapped: the system is asked, while the process
    /// lives.
    #[must_use]
    pub fn that_asks() -> Self {
        Self { asks: true, ..Self::new() }
    }

    /// A collector for a recording that was made earlier: processes are not asked about, and a file that was mapped is the
    /// one of the path, if its build id is among `build_ids` or no other is known.
    #[must_use]
    pub(super) fn of_the_past(build_ids: &HashMap<&[u8], &[u8]>) -> Self {
        let build_ids =
            build_ids.iter().map(|(path, id)| (PathBuf::from(OsStr::from_bytes(path)), id.to_vec()));
        Self {
            unwinder: Unwinder::of_the_past(build_ids.collect()),
            processes: Processes::of_the_past(),
            ..Self::new()
        }
    }

    /// Takes what a process has mapped from a text such as that of `/proc/PID/maps`.
    pub fn map_listed(&mut self, process: u32, maps: &[u8]) {
        self.processes.map_all(process, proc::executable_of(maps), &mut self.unwinder);
    }

    /// Takes the mappings of a process that was there before the recording.
    pub fn look_up(&mut self, process: u32) {
        self.processes.look_up(process, &mut self.unwinder);
    }

    /// Takes the threads of a process that was there before the recording, and whether they are at work.
    pub(super) fn find_threads(&mut self, process: u32) {
        let now = proc::monotonic_ns();
        for thread in proc::threads(process) {
            let task = Task { process, thread };
            let name = proc::thread_name(task).unwrap_or_default();
            self.scheduling.found(task, &name, proc::is_running(task), now);
        }
    }

    /// How threads spent their time, if the source told of every switch but `lost` ones, and the stacks in which they
    /// waited, as far as the source took them.
    pub(super) fn take_off_cpu(&mut self, lost: u64) -> (OffCpu, WaitStacks) {
        let (off_cpu, (waits, unknown_ns)) = std::mem::take(&mut self.scheduling).finish(self.now_ns, lost);
        (off_cpu, WaitStacks { stacks: std::mem::take(&mut self.wait_stacks), waits, unknown_ns })
    }

    /// Takes an event. Events come in the order of time, which is in nanoseconds of any clock.
    pub fn apply(&mut self, time_ns: u64, event: &Event<'_>) {
        let block = self.blocks.reach(time_ns);
        self.now_ns = self.now_ns.max(time_ns);
        match *event {
            Event::Sample(ref sample) => self.sample(time_ns, sample, block),
            Event::Wait(ref sample) => self.wait(time_ns, sample),
            Event::Fork { child, parent } => {
                self.processes.fork(child, parent);
                self.scheduling.fork(child, parent, time_ns);
            }
            Event::Exec { task, name } => {
                self.processes.exec(task, name);
                self.scheduling.exec(task, name, time_ns);
            }
            Event::Name { task, name } => {
                self.processes.name(task, name);
                self.scheduling.name(task, name);
            }
            Event::Exit { task } => {
                self.processes.exit(task);
                self.scheduling.exit(task, time_ns);
            }
            Event::SwitchIn { task } => self.scheduling.switch_in(task, time_ns),
            Event::SwitchOut { task, preempted } => self.scheduling.switch_out(task, preempted, time_ns),
            Event::Map { process, ref mapping } => self.processes.map(process, mapping, &mut self.unwinder),
            Event::Lost(count) => self.lost += count,
            Event::Throttled => self.throttled += 1,
        }
    }

    fn wait(&mut self, time_ns: u64, sample: &RawSample<'_>) {
        let (_, maps) = self.processes.sampled(sample.task, &mut self.unwinder);
        if self.follow(sample, &maps) != StackEnd::Root || self.frames.is_empty() {
            self.frames.push(CodeAddress::Truncated);
        }
        let node = add_stack(&mut self.wait_stacks, &self.frames);
        self.scheduling.wait_in(sample.task, node, time_ns);
    }

    fn sample(&mut self, time_ns: u64, sample: &RawSample<'_>, block: u32) {
        let (thread, maps) = self.processes.sampled(sample.task, &mut self.unwinder);
        let process = sample.task.process;
        let mut end = self.follow(sample, &maps);
        if self.asks && end == StackEnd::Unmapped && self.processes.may_ask(process, time_ns) {
            self.look_up(process);
            let (_, maps) = self.processes.sampled(sample.task, &mut self.unwinder);
            end = self.follow(sample, &maps);
            self.processes.asked(process, time_ns, end != StackEnd::Unmapped);
        }
        self.samples += sample.weight;
        self.stack_steps.count(sample.stack_room, sample.weight, end == StackEnd::CutOff);
        if end != StackEnd::Root || self.frames.is_empty() {
            self.truncated += sample.weight;
            self.frames.push(CodeAddress::Truncated);
        }
        let node = add_stack(&mut self.stacks, &self.frames);
        self.blocks.count(node, thread, block, sample.weight);
    }

    /// Puts the frames of a stack together.
    fn follow(&mut self, sample: &RawSample<'_>, maps: &Maps) -> StackEnd {
        self.frames.clear();
        for (depth, &address) in sample.kernel.iter().enumerate() {
            let lookup = if depth == 0 { Lookup::Instruction } else { Lookup::ReturnAddress };
            self.frames.push(CodeAddress::Kernel { address, lookup });
        }
        let is_known = |registers: &Registers| maps.find(registers.instruction).is_some();
        let is_unmapped = sample.registers.is_some_and(|registers| !is_known(&registers));
        match self.unwinder.follow(sample, maps, &mut self.frames) {
            StackEnd::Truncated if is_unmapped => StackEnd::Unmapped,
            end => end,
        }
    }

    /// What came of samples with pieces of stack of this size, up to now.
    pub(super) fn stack_step(&self, stack: StackBytes) -> StackStep {
        self.stack_steps.of(stack.get())
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
            sampler: Sampler {
                samples: self.samples,
                truncated: self.truncated,
                lost,
                stack_steps: self.stack_steps.into_told(),
                ..sampler
            },
            modules: self.unwinder.into_modules(),
            threads: self.processes.into_recorded(),
            stacks: self.stacks,
            blocks,
            samples,
        }
    }
}

/// The node of a stack that has frames, the innermost first.
fn add_stack(tree: &mut CallTree<CodeAddress>, frames: &[CodeAddress]) -> NodeId {
    let mut callers = frames.iter().rev();
    let root = *callers.next().expect("a stack without frames got one");
    let root = tree.child(None, root);
    callers.fold(root, |caller, &frame| tree.child(Some(caller), frame))
}
