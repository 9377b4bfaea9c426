//! What threads did with the time they lived, from the moments at which they got a CPU and gave it up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use perfaudit_result::{NodeId, OffCpu, Thread, ThreadOffCpu, ThreadTime};

use super::source::Task;
use super::wait_times::WaitTimes;
use crate::recording::WaitRun;

/// So many threads are told one by one; the others only in the total.
const MOST_TOLD: usize = 32;
/// Of this many that have ended, those that are not told are forgotten.
const MOST_ENDED: usize = 1024;

/// What a thread is doing since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Running,
    Blocked,
    /// It could run and has no CPU.
    Queued,
}

#[derive(Debug, Clone, Copy, Default)]
struct Times {
    running_ns: u64,
    blocked_ns: u64,
    preempted_ns: u64,
    waits: u64,
    preemptions: u64,
}

#[derive(Debug)]
struct Known {
    name: Arc<str>,
    doing: Doing,
    since: u64,
    times: Times,
    /// Where it gave its CPU up, while it is not running, if that is known.
    place: Option<NodeId>,
}

/// Adds up the time of threads.
#[derive(Debug, Default)]
pub(super) struct Scheduling {
    live: HashMap<Task, Known>,
    /// Threads that have ended: what the kernel still tells of them is of no interest.
    gone: HashSet<Task>,
    ended: Vec<(Task, Arc<str>, Times)>,
    total: Times,
    waits: WaitTimes,
}

impl Scheduling {
    /// A thread that was there before us.
    pub(super) fn found(&mut self, task: Task, name: &str, is_running: bool, now: u64) {
        self.begin(task, name.into(), if is_running { Doing::Running } else { Doing::Blocked }, now);
    }

    /// A thread began. It waits for a CPU.
    pub(super) fn fork(&mut self, child: Task, parent: Task, now: u64) {
        let name = self.live.get(&parent).map_or_else(|| "".into(), |known| Arc::clone(&known.name));
        self.gone.remove(&child);
        self.begin(child, name, Doing::Queued, now);
    }

    /// A thread runs another program: it counts as another thread.
    pub(super) fn exec(&mut self, task: Task, name: &str, now: u64) {
        self.exit(task, now);
        self.gone.remove(&task);
        self.begin(task, name.into(), Doing::Running, now);
    }

    pub(super) fn name(&mut self, task: Task, name: &str) {
        if let Some(known) = self.live.get_mut(&task) {
            known.name = name.into();
        }
    }

    /// A thread got a CPU.
    pub(super) fn switch_in(&mut self, task: Task, now: u64) {
        self.switch(task, Doing::Running, now);
    }

    /// The stack of a thread that gives its CPU up, in the moment before that is told.
    pub(super) fn wait_in(&mut self, task: Task, node: NodeId, now: u64) {
        if self.gone.contains(&task) {
            return;
        }
        if !self.live.contains_key(&task) {
            self.begin(task, "".into(), Doing::Running, now);
        }
        if let Some(known) = self.live.get_mut(&task) {
            known.place = Some(node);
        }
    }

    /// A thread gave its CPU up, or had to.
    pub(super) fn switch_out(&mut self, task: Task, preempted: bool, now: u64) {
        if let Some(known) = self.switch(task, if preempted { Doing::Queued } else { Doing::Blocked }, now) {
            if preempted {
                known.times.preemptions += 1;
            } else {
                known.times.waits += 1;
            }
        }
    }

    pub(super) fn exit(&mut self, task: Task, now: u64) {
        if let Some(mut known) = self.live.remove(&task) {
            known.until(now, &mut self.waits);
            self.total.add(&known.times);
            self.ended.push((task, known.name, known.times));
            if self.ended.len() >= MOST_ENDED {
                self.keep_most_blocked();
            }
        }
        self.gone.insert(task);
    }

    /// The time up to now, and [where threads waited](WaitTimes::finish).
    pub(super) fn finish(mut self, now: u64, lost: u64) -> (OffCpu, (Vec<WaitRun>, u64)) {
        for task in self.live.keys().copied().collect::<Vec<_>>() {
            self.exit(task, now);
        }
        self.keep_most_blocked();
        let told = |(task, name, times): (Task, Arc<str>, Times)| ThreadOffCpu {
            thread: Thread { process: task.process, thread: task.thread, name: name.to_string() },
            time: times.told(),
        };
        let threads = self.ended.into_iter().map(told).collect();
        (OffCpu { total: self.total.told(), threads, lost, blocked_in: None }, self.waits.finish())
    }

    fn keep_most_blocked(&mut self) {
        self.ended.sort_by_key(|(task, _, times)| (std::cmp::Reverse(times.blocked_ns), task.thread));
        self.ended.truncate(MOST_TOLD);
    }

    fn begin(&mut self, task: Task, name: Arc<str>, doing: Doing, since: u64) {
        self.live.insert(task, Known { name, doing, since, times: Times::default(), place: None });
    }

    /// The thread, if it was known before; of one that was not, time counts from here on.
    fn switch(&mut self, task: Task, doing: Doing, now: u64) -> Option<&mut Known> {
        if self.gone.contains(&task) {
            return None;
        }
        let is_new = !self.live.contains_key(&task);
        if is_new {
            self.begin(task, "".into(), doing, now);
        }
        let known = self.live.get_mut(&task)?;
        if !is_new {
            known.until(now, &mut self.waits);
            known.doing = doing;
        }
        Some(known)
    }
}

impl Known {
    /// Counts the time since the last moment to what the thread did, and to the place where it waited.
    fn until(&mut self, now: u64, waits: &mut WaitTimes) {
        let time = now.saturating_sub(self.since);
        match self.doing {
            Doing::Running => self.times.running_ns += time,
            Doing::Blocked => {
                self.times.blocked_ns += time;
                waits.add(time, self.place.take());
            }
            Doing::Queued => {
                self.times.preempted_ns += time;
                self.place = None;
            }
        }
        self.since = self.since.max(now);
    }
}

impl Times {
    fn add(&mut self, other: &Self) {
        self.running_ns += other.running_ns;
        self.blocked_ns += other.blocked_ns;
        self.preempted_ns += other.preempted_ns;
        self.waits += other.waits;
        self.preemptions += other.preemptions;
    }

    fn told(&self) -> ThreadTime {
        let seconds = |ns| Duration::from_nanos(ns).as_secs_f64();
        ThreadTime {
            running_s: seconds(self.running_ns),
            blocked_s: seconds(self.blocked_ns),
            preempted_s: seconds(self.preempted_ns),
            waits: self.waits,
            preemptions: self.preemptions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Task = Task { process: 1, thread: 1 };
    const SECOND: Task = Task { process: 1, thread: 2 };

    #[test]
    fn every_moment_between_beginning_and_end_is_counted_once() {
        let mut scheduling = Scheduling::default();
        scheduling.exec(FIRST, "first", 1_000_000_000);
        scheduling.switch_out(FIRST, false, 2_000_000_000);
        scheduling.fork(SECOND, FIRST, 2_000_000_000);
        scheduling.switch_in(SECOND, 3_000_000_000);
        scheduling.name(SECOND, "second");
        scheduling.switch_in(FIRST, 4_000_000_000);
        scheduling.switch_out(FIRST, true, 6_000_000_000);
        scheduling.switch_in(FIRST, 7_000_000_000);
        scheduling.exit(FIRST, 8_000_000_000);
        // The kernel switches away from a thread after it has ended.
        scheduling.switch_out(FIRST, false, 8_000_000_000);
        let (told, waits) = scheduling.finish(9_000_000_000, 0);
        assert_eq!(waits, (Vec::new(), 2_000_000_000));
        let time = |running_s, blocked_s, preempted_s, waits, preemptions| ThreadTime {
            running_s,
            blocked_s,
            preempted_s,
            waits,
            preemptions,
        };
        assert_eq!(told.total, time(10.0, 2.0, 2.0, 1, 1));
        let names: Vec<_> = told.threads.iter().map(|one| (one.thread.name.as_str(), one.time)).collect();
        assert_eq!(names, [("first", time(4.0, 2.0, 1.0, 1, 1)), ("second", time(6.0, 0.0, 1.0, 0, 0))]);
        assert_eq!(told.total.blocked_share(), Some(2.0 / 14.0));
        assert_eq!(ThreadTime::default().blocked_share(), None);
    }

    #[test]
    fn of_a_thread_that_nobody_told_of_time_counts_from_its_first_switch() {
        let mut scheduling = Scheduling::default();
        scheduling.switch_out(FIRST, false, 1_000_000_000);
        scheduling.switch_in(FIRST, 3_000_000_000);
        let (told, _) = scheduling.finish(4_000_000_000, 2);
        assert_eq!((told.total.running_s, told.total.blocked_s, told.total.waits), (1.0, 2.0, 1));
        assert_eq!(told.lost, 2);
    }

    #[test]
    fn time_is_charged_to_the_stack_it_was_waited_in_and_not_to_one_that_lost_its_cpu() {
        let mut scheduling = Scheduling::default();
        scheduling.exec(FIRST, "first", 0);
        for (node, begins, ends) in [(7, 10, 30), (8, 40, 45), (7, 50, 60)] {
            scheduling.wait_in(FIRST, node, begins);
            scheduling.switch_out(FIRST, node == 8, begins);
            scheduling.switch_in(FIRST, ends);
        }
        // No stack of this one was taken; that of the next lasts to the end.
        scheduling.switch_out(FIRST, false, 70);
        scheduling.switch_in(FIRST, 470);
        scheduling.wait_in(FIRST, 9, 490);
        scheduling.switch_out(FIRST, false, 490);
        let (told, (waits, unknown_ns)) = scheduling.finish(497, 0);
        assert_eq!((told.total.waits, unknown_ns), (4, 400));
        let run = |node, blocked_ns, waits, taken| WaitRun { node, blocked_ns, waits, taken };
        assert_eq!(waits, [run(7, 30, 2, 2), run(9, 7, 1, 1)]);
    }

    #[test]
    fn threads_without_number_are_all_in_the_total_and_few_are_told() {
        let mut scheduling = Scheduling::default();
        for thread in 0..10_000 {
            let task = Task { process: 1, thread };
            scheduling.fork(task, FIRST, 0);
            scheduling.switch_in(task, 0);
            scheduling.exit(task, 1_000_000);
        }
        let (told, _) = scheduling.finish(5, 0);
        assert!((told.total.running_s - 10.0).abs() < 1e-9);
        assert_eq!(told.threads.len(), MOST_TOLD);
    }
}
