//! Processes that a child left behind.
//!
//! A process group does not hold a grandchild that called `setsid`, and a parent's number is lost when the parent
//! dies. The environment is inherited by all of them: each child gets a variable of its own, and whoever still
//! carries it when the child has ended is a stray. A process that wipes its environment escapes; on systems
//! without `/proc` only the group is ended.

use std::ffi::OsString;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Marks a child and all that descends from it.
#[derive(Debug)]
pub(crate) struct Marker(String);

impl Marker {
    /// The variable that carries the mark.
    pub(crate) const VARIABLE: &str = "PERFAUDIT_CHILD";
    /// A fork bomb is ended in rounds, but not for ever.
    const ROUNDS: usize = 50;

    /// A mark that no other child has. Its length is fixed: the size of the environment moves the stack, and the
    /// stack's place can move a measurement.
    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(format!("{:010}.{:010}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn value(&self) -> OsString {
        OsString::from(&self.0)
    }

    /// Ends everything that carries the mark; returns how many processes that were.
    pub(crate) fn end_all(&self) -> usize {
        let mut ended = 0;
        for _ in 0..Self::ROUNDS {
            let found = self.carriers();
            if found.is_empty() {
                break;
            }
            for pid in found {
                if kill(pid, Signal::SIGKILL).is_ok() {
                    ended += 1;
                }
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        ended
    }

    fn carriers(&self) -> Vec<Pid> {
        let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
        let mark = format!("{}={}", Self::VARIABLE, self.0);
        processes
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
            .filter(|pid| {
                // A zombie's environment reads as empty, so it is not counted again.
                std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
                    environ.split(|&byte| byte == 0).any(|entry| entry == mark.as_bytes())
                })
            })
            .map(Pid::from_raw)
            .collect()
    }
}
