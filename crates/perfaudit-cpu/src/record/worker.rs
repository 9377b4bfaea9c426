//! The thread that reads samples while the target runs.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use perfaudit_result::{Rung, Sampler, SamplingEvent, Usage};

use super::collect::Collector;
use super::{RecordOptions, Recorded, RecordingCost, Refusal, StackBytes};

/// A process that ends takes its mappings and names with it, so that they are looked at this often.
const ROUND: Duration = Duration::from_millis(200);
/// At first more often, so that few stacks have been cut off when larger pieces of them are asked for.
const FIRST_ROUND: Duration = Duration::from_millis(20);
const FIRST_ROUNDS: u32 = 25;

/// A source of samples that is open.
pub(super) trait Source: Send {
    /// The way that samples are taken.
    fn rung(&self) -> Rung;

    /// The size of the memory in which samples wait, for each CPU where each has its own.
    fn waiting_bytes(&self) -> usize;

    /// How much of its stack a sample holds by now.
    fn stack(&self) -> StackBytes;

    /// Has samples hold more of their stacks from now on; false if they cannot.
    fn deepen(&mut self) -> bool {
        false
    }

    /// Sleeps until there is something to read, `stop` can be read or was closed, or the time is over.
    fn wait(&mut self, stop: BorrowedFd<'_>, limit: Duration);

    /// Hands over what waits. When it `is_over`, nothing will come any more.
    fn drain(&mut self, collector: &mut Collector, is_over: bool);

    /// What was counted up to now.
    fn totals(&self) -> Totals;
}

/// What a source counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    /// CPU time of the target while it was sampled, if the source knows.
    pub(super) cpu: Option<Duration>,
    /// What found no room.
    pub(super) lost: u64,
    /// Switches that found no room; none if the source does not tell of switches.
    pub(super) lost_switches: Option<u64>,
    /// Whether stacks of waits were taken, or why not; none if the source never takes any.
    pub(super) waits: Option<Result<(), String>>,
    /// Threads that could not be sampled.
    pub(super) refused_threads: u64,
    /// How long threads of the target were stopped to be looked at, if the source stops them.
    pub(super) stopped: Option<Duration>,
    /// Programs in which the source started, if it has to.
    pub(super) started: Option<u64>,
}

/// CPU time of the target as the system tells it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    /// User and system.
    pub(super) cpu: Option<Duration>,
    /// In the kernel.
    pub(super) system: Option<Duration>,
}

/// A thread that reads samples until it is told that the target has ended.
pub(super) struct Worker {
    thread: JoinHandle<Outcome>,
    stop: PipeWriter,
    refused: Vec<Refusal>,
    options: RecordOptions,
}

/// What the thread leaves.
struct Outcome {
    collector: Collector,
    source: Box<dyn Source>,
    own_cpu: Duration,
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start(
        source: Box<dyn Source>,
        collector: Collector,
        refused: Vec<Refusal>,
        options: &RecordOptions,
    ) -> std::io::Result<Self> {
        let (stopped, stop) = std::io::pipe()?;
        let thread = std::thread::Builder::new().name("recorder".to_owned());
        let thread = thread.spawn(move || read(source, collector, &stopped))?;
        Ok(Self { thread, stop, refused, options: options.clone() })
    }

    /// Takes what is left, and makes the recording; none if the source has to start in the target and did not.
    pub(super) fn finish(self, spent: Spent, usage: Option<Usage>) -> Option<Recorded> {
        // Closing the pipe ends the thread's sleep.
        drop(self.stop);
        let Outcome { mut collector, source, own_cpu } = match self.thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let rung = source.rung();
        let totals = source.totals();
        if totals.started == Some(0) {
            return None;
        }
        let throttled = collector.throttled();
        let (off_cpu, waits) = match totals.lost_switches {
            Some(lost) => {
                let (off_cpu, stacks) = collector.take_off_cpu(lost);
                (Some(off_cpu), totals.waits.map(|taken| taken.map(|()| stacks)))
            }
            None => (None, None),
        };
        let cpu = totals.cpu.or(spent.cpu);
        let mut recording = collector.finish(Sampler {
            rung,
            refused: self.refused.iter().map(ToString::to_string).collect(),
            event: match rung {
                Rung::CyclesUserKernel | Rung::CyclesUser => SamplingEvent::Cycles,
                Rung::Ptrace => SamplingEvent::WallClock,
                _ => SamplingEvent::CpuClock,
            },
            asked_hz: f64::from(self.options.rate.get()),
            reached_hz: None,
            cpu_s: cpu.map(|cpu| cpu.as_secs_f64()),
            system_s: spent.system.map(|system| system.as_secs_f64()),
            samples: 0,
            lost: totals.lost,
            truncated: 0,
            unsymbolised: 0,
            stack_bytes: source.stack().get(),
            stack_steps: Vec::new(),
            stopped_s: totals.stopped.map(|stopped| stopped.as_secs_f64()),
        });
        let hidden = if rung.counts_kernel() { Some(Duration::ZERO) } else { spent.system };
        let visible = cpu.zip(hidden).map(|(cpu, hidden)| cpu.saturating_sub(hidden).as_secs_f64());
        let samples = recording.sampler.samples;
        recording.sampler.reached_hz =
            visible.filter(|&visible| visible > 0.0).map(|visible| samples as f64 / visible);
        let cost = RecordingCost {
            own_cpu_s: own_cpu.as_secs_f64(),
            waiting_bytes: source.waiting_bytes(),
            throttled,
            refused_threads: totals.refused_threads,
        };
        Some(Recorded { recording, off_cpu, waits, usage, cost })
    }
}

fn read(mut source: Box<dyn Source>, mut collector: Collector, stop: &PipeReader) -> Outcome {
    let mut polled = [nix::poll::PollFd::new(stop.as_fd(), nix::poll::PollFlags::POLLIN)];
    let mut can_deepen = true;
    let mut round = 0;
    loop {
        source.wait(stop.as_fd(), if round < FIRST_ROUNDS { FIRST_ROUND } else { ROUND });
        round = (round + 1).min(FIRST_ROUNDS);
        let is_stopped =
            nix::poll::poll(&mut polled, nix::poll::PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
        if is_stopped {
            break;
        }
        source.drain(&mut collector, false);
        if can_deepen && collector.stack_step(source.stack()).cuts_too_many() {
            can_deepen = source.deepen();
        }
    }
    source.drain(&mut collector, true);
    Outcome { collector, source, own_cpu: own_cpu_time() }
}

/// CPU time of the calling thread.
pub(super) fn own_cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}
