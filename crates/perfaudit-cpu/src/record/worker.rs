//! The thread that reads samples while the target runs.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::thread::JoinHandle;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use perfaudit_result::{Rung, Sampler, SamplingEvent};

use super::collect::Collector;
use super::perf::{Session, Target};
use super::{RecordOptions, Recorded, RecordingCost, Refusal};

/// A process that ends takes its mappings and names with it, so that they are looked at this often.
const ROUND: Duration = Duration::from_millis(200);

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
    session: Session,
    own_cpu: Duration,
}

impl Worker {
    /// Starts the thread. The mappings of a process that runs already are taken first.
    pub(super) fn start(
        session: Session,
        target: Target,
        refused: Vec<Refusal>,
        options: &RecordOptions,
    ) -> std::io::Result<Self> {
        let (stopped, stop) = std::io::pipe()?;
        let thread = std::thread::Builder::new().name("recorder".to_owned());
        let thread = thread.spawn(move || read(session, target, &stopped))?;
        Ok(Self { thread, stop, refused, options: options.clone() })
    }

    /// Takes what is left in the rings, and makes the recording. `system` is what the target used in the kernel.
    pub(super) fn finish(self, system: Option<Duration>) -> Recorded {
        // Closing the pipe ends the thread's sleep.
        drop(self.stop);
        let Outcome { collector, session, own_cpu } = match self.thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let rung = session.rung();
        let totals = session.totals();
        let throttled = collector.throttled();
        let (cpu_s, system_s) = (totals.cpu.as_secs_f64(), system.map(|system| system.as_secs_f64()));
        let mut recording = collector.finish(Sampler {
            rung,
            refused: self.refused.iter().map(ToString::to_string).collect(),
            event: match rung {
                Rung::CyclesUserKernel | Rung::CyclesUser => SamplingEvent::Cycles,
                _ => SamplingEvent::CpuClock,
            },
            asked_hz: f64::from(self.options.rate.get()),
            reached_hz: None,
            cpu_s: Some(cpu_s),
            system_s,
            samples: 0,
            lost: totals.lost,
            truncated: 0,
            unsymbolised: 0,
            stack_bytes: self.options.stack.get(),
        });
        let visible = if rung.sees_kernel() { Some(cpu_s) } else { system_s.map(|system| cpu_s - system) };
        let samples = recording.sampler.samples;
        recording.sampler.reached_hz =
            visible.filter(|&visible| visible > 0.0).map(|visible| samples as f64 / visible);
        let cost =
            RecordingCost { own_cpu_s: own_cpu.as_secs_f64(), ring_bytes: session.ring_bytes(), throttled };
        Recorded { recording, cost }
    }
}

fn read(mut session: Session, target: Target, stop: &PipeReader) -> Outcome {
    let mut collector = Collector::new();
    if let Target::Running(process) = target {
        collector.look_up(process);
    }
    let mut polled = [nix::poll::PollFd::new(stop.as_fd(), nix::poll::PollFlags::POLLIN)];
    loop {
        session.wait(stop.as_fd(), ROUND);
        let is_stopped =
            nix::poll::poll(&mut polled, nix::poll::PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
        if is_stopped {
            break;
        }
        session.drain(&mut collector);
    }
    session.drain_all(&mut collector);
    Outcome { collector, session, own_cpu: own_cpu_time() }
}

/// CPU time of the calling thread.
fn own_cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}
