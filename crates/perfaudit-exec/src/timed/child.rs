//! One measured child, from just before its start to its end.

use std::io::{self, PipeReader, Read};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use sha2::{Digest, Sha256};
use wait4::Wait4;

use super::server::ASKED;
use super::watchdog::Watchdog;
use super::{OutputDigest, OutputUse, Timed, TimedCommand, descendants, memory};
use crate::capture::Captured;
use crate::interrupt::Interrupt;
use crate::process::{DRAIN, ending_of};

/// A pipe this large takes most outputs whole, so that the child seldom waits for whoever hashes them.
const PIPE_BYTES: i32 = 1 << 20;
const BUFFER_BYTES: usize = 256 * 1024;

/// Runs a command to its end. Only for a process that has no other child: see [`super`].
///
/// # Errors
/// In words, when the command cannot be started.
pub(super) fn run(request: &TimedCommand, interrupt: &Interrupt) -> Result<Timed, String> {
    let program = || request.command.argv().swap_remove(0);
    let mut builder = request.command.builder();
    builder.env_remove(ASKED);
    match &request.input {
        Some(path) => {
            let file = std::fs::File::open(path)
                .map_err(|error| format!("cannot open the input `{}`: {error}", path.display()))?;
            builder.stdin(file);
        }
        None => {
            builder.stdin(Stdio::null());
        }
    }
    let pipe = || io::pipe().map_err(|error| format!("cannot make a pipe for `{}`: {error}", program()));
    let (source, sink) = pipe()?;
    builder.stderr(sink);
    let stderr = drain(source, Captured::new(request.command.output_limit.0), Captured::push);
    let stdout = match request.output {
        OutputUse::Discarded => {
            builder.stdout(Stdio::null());
            None
        }
        OutputUse::Hashed => {
            let (source, sink) = pipe()?;
            // A smaller pipe does as well.
            let _ = fcntl(&sink, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
            builder.stdout(sink);
            Some(drain(source, Hashed::default(), Hashed::push))
        }
    };
    let launcher = memory::own_peak();
    let before = Counters::of_children();
    let watchdog = Watchdog::start(request.command.time_limit, interrupt);

    let started = Instant::now();
    let spawned = builder.spawn();
    let child = spawned.map_err(|error| format!("cannot start `{}`: {error}", program()))?;
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id fits into an i32"));
    watchdog.watch(pid);
    wait_for_end(pid);
    let wall = started.elapsed();

    let ended_by_us = watchdog.stop();
    let used = child.wait4().map_err(|error| format!("lost sight of `{}`: {error}", program()))?;
    let counted = Counters::of_children().since(before);
    // The builder held the ends of the pipes that are written to: readers were not woken before the clock stopped.
    drop(builder);
    let strays = descendants::end_all(pid);
    let open =
        |_| format!("the output of `{}` stays open although all of its processes were ended", program());
    Ok(Timed {
        ending: ended_by_us.unwrap_or_else(|| ending_of(used.status)),
        wall,
        user: used.rusage.utime,
        system: used.rusage.stime,
        peak_rss: memory::peak_rss(used.rusage.maxrss, launcher),
        minor_faults: counted.minor_faults,
        major_faults: counted.major_faults,
        voluntary_switches: counted.voluntary_switches,
        involuntary_switches: counted.involuntary_switches,
        stdout: stdout
            .map(|hashed| hashed.recv_timeout(DRAIN).map(Hashed::digest))
            .transpose()
            .map_err(open)?,
        stderr: stderr.recv_timeout(DRAIN).map_err(open)?.text(),
        strays,
    })
}

/// Sleeps until the child has ended, and leaves its number and its usage as they are.
fn wait_for_end(pid: Pid) {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(pid), flags) == Err(Errno::EINTR) {}
}

/// Reads to the end in a thread.
fn drain<S: Send + 'static>(mut source: PipeReader, mut state: S, take: fn(&mut S, &[u8])) -> Receiver<S> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => take(&mut state, &buffer[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        // The receiver is gone only when nobody waits any more.
        let _ = sender.send(state);
    });
    receiver
}

#[derive(Default)]
struct Hashed {
    hasher: Sha256,
    bytes: u64,
}

impl Hashed {
    fn push(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    fn digest(self) -> OutputDigest {
        let sha256 = self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        OutputDigest { bytes: self.bytes, sha256 }
    }
}

/// What all children of this process that have ended and been waited for counted, with theirs.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    minor_faults: u64,
    major_faults: u64,
    voluntary_switches: u64,
    involuntary_switches: u64,
}

impl Counters {
    fn of_children() -> Self {
        let count = |value| u64::try_from(value).unwrap_or(0);
        getrusage(UsageWho::RUSAGE_CHILDREN).map_or(Self::default(), |usage| Self {
            minor_faults: count(usage.minor_page_faults()),
            major_faults: count(usage.major_page_faults()),
            voluntary_switches: count(usage.voluntary_context_switches()),
            involuntary_switches: count(usage.involuntary_context_switches()),
        })
    }

    fn since(self, earlier: Self) -> Self {
        Self {
            minor_faults: self.minor_faults - earlier.minor_faults,
            major_faults: self.major_faults - earlier.major_faults,
            voluntary_switches: self.voluntary_switches - earlier.voluntary_switches,
            involuntary_switches: self.involuntary_switches - earlier.involuntary_switches,
        }
    }
}
