//! Samples from a library that is preloaded into the target: a timer on the CPU time of each thread, for where the
//! kernel's own events are refused.

use std::collections::{HashMap, HashSet};
use std::os::fd::BorrowedFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::time::{ClockId, clock_getres};
use perfaudit_agent::{Agent, AgentError, Preloadable, Record, Sampling, StackSample};
use perfaudit_exec::Command;
use perfaudit_result::Rung;
use tempfile::TempDir;

use super::collect::Collector;
use super::proc;
use super::source::{Event, RawSample, Registers, Task};
use super::worker::{Source, Totals};
use super::{RecordOptions, Refusal, StackBytes};

/// Nobody wakes us, so that we look this often.
const ROUND: Duration = Duration::from_millis(20);
/// The file holds the samples of this much time: on a busy machine we may have to wait for our turn.
const HELD: Duration = Duration::from_secs(1);
/// What a program has mapped takes room, too.
const LEAST_WAITING: u64 = 64;
/// The file is not larger, unless it would hold too little.
const MOST_BYTES: u64 = 64 << 20;

/// A library that is preloaded into a target, and what it wrote.
pub(super) struct AgentSource {
    agent: Agent,
    file_bytes: usize,
    /// The beginning of a line of what a process has mapped, until the rest comes.
    unfinished: HashMap<u32, Vec<u8>>,
    /// Processes whose mappings were told or asked for.
    known: HashSet<u32>,
    names: HashMap<Task, [u8; 16]>,
    stack: StackBytes,
    /// Gone with the source.
    _folder: TempDir,
}

/// Gets the library ready for a command; answers the command that loads it.
///
/// # Errors
/// With the reason when it cannot be loaded.
pub(super) fn prepare(command: &Command, options: &RecordOptions) -> Result<(Command, AgentSource), Refusal> {
    let refuse = |reason: String| Refusal { rung: Rung::Agent, reason };
    if !Agent::is_supported() {
        return Err(refuse(AgentError::Unsupported.to_string()));
    }
    // A program that is not there is told of by whoever starts it.
    if let Some(program) = command.program_file() {
        Preloadable::of(&program).map_err(|error| refuse(error.to_string()))?;
    }
    let folder = tempfile::Builder::new().prefix("perfaudit-").tempdir();
    let folder = folder.map_err(|error| refuse(format!("there is no room for its files: {error}")))?;
    let period = Duration::from_secs(1) / options.rate.get();
    // A thread's CPU time is looked at with each tick: a shorter period only makes periods without a sample.
    let period = period.max(tick().unwrap_or(period));
    let sampling = Sampling { period, stack_bytes: options.stack.get(), waiting: waiting(period, options) };
    let agent = Agent::prepare(folder.path(), perfaudit_agent::Task::Sample(sampling))
        .map_err(|error| refuse(error.to_string()))?;
    let mut command = command.clone();
    for (name, value) in agent.environment(command.variable("LD_PRELOAD").as_deref()) {
        command = command.env(name, value);
    }
    let file_bytes = usize::try_from(sampling.waiting)
        .unwrap_or(usize::MAX)
        .saturating_mul(usize::try_from(sampling.stack_bytes).unwrap_or(usize::MAX));
    let source = AgentSource {
        agent,
        file_bytes,
        unfinished: HashMap::new(),
        known: HashSet::new(),
        names: HashMap::new(),
        stack: options.stack,
        _folder: folder,
    };
    Ok((command, source))
}

/// Whether there is such a library here, without loading it.
pub(super) fn try_it() -> (Rung, Result<(), Refusal>) {
    let reason = || Refusal { rung: Rung::Agent, reason: AgentError::Unsupported.to_string() };
    (Rung::Agent, if Agent::is_supported() { Ok(()) } else { Err(reason()) })
}

/// Why a process that runs already is not sampled by it.
pub(super) fn only_from_the_start() -> Refusal {
    let reason =
        "a library is preloaded when a program starts: run the program with `perfaudit cpu -- COMMAND`";
    Refusal { rung: Rung::Agent, reason: reason.to_owned() }
}

/// How many samples may wait: those of all CPUs within [`HELD`].
fn waiting(period: Duration, options: &RecordOptions) -> u32 {
    let cpus = proc::online_cpus().len() as u64;
    let wanted = cpus * u64::try_from(HELD.as_nanos() / period.as_nanos().max(1)).unwrap_or(u64::MAX);
    let most = MOST_BYTES / u64::from(options.stack.get());
    u32::try_from(wanted.min(most).max(LEAST_WAITING)).unwrap_or(u32::MAX)
}

/// The time between two looks of the kernel at what threads have used: the resolution of its coarse clock.
fn tick() -> Option<Duration> {
    clock_getres(ClockId::CLOCK_MONOTONIC_COARSE).ok().map(Duration::from).filter(|tick| !tick.is_zero())
}

impl Source for AgentSource {
    fn rung(&self) -> Rung {
        Rung::Agent
    }

    fn waiting_bytes(&self) -> usize {
        self.file_bytes
    }

    fn stack(&self) -> StackBytes {
        self.stack
    }

    fn wait(&mut self, stop: BorrowedFd<'_>, limit: Duration) {
        let mut polled = [PollFd::new(stop, PollFlags::POLLIN)];
        // An error or a signal is a short sleep.
        let _ = poll(&mut polled, PollTimeout::try_from(limit.min(ROUND)).unwrap_or(PollTimeout::MAX));
    }

    fn drain(&mut self, collector: &mut Collector, is_over: bool) {
        let Self { agent, unfinished, known, names, stack, .. } = self;
        let stack_room = usize::try_from(stack.get()).unwrap_or(usize::MAX);
        let mut hand_over = HandOver { collector, unfinished, known, names, stack_room };
        agent.read(is_over, &mut |record| hand_over.record(record));
    }

    fn totals(&self) -> Totals {
        let counters = self.agent.counters();
        Totals {
            cpu: None,
            lost: counters.lost,
            refused_threads: counters.refused_threads,
            started: Some(counters.processes),
            ..Totals::default()
        }
    }
}

/// From the agent's records to events.
struct HandOver<'a> {
    collector: &'a mut Collector,
    unfinished: &'a mut HashMap<u32, Vec<u8>>,
    known: &'a mut HashSet<u32>,
    names: &'a mut HashMap<Task, [u8; 16]>,
    stack_room: usize,
}

impl HandOver<'_> {
    fn record(&mut self, record: Record<'_>) {
        match record {
            Record::Started { process, name, time_ns, maps } => {
                let task = Task { process, thread: process };
                self.collector.apply(time_ns, &Event::Exec { task, name: &text(&name) });
                self.names.retain(|task, _| task.process != process);
                self.names.insert(task, name);
                self.known.insert(process);
                self.unfinished.remove(&process);
                self.mapped(process, maps);
            }
            Record::Mapped { process, maps } => self.mapped(process, maps),
            Record::Forked { process, parent, time_ns } => {
                let first_of = |process| Task { process, thread: process };
                let event = Event::Fork { child: first_of(process), parent: first_of(parent) };
                self.collector.apply(time_ns, &event);
                self.names.retain(|task, _| task.process != process);
                self.known.insert(process);
            }
            Record::Sample(sample) => self.sample(&sample),
        }
    }

    /// Lines of mappings, of which the last may be cut off.
    fn mapped(&mut self, process: u32, maps: &[u8]) {
        let unfinished = self.unfinished.entry(process).or_default();
        unfinished.extend_from_slice(maps);
        let whole = unfinished.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        self.collector.map_listed(process, &unfinished[..whole]);
        unfinished.drain(..whole);
        if unfinished.is_empty() {
            self.unfinished.remove(&process);
        }
    }

    fn sample(&mut self, sample: &StackSample<'_>) {
        let task = Task { process: sample.process, thread: sample.thread };
        if self.known.insert(task.process) {
            self.collector.look_up(task.process);
        }
        if self.names.insert(task, sample.name) != Some(sample.name) {
            self.collector.apply(sample.time_ns, &Event::Name { task, name: &text(&sample.name) });
        }
        let registers = Registers {
            instruction: sample.instruction,
            stack: sample.stack_pointer,
            frame: sample.frame_pointer,
            link: sample.link,
        };
        let event = Event::Sample(RawSample {
            task,
            weight: sample.weight,
            kernel: &[],
            chain: &[],
            registers: Some(registers),
            stack: sample.stack,
            stack_room: self.stack_room,
        });
        self.collector.apply(sample.time_ns, &event);
    }
}

/// A name up to its first zero.
fn text(name: &[u8; 16]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(name.split(|&byte| byte == 0).next().unwrap_or_default())
}
