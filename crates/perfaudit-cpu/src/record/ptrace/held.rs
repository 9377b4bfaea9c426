//! A thread that is held for a moment: its registers and a piece of its stack.

use std::io::IoSliceMut;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use super::sys::{self, Stop};
use crate::record::proc;
use crate::record::source::{Registers, Task};

/// How long a thread may take to stop before others get their turn.
const PATIENCE: Duration = Duration::from_millis(5);
/// So long, a thread on another CPU is waited for without sleeping.
const EAGER: Duration = Duration::from_micros(100);
const NAP: Duration = Duration::from_micros(100);

/// A thread that is traced, and stops or will. It goes on when this is [let go](Held::let_go). One that ends instead stays
/// a zombie, and its parent waits, until its end was taken by [waiting for it](Held::wait). If the tracing thread ends
/// before, the kernel sees to both.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) task: Task,
    since: Instant,
    /// Whether its end may be taken from the system here. That of a child of ours is waited for by who started it.
    ends_here: bool,
    signal: i32,
}

/// What became of waiting for a thread.
#[derive(Debug)]
pub(super) enum Waited {
    /// It stands still.
    Stopped(Held),
    /// It has not stopped yet, or has ended and waits for the other threads of its process.
    NotYet(Held),
    /// It has ended, and its parent is told.
    Ended,
}

impl Held {
    /// Begins to trace a thread and has it stop.
    pub(super) fn stop(task: Task, child: Option<u32>) -> Result<Self, Errno> {
        sys::seize(task.thread)?;
        let held = Self { task, since: Instant::now(), ends_here: child != Some(task.thread), signal: 0 };
        // A thread that ends meanwhile is noticed by waiting for it.
        match sys::interrupt(task.thread) {
            Ok(()) | Err(Errno::ESRCH) => Ok(held),
            Err(error) => Err(error),
        }
    }

    /// Waits until the thread stands still, but not for long.
    pub(super) fn wait(mut self) -> Waited {
        let begun = Instant::now();
        loop {
            let is_eager = self.since.elapsed() < EAGER;
            // Known before looking, so that the look takes the end.
            let is_over = !is_eager && proc::is_over(self.task);
            match sys::look(self.task.thread, self.ends_here) {
                Ok(Stop::Stopped { signal }) => {
                    self.signal = signal;
                    return Waited::Stopped(self);
                }
                Ok(Stop::Ended) | Err(_) => return Waited::Ended,
                Ok(Stop::NotYet) => {}
            }
            if is_over {
                return if self.ends_here { Waited::NotYet(self) } else { Waited::Ended };
            }
            if is_eager {
                std::thread::yield_now();
            } else if begun.elapsed() > PATIENCE {
                return Waited::NotYet(self);
            } else {
                std::thread::sleep(NAP);
            }
        }
    }

    /// Its registers.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn registers(&self) -> Option<Registers> {
        let found = nix::sys::ptrace::getregs(self.number()).ok()?;
        Some(Registers { instruction: found.rip, stack: found.rsp, frame: found.rbp, link: 0 })
    }

    /// Its registers.
    #[cfg(target_arch = "aarch64")]
    pub(super) fn registers(&self) -> Option<Registers> {
        use nix::sys::ptrace::{getregset, regset::NT_PRSTATUS};
        let found = getregset::<NT_PRSTATUS>(self.number()).ok()?;
        Some(Registers {
            instruction: found.pc,
            stack: found.sp,
            frame: found.regs[29],
            link: found.regs[30],
        })
    }

    /// Copies its stack from an address upwards; answers how much of it there was.
    pub(super) fn copy_stack(&self, from: u64, room: &mut [u8]) -> usize {
        /// What lies in one page is there or is not.
        const PAGE: usize = 4096;
        let Ok(from) = usize::try_from(from) else { return 0 };
        let mut remote = Vec::with_capacity(room.len() / PAGE + 2);
        let mut at = 0;
        while at < room.len() {
            let Some(base) = from.checked_add(at) else { break };
            let len = (PAGE - base % PAGE).min(room.len() - at);
            remote.push(RemoteIoVec { base, len });
            at += len;
        }
        process_vm_readv(self.number(), &mut [IoSliceMut::new(room)], &remote).unwrap_or(0)
    }

    /// Has it go on; answers how long it was held, and the thread itself if it was killed meanwhile, so that its end
    /// has to be waited for.
    pub(super) fn let_go(self) -> (Duration, Option<Self>) {
        let held = self.since.elapsed();
        match sys::detach(self.task.thread, self.signal) {
            Ok(()) => (held, None),
            Err(_) => (held, Some(self)),
        }
    }

    fn number(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.task.thread).expect("the system's numbers fit"))
    }
}
