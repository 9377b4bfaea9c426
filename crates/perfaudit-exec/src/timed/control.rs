//! What the launcher is told, and ending a measured child when it is told so.
//!
//! The thread that reads sleeps in the kernel while a child is measured, so that it costs the child nothing. Time
//! limits and interrupts are watched by the launcher's owner.

use std::io::BufRead;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::TimedCommand;
use crate::process::Ending;

/// What the owner writes, one to a line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// Run this and answer.
    Run(Box<TimedCommand>),
    /// End what runs, for this reason.
    Stop {
        /// The ending to answer with.
        ending: Ending,
        /// Whether it was asked before, and is killed now.
        insist: bool,
    },
}

/// The child that runs, as the reading thread sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Control(Arc<Mutex<Running>>);

#[derive(Debug, Default)]
struct Running {
    /// Nobody before a child is started and once it has ended. Its number is not given to another process as long
    /// as it is here, because it is waited for only after it was taken out.
    group: Option<Pid>,
    ended_by_us: Option<Ending>,
}

impl Control {
    /// Reads messages in a thread; commands to run come out of the receiver, which closes when nobody writes any
    /// more. A child that still runs then is killed.
    pub(super) fn listen() -> (Self, Receiver<Result<TimedCommand, String>>) {
        let control = Self::default();
        let (sender, commands) = mpsc::channel();
        let listening = control.clone();
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                let command = match serde_json::from_str(&line) {
                    Ok(Message::Stop { ending, insist }) => {
                        listening.stop(ending, insist);
                        continue;
                    }
                    Ok(Message::Run(command)) => Ok(*command),
                    Err(error) => Err(format!("the launcher does not understand what to run: {error}")),
                };
                if sender.send(command).is_err() {
                    break;
                }
            }
            listening.stop(Ending::Interrupted, true);
        });
        (control, commands)
    }

    pub(super) fn started(&self, group: Pid) {
        *self.lock() = Running { group: Some(group), ended_by_us: None };
    }

    /// From here on the child's number may go to another process. Tells whether, and why, it was ended.
    pub(super) fn ended(&self) -> Option<Ending> {
        std::mem::take(&mut *self.lock()).ended_by_us
    }

    fn stop(&self, ending: Ending, insist: bool) {
        let mut running = self.lock();
        let Some(group) = running.group else { return };
        running.ended_by_us.get_or_insert(ending);
        if insist {
            let _ = killpg(group, Signal::SIGKILL);
        } else {
            let _ = killpg(group, Signal::SIGTERM);
            // A stopped process acts on SIGTERM only once it continues.
            let _ = killpg(group, Signal::SIGCONT);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
