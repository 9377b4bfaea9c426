//! The launcher as its owner sees it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::control::Message;
use super::server::{ASKED, Answer, READY};
use super::{Timed, TimedCommand, TimedError};
use crate::command::Command;
use crate::interrupt::Interrupt;
use crate::process::{DRAIN, Ending, GRACE, TICK, ending_of};
use crate::stray::Marker;

/// How long a launcher may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(20);
/// A time limit that is nearly over is looked at again after this long.
const LEAST_TICK: Duration = Duration::from_millis(1);
/// How long a launcher may take to answer once its command was to end: it asks, insists, ends what was left behind,
/// and reads what is left of both streams.
const GIVE_UP: Duration = GRACE.saturating_add(DRAIN.saturating_mul(5));

/// A small process that starts measured commands, one at a time. It ends with this value, and so does all that it
/// started. One that is lost, because somebody killed it, is replaced once.
#[derive(Debug)]
pub struct Launcher {
    pub(super) process: LauncherProcess,
    /// How it was started.
    command: Command,
    /// True when the process is gone.
    is_lost: bool,
    was_replaced: bool,
}

#[derive(Debug)]
pub(super) struct LauncherProcess {
    pub(super) child: Child,
    /// Closed to end it.
    requests: Option<ChildStdin>,
    answers: Receiver<String>,
    marker: Marker,
}

impl LauncherProcess {
    fn start(command: &Command) -> Result<Self, TimedError> {
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
        let process = Self { child, requests, answers, marker };
        let started = Instant::now();
        while let Ok(line) = process.answers.recv_timeout(PATIENCE.saturating_sub(started.elapsed())) {
            if line == READY {
                return Ok(process);
            }
        }
        Err(TimedError::NoLauncher)
    }
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
        let process = LauncherProcess::start(command)?;
        Ok(Self { process, command: command.clone(), is_lost: false, was_replaced: false })
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// When the command cannot be started, and when the launcher is lost meanwhile. What happens to the command later
    /// is an [`Ending`](crate::Ending).
    pub fn run(&mut self, command: &TimedCommand, interrupt: &Interrupt) -> Result<Timed, TimedError> {
        if self.is_lost && !self.was_replaced {
            self.was_replaced = true;
            self.process = LauncherProcess::start(&self.command)?;
            self.is_lost = false;
        }
        self.tell(&Message::Run(Box::new(command.clone())))?;
        let (begun, limit) = (Instant::now(), command.command.time_limit);
        let mut asked: Option<(Ending, Instant)> = None;
        loop {
            let tick =
                limit.map_or(TICK, |limit| limit.saturating_sub(begun.elapsed()).clamp(LEAST_TICK, TICK));
            match self.process.answers.recv_timeout(tick) {
                Ok(line) => {
                    return match serde_json::from_str::<Answer>(&line) {
                        Ok(answer) => answer.map_err(TimedError::Refused),
                        Err(_) => Err(TimedError::NoLauncher),
                    };
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(self.lost()),
            }
            match asked {
                Some((_, since)) if since.elapsed() > GIVE_UP => return Err(self.lost()),
                Some((ending, since)) if since.elapsed() > GRACE => {
                    self.tell(&Message::Stop { ending, insist: true })?;
                }
                Some(_) => {}
                None => {
                    let ending = if interrupt.is_set() {
                        Ending::Interrupted
                    } else if limit.is_some_and(|limit| begun.elapsed() >= limit) {
                        Ending::TimedOut
                    } else {
                        continue;
                    };
                    asked = Some((ending, Instant::now()));
                    self.tell(&Message::Stop { ending, insist: false })?;
                }
            }
        }
    }

    fn tell(&mut self, message: &Message) -> Result<(), TimedError> {
        let mut line = serde_json::to_vec(message).expect("a message holds nothing that JSON cannot");
        line.push(b'\n');
        match self.process.requests.as_mut().map(|requests| requests.write_all(&line)) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(self.lost()),
        }
    }

    fn lost(&mut self) -> TimedError {
        let LauncherProcess { child, requests, marker, .. } = &mut self.process;
        self.is_lost = true;
        *requests = None;
        let _ = child.kill();
        let how = child.wait().map_or_else(|error| error.to_string(), |status| ending_of(status).describe());
        marker.end_all();
        TimedError::Lost { how }
    }
}

impl Drop for LauncherProcess {
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
