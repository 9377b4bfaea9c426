//! Ends a measured child when its time is over, when somebody interrupts, and when nobody waits for it any more.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::unistd::{Pid, getppid};

use crate::interrupt::Interrupt;
use crate::process::{Ending, TICK, end_when_due};

/// A thread that sleeps beside the clock. It first wakes after 100 ms, or when the time limit is over, so that it
/// does not cost a short command anything.
pub(super) struct Watchdog {
    /// Who is watched; nobody before the child is started and once it has ended. Its number is not given to another
    /// process as long as it is here, because it is waited for only after it was taken out.
    watched: Arc<Mutex<Option<Pid>>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<Option<Ending>>>,
}

impl Watchdog {
    pub(super) fn start(time_limit: Option<Duration>, interrupt: &Interrupt) -> Self {
        let watched = Arc::new(Mutex::new(None));
        let (stop, stopped) = mpsc::channel();
        let (seen, interrupt) = (Arc::clone(&watched), interrupt.clone());
        let (started, parent) = (Instant::now(), getppid());
        let thread = std::thread::spawn(move || {
            let mut ended_by_us = None;
            let tick = time_limit.map_or(TICK, |limit| limit.min(TICK));
            while stopped.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                if getppid() != parent {
                    interrupt.set();
                }
                let watched = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(group) = *watched {
                    ended_by_us = end_when_due(group, started, time_limit, &interrupt, ended_by_us);
                }
            }
            ended_by_us.map(|(ending, _)| ending)
        });
        Self { watched, stop: Some(stop), thread: Some(thread) }
    }

    pub(super) fn watch(&self, group: Pid) {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Some(group);
    }

    /// Stops watching; tells whether, and why, the child was ended.
    pub(super) fn stop(mut self) -> Option<Ending> {
        self.halt()
    }

    fn halt(&mut self) -> Option<Ending> {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.stop = None;
        self.thread.take()?.join().ok().flatten()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.halt();
    }
}
