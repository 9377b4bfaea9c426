//! The calls of `ptrace(2)` with signals as numbers: the wrapper of a library knows none of the real-time ones, which a
//! thread may be about to get when it is looked at.

#![expect(unsafe_code, reason = "system calls without a safe wrapper that takes every signal")]

use std::io;
use std::ptr;

use nix::errno::Errno;
use nix::libc;

/// What a thread that is traced came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It stands still. It was about to get this signal, and must get it when it goes on; 0 for none.
    Stopped { signal: i32 },
    /// It has ended.
    Ended,
    /// It has not stopped yet.
    NotYet,
}

/// The event of a stop that was asked for (`PTRACE_EVENT_STOP`): the signal beside it is none that is delivered.
const EVENT_STOP: i32 = libc::PTRACE_EVENT_STOP;

/// Begins to trace a thread, which goes on.
pub(super) fn seize(thread: u32) -> Result<(), Errno> {
    call(libc::PTRACE_SEIZE, thread, 0)
}

/// Has a traced thread stop as soon as it is in user code, or about to return there.
pub(super) fn interrupt(thread: u32) -> Result<(), Errno> {
    call(libc::PTRACE_INTERRUPT, thread, 0)
}

/// Has a thread that stands still go on, with a signal or with none, and traces it no more.
pub(super) fn detach(thread: u32, signal: i32) -> Result<(), Errno> {
    call(libc::PTRACE_DETACH, thread, signal)
}

fn call(request: libc::c_uint, thread: u32, signal: i32) -> Result<(), Errno> {
    let thread = libc::pid_t::try_from(thread).map_err(|_| Errno::ESRCH)?;
    let signal = usize::try_from(signal).unwrap_or(0);
    // SAFETY: none of the three requests reads or writes memory of this process: their address is ignored or zero, and
    // their data is a number (no options, or a signal).
    let done = unsafe {
        libc::ptrace(
            request,
            thread,
            ptr::null_mut::<libc::c_void>(),
            ptr::without_provenance_mut::<libc::c_void>(signal),
        )
    };
    if done < 0 { Err(Errno::last()) } else { Ok(()) }
}

/// What a traced thread came to, without waiting for it. Its end is left to whoever started the process unless it
/// `ends_here`.
pub(super) fn look(thread: u32, ends_here: bool) -> io::Result<Stop> {
    let mut options = libc::WSTOPPED | libc::WNOHANG | libc::__WALL;
    if ends_here {
        options |= libc::WEXITED;
    }
    // SAFETY: the struct is plain numbers, for which zeros are valid.
    let mut told: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the struct lives across the call, which fills it.
    let done = unsafe { libc::waitid(libc::P_PID, thread, &raw mut told, options) };
    if done < 0 {
        return match Errno::last() {
            Errno::ECHILD => Ok(Stop::Ended),
            error => Err(error.into()),
        };
    }
    // SAFETY: `waitid` filled the struct as that of a child, or left it zero.
    let (process, status) = unsafe { (told.si_pid(), told.si_status()) };
    if process == 0 {
        return Ok(Stop::NotYet);
    }
    Ok(match told.si_code {
        libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED => Stop::Ended,
        _ if status >> 8 == EVENT_STOP => Stop::Stopped { signal: 0 },
        _ => Stop::Stopped { signal: status & 0x7f },
    })
}
