//! The launcher as its owner sees it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::server::{ASKED, Answer, READY};
use super::{Timed, TimedCommand, TimedError};
use crate::command::Command;
use crate::interrupt::Interrupt;
use crate::process::{GRACE, TICK, ending_of};
use crate::stray::Marker;

/// How long a launcher may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(20);

/// A small process that starts measured commands, one at a time. It ends with this value, and so does all that it
/// started.
#[derive(Debug)]
pub struct Launcher {
    child: Child,
    /// Closed to end it.
    requests: Option<ChildStdin>,
    answers: Receiver<String>,
    marker: Marker,
}

impl Launcher {
    /// Starts this same program as a launcher; it has to call [`super::serve_if_asked`] first of all. One that does
    /// not gets an argument it does not know.
    ///
    /// # Errors
    /// When it cannot be started, or is no launcher.
    pub fn of_this_program() -> Result<Self, TimedError> {
        let program = std::env::current_exe().map_err(|source| TimedError::Start { source })?;
        Self::start(&Command::new(program).arg("--perfaudit-launcher"))
    }

    /// Starts a program that calls [`super::serve_if_asked`] as a launcher. Limits of the command do not apply.
    ///
    /// # Errors
    /// When it cannot be started, or is no launcher.
    pub fn start(command: &Command) -> Result<Self, TimedError> {
        let marker = Marker::unique();
        let mut child = command
            .builder()
            .env(ASKED, "1")
            .env(Marker::VARIABLE, marker.value())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| TimedError::Start { source })?;
        let requests = child.stdin.take();
        let output = child.stdout.take().expect("standard output is a pipe");
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let launcher = Self { child, requests, answers, marker };
        let started = Instant::now();
        while let Ok(line) = launcher.answers.recv_timeout(PATIENCE.saturating_sub(started.elapsed())) {
            if line == READY {
                return Ok(launcher);
            }
        }
        Err(TimedError::NoLauncher)
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// When the command cannot be started, and when the launcher is lost. What happens to the command later is an
    /// [`Ending`](crate::Ending).
    pub fn run(&mut self, command: &TimedCommand, interrupt: &Interrupt) -> Result<Timed, TimedError> {
        let mut request = serde_json::to_vec(command).expect("a command holds nothing that JSON cannot");
        request.push(b'\n');
        let sent = self.requests.as_mut().map(|requests| requests.write_all(&request));
        if !matches!(sent, Some(Ok(()))) {
            return Err(self.lost());
        }
        let mut is_told = false;
        loop {
            match self.answers.recv_timeout(TICK) {
                Ok(line) => {
                    return match serde_json::from_str::<Answer>(&line) {
                        Ok(answer) => answer.map_err(TimedError::Refused),
                        Err(_) => Err(TimedError::NoLauncher),
                    };
                }
                Err(RecvTimeoutError::Timeout) if interrupt.is_set() && !is_told => {
                    is_told = true;
                    let _ = kill(self.pid(), Signal::SIGTERM);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(self.lost()),
            }
        }
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id fits into an i32"))
    }

    fn lost(&mut self) -> TimedError {
        let _ = self.child.kill();
        let how =
            self.child.wait().map_or_else(|error| error.to_string(), |status| ending_of(status).describe());
        self.marker.end_all();
        TimedError::Lost { how }
    }
}

impl Drop for Launcher {
    /// Lets the launcher end, insists if it does not, and ends what it can no longer end itself.
    fn drop(&mut self) {
        self.requests = None;
        // Its output ends with it.
        let asked = Instant::now();
        while self.answers.recv_timeout(GRACE.saturating_sub(asked.elapsed())).is_ok() {}
        if matches!(self.child.try_wait(), Ok(Some(status)) if status.success()) {
            return;
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.marker.end_all();
    }
}
