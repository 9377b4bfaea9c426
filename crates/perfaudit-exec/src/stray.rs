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
            let scan = self.scan();
            if scan.carriers.is_empty() && !scan.is_unclear {
                break;
            }
            for pid in scan.carriers {
                if kill(pid, Signal::SIGKILL).is_ok() {
                    ended += 1;
                }
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        ended
    }

    fn scan(&self) -> Scan {
        let mut scan = Scan { carriers: Vec::new(), is_unclear: false };
        let Ok(processes) = std::fs::read_dir("/proc") else { return scan };
        let mark = format!("{}={}", Self::VARIABLE, self.0);
        let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        for pid in numbers {
            // A zombie's environment reads as empty, so it is not counted again.
            let Ok(environment) = std::fs::read(format!("/proc/{pid}/environ")) else { continue };
            if environment.split(|&byte| byte == 0).any(|entry| entry == mark.as_bytes()) {
                scan.carriers.push(Pid::from_raw(pid));
            }
            scan.is_unclear |= environment.is_empty() && is_starting(pid);
        }
        scan
    }
}

/// What one look at all processes found.
struct Scan {
    carriers: Vec<Pid>,
    /// A process is between two programs: whether it carries the mark shows in a moment.
    is_unclear: bool,
}

/// Whether a process is just calling `exec`: it has an executable, unlike a zombie and a thread of the kernel, but
/// neither arguments nor an environment yet.
fn is_starting(pid: i32) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|arguments| arguments.is_empty())
        && std::fs::read_link(format!("/proc/{pid}/exe")).is_ok()
}

#[cfg(test)]
mod tests {
    use crate::{Command, Interrupt, run};

    /// Each of the daemons is caught in another moment of its start.
    #[test]
    fn a_process_that_is_being_started_while_we_look_does_not_escape() {
        let mark = "perfaudit-stray-test";
        for _ in 0..40 {
            let script = format!("setsid env {mark}=1 sleep 600 & exit 0");
            run(&Command::new("sh").args(["-c", &script]), &Interrupt::new(), &mut |_| {}).unwrap();
        }
        let survivors = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let environment = std::fs::read(entry.ok()?.path().join("environ")).ok()?;
            String::from_utf8_lossy(&environment).contains(mark).then_some(())
        });
        assert_eq!(survivors.count(), 0);
    }
}
