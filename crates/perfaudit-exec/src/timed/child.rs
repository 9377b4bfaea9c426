//! One measured child, from just before its start to its end.

use std::io;
use std::process::Stdio;
use std::time::Instant;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use wait4::Wait4;

use super::control::Control;
use super::server::ASKED;
use super::streams::{Hashed, Streams};
use super::{OutputUse, Timed, TimedCommand, descendants, memory};
use crate::capture::Captured;
use crate::process::ending_of;

/// A pipe this large takes most outputs whole, so that the child seldom waits for whoever hashes them.
const PIPE_BYTES: i32 = 1 << 20;

/// Runs a command to its end. Only for a process that has no other child: see [`super`].
///
/// # Errors
/// In words, when the command cannot be started.
pub(super) fn run(request: &TimedCommand, control: &Control, streams: &mut Streams) -> Result<Timed, String> {
    let program = || request.command.argv().swap_remove(0);
    let mut builder = request.command.builder();
    builder.env_remove(ASKED);
    let pipe = || io::pipe().map_err(|error| format!("cannot make a pipe for `{}`: {error}", program()));
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
    let stdout = match request.output {
        OutputUse::Discarded => None,
        OutputUse::Hashed => Some(pipe()?),
    };
    let (stderr, sink) = pipe()?;
    streams.stderr.begin(stderr, Captured::new(request.command.output_limit.0));
    builder.stderr(sink);
    let is_hashed = stdout.is_some();
    match stdout {
        Some((source, sink)) => {
            // A smaller pipe does as well.
            let _ = fcntl(&sink, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
            streams.stdout.begin(source, Hashed::default());
            builder.stdout(sink);
        }
        None => {
            builder.stdout(Stdio::null());
        }
    }
    let launcher = memory::own_peak();
    let before = Counters::of_children();

    let started = Instant::now();
    let spawned = builder.spawn();
    let waited = spawned.map(|child| {
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id fits into an i32"));
        control.started(pid);
        wait_for_end(pid);
        (started.elapsed(), child, pid)
    });

    let ended_by_us = control.ended();
    // The builder held the ends of the pipes that are written to: readers were not woken before the clock stopped.
    drop(builder);
    let ended = waited.map_err(|error| format!("cannot start `{}`: {error}", program())).and_then(
        |(wall, child, pid)| {
            let used = child.wait4().map_err(|error| format!("lost sight of `{}`: {error}", program()))?;
            let counted = Counters::of_children().since(before);
            Ok((wall, used, counted, descendants::end_all(pid)))
        },
    );
    let (stderr, stdout) = (streams.stderr.end(), is_hashed.then(|| streams.stdout.end()));
    let (wall, used, counted, strays) = ended?;
    let (Some(stderr), Some(stdout)) = (stderr, stdout.map_or(Some(None), |read| read.map(Some))) else {
        *streams = Streams::new();
        return Err(format!(
            "the output of `{}` stays open although all of its processes were ended",
            program()
        ));
    };
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
        stdout: stdout.map(Hashed::digest),
        stderr: stderr.text(),
        strays,
    })
}

/// Sleeps until the child has ended, and leaves its number and its usage as they are.
fn wait_for_end(pid: Pid) {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(pid), flags) == Err(Errno::EINTR) {}
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
