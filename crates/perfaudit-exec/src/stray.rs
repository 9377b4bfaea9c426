//! Processes that a child left behind.
//!
//! A process group does not hold a grandchild that called `setsid`, and a parent's number is lost when the parent
//! dies. The environment is inherited by all of them: each child gets a variable of its own, and whoever still
//! carries it when the child has ended is a stray. A process that wipes its environment escapes; on systems
//! without `/proc` only the group is ended.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Marks a child and all that descends from it.
#[derive(Debug)]
pub(crate) struct Marker(String);

impl Marker {
    /// The variable that carries the mark.
    pub(crate) const VARIABLE: &str = "PERFAUDIT_CHILD";
    /// A fork bomb is ended in rounds, and a process that waits for a CPU to start is waited for, but not for ever.
    const ROUNDS: usize = 250;
    /// The most that Linux takes for arguments and environment together under the usual limit of the stack.
    const LARGEST_ENVIRONMENT: usize = 2 * 1024 * 1024;
    /// A process that still has no environment after so many looks has wiped it.
    const ROUNDS_FOR_BARE: usize = 3;

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
        // Whoever was ended may be seen again before it is gone.
        let mut ended = BTreeSet::new();
        for round in 0..Self::ROUNDS {
            let scan = self.scan();
            let settled = match scan.unclear {
                None => true,
                Some(Unclear::Bare) => round >= Self::ROUNDS_FOR_BARE,
                Some(Unclear::Starting) => false,
            };
            if scan.carriers.is_empty() && settled {
                break;
            }
            for pid in scan.carriers {
                if kill(pid, Signal::SIGKILL).is_ok() {
                    ended.insert(pid);
                }
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        ended.len()
    }

    fn scan(&self) -> Scan {
        let mut scan = Scan { carriers: Vec::new(), unclear: None };
        let Ok(processes) = std::fs::read_dir("/proc") else { return scan };
        let mark = format!("{}={}", Self::VARIABLE, self.0);
        let mut buffer = vec![0; Self::LARGEST_ENVIRONMENT];
        let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        for pid in numbers {
            let Ok(environment) = environment(pid, &mut buffer) else { continue };
            if environment.split(|&byte| byte == 0).any(|entry| entry == mark.as_bytes()) {
                scan.carriers.push(Pid::from_raw(pid));
            } else if environment.is_empty() {
                scan.unclear = scan.unclear.max(unclear(pid));
            }
        }
        scan
    }
}

/// The environment of a process. One call has to read all of it: what one file reads in several belongs to a program
/// that may be replaced in between, and then ends early without an error.
fn environment(pid: i32, buffer: &mut [u8]) -> std::io::Result<&[u8]> {
    let length = File::open(format!("/proc/{pid}/environ"))?.read(buffer)?;
    Ok(&buffer[..length])
}

/// What one look at all processes found.
struct Scan {
    carriers: Vec<Pid>,
    unclear: Option<Unclear>,
}

/// A process without an environment may still turn out to carry the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unclear {
    /// It has arguments: it ended its `exec` while we looked, or it wiped its environment.
    Bare,
    /// It is between two programs.
    Starting,
}

/// None for a zombie and for a thread of the kernel, which have no executable and never carry anything.
fn unclear(pid: i32) -> Option<Unclear> {
    std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(if arguments.is_empty() { Unclear::Starting } else { Unclear::Bare })
}

#[cfg(test)]
mod tests {
    use crate::{Command, Interrupt, run};

    /// Each of the daemons is caught in another moment of its start.
    #[test]
    fn a_process_that_is_being_started_while_we_look_does_not_escape() {
        let mark = format!("perfaudit-stray-test-{}", std::process::id());
        for _ in 0..100 {
            let script = format!("setsid env {mark}=1 sleep 600 & exit 0");
            run(&Command::new("sh").args(["-c", &script]), &Interrupt::new(), &mut |_| {}).unwrap();
        }
        let survivors = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let environment = std::fs::read(entry.ok()?.path().join("environ")).ok()?;
            String::from_utf8_lossy(&environment).contains(&mark).then_some(())
        });
        assert_eq!(survivors.count(), 0);
    }
}
