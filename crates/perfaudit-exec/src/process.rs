//! Running one child to its end, whatever it does.
//!
//! The child leads a process group of its own, so that all of it can be ended at once. Threads read its streams
//! and wait for it; the caller's thread only sleeps on a channel, so that nothing polls while something is
//! measured. When the child has ended, whatever it left behind is ended too (see [`crate::stray`]): otherwise a
//! benchmark that forks would disturb the ones after it.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags};
use rustix::process::{PidfdFlags, pidfd_open};
use serde::{Deserialize, Serialize};
use wait4::Wait4;

use crate::capture::Captured;
use crate::command::Command;
use crate::interrupt::Interrupt;
use crate::stray::Marker;

/// How long a child may take to end after it was asked to.
pub(crate) const GRACE: Duration = Duration::from_millis(1000);
/// How often the caller's thread wakes to look at the interrupt.
pub(crate) const TICK: Duration = Duration::from_millis(100);
/// How long the streams may stay open once everything that held them was ended.
pub(crate) const DRAIN: Duration = Duration::from_millis(2000);

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It exited with this code.
    Exited(i32),
    /// A signal that was not sent from here ended it.
    Signalled(i32),
    /// It was ended at its time limit.
    TimedOut,
    /// It was ended because of the interrupt.
    Interrupted,
}

impl Ending {
    /// True for exit code 0.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Exited(0)
    }

    /// The ending in words: `exit code 101`, `killed by SIGSEGV`.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Exited(code) => format!("exit code {code}"),
            Self::Signalled(number) => match Signal::try_from(number) {
                Ok(signal) => format!("killed by {signal}"),
                Err(_) => format!("killed by signal {number}"),
            },
            Self::TimedOut => "ended at its time limit".to_owned(),
            Self::Interrupted => "interrupted".to_owned(),
        }
    }
}

/// A child that has ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub ending: Ending,
    /// What it printed on standard output.
    pub stdout: Captured,
    /// What it printed on standard error.
    pub stderr: Captured,
    /// From its start to its end.
    pub duration: Duration,
    /// Processes it left behind, which were ended.
    pub strays: usize,
    /// CPU time of the child and of all descendants that were waited for.
    pub usage: Usage,
}

/// CPU time of an ended process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// In user mode.
    pub user: Duration,
    /// In the kernel.
    pub system: Duration,
}

impl Usage {
    /// What was used since `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

/// Which stream a line came on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Why a child could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be started.
    #[error("cannot start `{program}`: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// What was started as a gate is none.
    #[error(
        "the gate did not answer: the program must call `perfaudit_exec::timed::serve_if_asked` first of all"
    )]
    NoGate,
}

enum Event {
    Output(Stream, Vec<u8>),
    Closed,
    Ended(std::io::Result<(ExitStatus, Usage)>),
}

/// A line that a child printed, and the time limit it runs under, which the observer may prolong.
#[derive(Debug)]
pub struct OutputLine<'a> {
    /// The stream.
    pub stream: Stream,
    /// The line without its end.
    pub text: &'a str,
    /// The time limit, counted from the start of the child.
    pub time_limit: &'a mut Option<Duration>,
}

/// Runs a child to its end. `observe` sees each line as it is printed.
///
/// # Errors
/// When the child cannot be started. Everything that happens to it later is an [`Ending`].
pub fn run(
    command: &Command,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(OutputLine<'_>),
) -> Result<Finished, RunError> {
    let marker = Marker::unique();
    let mut builder = command.builder();
    let started = Instant::now();
    let stdin = command.stdin().map_err(|error| command.cannot_start(error))?;
    let child = spawn(&mut builder, command, &marker, stdin)?;
    Ok(follow(Started { child, marker, started, used_before: Usage::default() }, command, interrupt, observe))
}

/// A child that runs, and leads a process group of its own.
pub(crate) struct Started {
    pub(crate) child: std::process::Child,
    pub(crate) marker: Marker,
    pub(crate) started: Instant,
    /// What the process used before it became the child.
    pub(crate) used_before: Usage,
}

/// Stays with a child to its end.
pub(crate) fn follow(
    started: Started,
    command: &Command,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(OutputLine<'_>),
) -> Finished {
    let Started { mut child, marker, started, used_before } = started;
    let group = Pid::from_raw(i32::try_from(child.id()).expect("a process id fits into an i32"));
    let (sender, events) = mpsc::channel();
    let mut open_streams = 0;
    if let Some(stdout) = child.stdout.take() {
        open_streams += 1;
        read_in_thread(Stream::Stdout, stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        open_streams += 1;
        read_in_thread(Stream::Stderr, stderr, sender.clone());
    }
    std::thread::spawn(move || {
        let _ = wait_for_end(group);
        // The receiver is gone only when `run` has returned, and then nobody wants to know.
        let ended = child.wait4().map(|used| {
            (used.status, Usage { user: used.rusage.utime, system: used.rusage.stime }.since(used_before))
        });
        let _ = sender.send(Event::Ended(ended));
    });

    let mut output = Output::new(command.output_limit.0);
    let mut time_limit = command.time_limit;
    let mut ended_by_us: Option<(Ending, Instant)> = None;
    let mut status = None;
    let mut duration = Duration::ZERO;
    let mut strays = 0;
    let mut drain_until = None;
    while status.is_none() || open_streams > 0 {
        match events.recv_timeout(TICK) {
            Ok(Event::Output(stream, bytes)) => output.push(stream, &bytes, &mut time_limit, observe),
            Ok(Event::Closed) => open_streams -= 1,
            Ok(Event::Ended(result)) => {
                duration = started.elapsed();
                status = Some(result);
                // What the child forked outlives it, and may hold the streams open. Marks come first: whoever is
                // ended with the group cannot be counted.
                strays = marker.end_all();
                let _ = killpg(group, Signal::SIGKILL);
                drain_until = Some(Instant::now() + DRAIN);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if drain_until.is_some_and(|until| Instant::now() > until) {
            break;
        }
        if status.is_none() {
            ended_by_us = end_when_due(group, started, time_limit, interrupt, ended_by_us);
        }
    }
    output.flush(&mut time_limit, observe);
    let (status, usage) = status.and_then(Result::ok).unzip();
    let ending = match (ended_by_us, status) {
        (Some((ending, _)), _) => ending,
        (None, Some(status)) => ending_of(status),
        (None, None) => Ending::Signalled(0),
    };
    Finished {
        ending,
        stdout: output.stdout.captured,
        stderr: output.stderr.captured,
        duration,
        strays,
        usage: usage.unwrap_or_default(),
    }
}

/// Sleeps until a process has ended, without taking that from the system. Who waits for a child in the usual way is told
/// of its stops, too, while another thread traces it, and that thread is not.
fn wait_for_end(process: Pid) -> Result<(), rustix::io::Errno> {
    let process = rustix::process::Pid::from_raw(process.as_raw()).ok_or(rustix::io::Errno::SRCH)?;
    let process = pidfd_open(process, PidfdFlags::empty())?;
    loop {
        match rustix::event::poll(&mut [PollFd::new(&process, PollFlags::IN)], None) {
            Err(rustix::io::Errno::INTR) => {}
            done => return done.map(|_| ()),
        }
    }
}

/// Whether the stops of children are left to threads that trace them: the system has to tell of ends alone for that.
#[must_use]
pub fn leaves_stops_to_tracers() -> bool {
    pidfd_open(rustix::process::getpid(), PidfdFlags::empty()).is_ok()
}

/// Starts what `builder` says with the streams that `command` wants.
pub(crate) fn spawn(
    builder: &mut std::process::Command,
    command: &Command,
    marker: &Marker,
    stdin: Stdio,
) -> Result<std::process::Child, RunError> {
    let stream = || if command.inherits_output { Stdio::inherit() } else { Stdio::piped() };
    builder.env(Marker::VARIABLE, marker.value()).stdin(stdin).stdout(stream()).stderr(stream());
    builder.spawn().map_err(|source| command.cannot_start(source))
}

fn read_in_thread(stream: Stream, mut source: impl Read + Send + 'static, sender: Sender<Event>) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    if sender.send(Event::Output(stream, buffer[..n].to_vec())).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = sender.send(Event::Closed);
    });
}

/// Asks the group to end when its time is over or the interrupt is set, and insists after [`GRACE`].
fn end_when_due(
    group: Pid,
    started: Instant,
    time_limit: Option<Duration>,
    interrupt: &Interrupt,
    ended_by_us: Option<(Ending, Instant)>,
) -> Option<(Ending, Instant)> {
    match ended_by_us {
        Some((_, asked)) => {
            if asked.elapsed() > GRACE {
                let _ = killpg(group, Signal::SIGKILL);
            }
            ended_by_us
        }
        None => {
            let ending = if interrupt.is_set() {
                Ending::Interrupted
            } else if time_limit.is_some_and(|limit| started.elapsed() >= limit) {
                Ending::TimedOut
            } else {
                return None;
            };
            // A stopped process acts on SIGTERM only once it continues.
            let _ = killpg(group, Signal::SIGTERM);
            let _ = killpg(group, Signal::SIGCONT);
            Some((ending, Instant::now()))
        }
    }
}

pub(crate) fn ending_of(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, Some(signal)) => Ending::Signalled(signal),
        (None, None) => Ending::Signalled(0),
    }
}

/// One stream: what is kept of it, and the line that is not complete yet.
struct Lines {
    captured: Captured,
    partial: Vec<u8>,
}

impl Lines {
    /// A longer line is handed over in parts: a child that prints no newline must not fill the memory.
    const LONGEST: usize = 16 * 1024;

    fn new(limit: usize) -> Self {
        Self { captured: Captured::new(limit), partial: Vec::new() }
    }

    fn push(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        self.captured.push(bytes);
        for chunk in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.partial.extend_from_slice(chunk);
            if chunk.ends_with(b"\n") || self.partial.len() > Self::LONGEST {
                line(String::from_utf8_lossy(&self.partial).trim_end_matches(['\n', '\r']));
                self.partial.clear();
            }
        }
    }
}

struct Output {
    stdout: Lines,
    stderr: Lines,
}

impl Output {
    fn new(limit: usize) -> Self {
        Self { stdout: Lines::new(limit), stderr: Lines::new(limit) }
    }

    fn push(
        &mut self,
        stream: Stream,
        bytes: &[u8],
        time_limit: &mut Option<Duration>,
        observe: &mut dyn FnMut(OutputLine<'_>),
    ) {
        let lines = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        lines.push(bytes, |text| observe(OutputLine { stream, text, time_limit }));
    }

    fn flush(&mut self, time_limit: &mut Option<Duration>, observe: &mut dyn FnMut(OutputLine<'_>)) {
        for (stream, lines) in [(Stream::Stdout, &mut self.stdout), (Stream::Stderr, &mut self.stderr)] {
            if !lines.partial.is_empty() {
                let text = String::from_utf8_lossy(&lines.partial).into_owned();
                observe(OutputLine { stream, text: &text, time_limit });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        Command::new("sh").args(["-c", script])
    }

    fn finish(command: &Command) -> Finished {
        run(command, &Interrupt::new(), &mut |_| {}).unwrap()
    }

    fn is_alive(pid: &str) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
            .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'))
    }

    #[test]
    fn both_streams_and_the_exit_code_are_told() {
        let finished = finish(&sh("echo out; echo err >&2; exit 3"));
        assert_eq!(finished.ending, Ending::Exited(3));
        assert_eq!(finished.stdout.text(), "out\n");
        assert_eq!(finished.stderr.text(), "err\n");
    }

    #[test]
    fn a_child_that_kills_itself_is_told_from_one_that_exits() {
        let finished = finish(&sh("kill -SEGV $$"));
        assert_eq!(finished.ending, Ending::Signalled(11));
        assert_eq!(finished.ending.describe(), "killed by SIGSEGV");
    }

    #[test]
    fn a_child_that_hangs_and_ignores_sigterm_is_ended_at_its_limit() {
        let command = sh("trap '' TERM; while :; do sleep 0.05; done").time_limit(Duration::from_millis(200));
        assert_eq!(finish(&command).ending, Ending::TimedOut);
    }

    #[test]
    fn a_grandchild_in_a_session_of_its_own_does_not_survive() {
        let finished = finish(&sh("setsid sh -c 'echo $$; exec sleep 600' & sleep 0.3; exit 0"));
        assert!(finished.ending.is_success());
        assert_eq!(finished.strays, 1);
        assert!(!is_alive(&finished.stdout.text()));
    }

    #[test]
    fn a_grandchild_in_the_same_group_is_counted_too() {
        let finished = finish(&sh("sleep 600 & exit 0"));
        assert!(finished.ending.is_success());
        assert_eq!(finished.strays, 1);
    }

    #[test]
    fn an_interrupt_ends_the_child() {
        let interrupt = Interrupt::new();
        interrupt.set();
        let finished = run(&sh("sleep 600"), &interrupt, &mut |_| {}).unwrap();
        assert_eq!(finished.ending, Ending::Interrupted);
    }

    #[test]
    fn lines_arrive_while_the_child_runs_and_may_prolong_its_limit() {
        let command = sh("echo more time; sleep 0.6; echo done").time_limit(Duration::from_millis(300));
        let mut lines = Vec::new();
        let finished = run(&command, &Interrupt::new(), &mut |line| {
            *line.time_limit = Some(Duration::from_secs(60));
            lines.push(line.text.to_owned());
        })
        .unwrap();
        assert!(finished.ending.is_success());
        assert_eq!(lines, ["more time", "done"]);
    }

    #[test]
    fn a_flood_without_newlines_is_bounded() {
        let finished = finish(&sh("head -c 20000000 /dev/zero").output_limit(crate::OutputLimit(1000)));
        assert!(finished.ending.is_success());
        assert_eq!(finished.stdout.total_bytes(), 20_000_000);
        assert!(finished.stdout.text().len() < 5000);
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_with_its_name() {
        let error = run(&Command::new("no-such-program-here"), &Interrupt::new(), &mut |_| {})
            .unwrap_err()
            .to_string();
        assert!(error.contains("no-such-program-here"), "{error}");
    }
}
