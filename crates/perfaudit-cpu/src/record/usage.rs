//! Processor and memory over time: the processes of the target are looked at now and then while it runs.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;
use perfaudit_result::Usage;

use super::proc;
use super::worker::own_cpu_time;

/// The width of steps at first.
const FIRST_STEP: Duration = Duration::from_millis(20);
/// With this many steps, two become one. Even.
const MOST_STEPS: usize = 512;
/// Steps become wider for the cost of looks only when there are this many.
const LEAST_STEPS: usize = 16;
/// A look takes no more CPU time than this part of a step, or steps become wider.
const PART_OF_STEP: u32 = 200;
/// A target with more processes is not looked at as a whole.
const MOST_PROCESSES: usize = 1000;

/// Looks at a process and all that come from it until it is told to end.
pub(super) struct UsageWatch {
    thread: JoinHandle<Option<Usage>>,
    stop: PipeWriter,
}

impl UsageWatch {
    /// Starts to look.
    pub(super) fn start(process: u32) -> std::io::Result<Self> {
        let (stopped, stop) = std::io::pipe()?;
        let thread = std::thread::Builder::new().name("usage".to_owned());
        let thread = thread.spawn(move || watch(process, &stopped))?;
        Ok(Self { thread, stop })
    }

    /// What was seen; none if the target ended before there were two steps, or the system does not tell.
    pub(super) fn finish(self) -> Option<Usage> {
        drop(self.stop);
        match self.thread.join() {
            Ok(usage) => usage,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn watch(process: u32, stop: &PipeReader) -> Option<Usage> {
    let begun = Instant::now();
    let mut steps = Steps::new(look(process)?.cpu);
    loop {
        let due = steps.width * u32::try_from(steps.cpu.len() + 1).unwrap_or(u32::MAX);
        let pause = due.saturating_sub(begun.elapsed());
        // Rounded up, so that the time has come when it is over.
        let pause = PollTimeout::try_from(pause + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
        let mut polled = [PollFd::new(stop.as_fd(), PollFlags::POLLIN)];
        if poll(&mut polled, pause).is_ok_and(|ready| ready > 0) {
            return steps.told();
        }
        let at = begun.elapsed();
        // By CPU time: on a busy machine a look may have to wait for its turn, which costs nobody anything.
        let before = own_cpu_time();
        let Some(seen) = look(process) else { return steps.told() };
        steps.add(at, seen);
        steps.fit(own_cpu_time().saturating_sub(before) * PART_OF_STEP);
    }
}

/// What the processes of the target use.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// CPU time up to now.
    cpu: Duration,
    /// Resident bytes now.
    rss: u64,
}

/// A look at a process and all that come from it; none if it is gone, or the system does not tell of its children.
fn look(process: u32) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut waiting = vec![process];
    let mut count = 0;
    while let Some(next) = waiting.pop() {
        count += 1;
        let children = proc::children(next);
        if next == process {
            children.as_ref()?;
        }
        // Any of them may end meanwhile.
        let own = i32::try_from(next)
            .ok()
            .and_then(|number| clock_getcpuclockid(Pid::from_raw(number)).ok()?.now().ok());
        seen.cpu += own.map(Duration::from).unwrap_or_default();
        seen.cpu += proc::time_of_ended_children(next).unwrap_or_default();
        seen.rss += proc::resident_bytes(next).unwrap_or_default();
        if count + waiting.len() < MOST_PROCESSES {
            waiting.extend(children.unwrap_or_default());
        }
    }
    Some(seen)
}

/// Steps of equal width.
struct Steps {
    width: Duration,
    cpu: Vec<f32>,
    rss: Vec<u64>,
    /// CPU time up to the last look, and when that was.
    before: Duration,
    at: Duration,
}

impl Steps {
    fn new(before: Duration) -> Self {
        Self { width: FIRST_STEP, cpu: Vec::new(), rss: Vec::new(), before, at: Duration::ZERO }
    }

    /// Takes a look at the target `at` this time since the beginning. Steps that were missed get the same values.
    fn add(&mut self, at: Duration, seen: Seen) {
        // The time of a child that ended moves to its parent in ticks, so that the sum may fall for a while.
        let used = seen.cpu.saturating_sub(self.before);
        let passed = at.saturating_sub(self.at);
        let rate = if passed.is_zero() { 0.0 } else { used.div_duration_f32(passed) };
        let is_due =
            |steps: &Self| steps.width * u32::try_from(steps.cpu.len() + 1).unwrap_or(u32::MAX) <= at;
        if !is_due(self) {
            return;
        }
        while is_due(self) {
            self.cpu.push(rate);
            self.rss.push(seen.rss);
            if self.cpu.len() == MOST_STEPS {
                self.widen();
            }
        }
        self.before += used;
        self.at = at;
    }

    /// Makes steps wider if they are shorter than this, but keeps enough of them to see something.
    fn fit(&mut self, least: Duration) {
        if self.width < least && self.cpu.len() >= LEAST_STEPS && self.cpu.len().is_multiple_of(2) {
            self.widen();
        }
    }

    /// Two steps become one.
    fn widen(&mut self) {
        self.width *= 2;
        self.cpu = self.cpu.chunks(2).map(|two| two.iter().sum::<f32>() / two.len() as f32).collect();
        self.rss = self.rss.chunks(2).filter_map(|two| two.last().copied()).collect();
    }

    fn told(self) -> Option<Usage> {
        (self.cpu.len() >= 2).then_some(Usage {
            step_s: self.width.as_secs_f64(),
            cpu: self.cpu,
            rss: self.rss,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_long_it_takes_steps_are_few_and_hold_all_of_the_cpu_time() {
        let mut steps = Steps::new(Duration::from_secs(5));
        let mut cpu = Duration::from_secs(5);
        for look in 1..=100_000_u32 {
            // Every tenth look comes late.
            let late = if look % 10 == 0 { Duration::from_millis(7) } else { Duration::ZERO };
            cpu += FIRST_STEP / 2;
            steps.add(FIRST_STEP * look + late, Seen { cpu, rss: u64::from(look) });
        }
        let usage = steps.told().unwrap();
        assert!((MOST_STEPS / 2..MOST_STEPS).contains(&usage.cpu.len()), "{}", usage.cpu.len());
        assert_eq!(usage.cpu.len(), usage.rss.len());
        let used: f64 = usage.cpu.iter().map(|&rate| f64::from(rate) * usage.step_s).sum();
        assert!((used / 1000.0 - 1.0).abs() < 0.01, "{used}");
        assert!(usage.rss.is_sorted() && usage.rss.last().unwrap() > &99_000);
    }

    #[test]
    fn steps_that_were_missed_repeat_what_was_seen_then() {
        let mut steps = Steps::new(Duration::ZERO);
        steps.add(FIRST_STEP, Seen { cpu: FIRST_STEP, rss: 1 });
        steps.add(FIRST_STEP * 4, Seen { cpu: FIRST_STEP * 7, rss: 2 });
        // A child ended, and its time is not counted to its parent yet.
        steps.add(FIRST_STEP * 5, Seen { cpu: FIRST_STEP * 6, rss: 3 });
        let usage = steps.told().unwrap();
        assert_eq!((usage.cpu, usage.rss), (vec![1.0, 2.0, 2.0, 2.0, 0.0], vec![1, 2, 2, 2, 3]));
    }

    #[test]
    fn a_look_that_takes_long_makes_steps_wider() {
        let mut steps = Steps::new(Duration::ZERO);
        for look in 1..=16 {
            steps.add(FIRST_STEP * look, Seen::default());
        }
        steps.fit(FIRST_STEP * 3);
        assert_eq!((steps.width, steps.cpu.len()), (FIRST_STEP * 2, 8));
        steps.fit(FIRST_STEP * 3);
        assert_eq!(steps.cpu.len(), 8, "few steps are not made fewer");
    }

    #[test]
    fn this_process_uses_memory_and_cpu_time() {
        let seen = look(std::process::id()).unwrap();
        assert!(seen.rss > 100_000 && seen.cpu > Duration::ZERO, "{seen:?}");
        assert!(look(u32::MAX).is_none());
    }
}
