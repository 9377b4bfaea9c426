//! What a measured child leaves behind.

use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::process::DRAIN;

/// Has the kernel hand over every descendant whose own parent ends. Without it, what leaves its group escapes here
/// and is ended with the launcher.
pub(super) fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Ends all that is left once the child itself was waited for; returns how many processes that were. Nearly always
/// it is one system call: there is no child any more.
pub(super) fn end_all(group: Pid) -> usize {
    let mut ended = std::collections::BTreeSet::new();
    let started = Instant::now();
    while is_anyone_left() && started.elapsed() < DRAIN {
        // Whoever is ended hands its own children over, so this goes on until nobody is left.
        ended.extend(children().into_iter().filter(|&pid| kill(pid, Signal::SIGKILL).is_ok()));
        let _ = nix::sys::signal::killpg(group, Signal::SIGKILL);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    ended.len()
}

/// Takes leave of children that have ended; true if others have not.
fn is_anyone_left() -> bool {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return true,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return false,
        }
    }
}

/// The children of all threads of this process.
fn children() -> Vec<Pid> {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>())
        .map(Pid::from_raw)
        .collect()
}
