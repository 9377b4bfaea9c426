//! What is done around the runs of a command: the same when it is measured and when it is looked into.

use std::path::PathBuf;
use std::time::Duration;

use perfaudit_exec::{Command, Ending, Interrupt};
use perfaudit_result::WorkloadState;

use super::cold::{self, Eviction};
use super::line::CommandLine;
use super::session::Failure;
use super::spec::{CommandSpec, Preparation};
use crate::message;

/// How long `cleanup` may take when a run was interrupted.
const CLEANUP_PATIENCE: Duration = Duration::from_secs(60);

/// What is done around the runs of a command.
pub(super) struct Steps<'a> {
    spec: &'a CommandSpec,
    /// Dropped from the page cache before each run.
    files: Vec<PathBuf>,
    /// How often a source file was changed.
    changes: usize,
    /// Processes that steps left behind, which were ended.
    pub(super) strays: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn of(spec: &'a CommandSpec) -> Self {
        Self { spec, files: cold::files(spec), changes: 0, strays: 0 }
    }

    /// What is done once before everything.
    pub(super) fn set_up(&mut self, interrupt: &Interrupt, patience: Duration) -> Result<(), Failure> {
        self.step("setup", self.spec.setup.as_ref(), interrupt, patience)
    }

    /// What is done before each run; tells what was dropped from the page cache, if anything was to be.
    pub(super) fn prepare(
        &mut self,
        interrupt: &Interrupt,
        patience: Duration,
    ) -> Result<Option<Eviction>, Failure> {
        let done = match &self.spec.prepare {
            None => Ok(()),
            Some(Preparation::Run(line)) => {
                self.step("prepare", Some(line), interrupt, patience)?;
                Ok(())
            }
            Some(Preparation::Remove(directory)) => match std::fs::remove_dir_all(directory) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(format!("cannot remove `{}`: {error}", directory.display()))
                }
                _ => Ok(()),
            },
            Some(Preparation::Change(change)) => {
                self.changes += 1;
                let made = change.make(self.changes);
                made.map_err(|error| format!("cannot change the copy of a source file: {error}"))
            }
        };
        done.map_err(|said| Failure::plain(WorkloadState::Failed, said))?;
        Ok((!self.files.is_empty()).then(|| cold::evict(&self.files)))
    }

    /// What is done once after everything, also after a failure and after an interrupt.
    pub(super) fn clean_up(&mut self, patience: Duration) -> Result<(), Failure> {
        self.step("cleanup", self.spec.cleanup.as_ref(), &Interrupt::new(), patience.min(CLEANUP_PATIENCE))
    }

    fn step(
        &mut self,
        name: &str,
        line: Option<&CommandLine>,
        interrupt: &Interrupt,
        patience: Duration,
    ) -> Result<(), Failure> {
        let Some(line) = line else { return Ok(()) };
        let command = placed(line, self.spec).time_limit(patience);
        let failed = |state, said: String| {
            Failure::plain(state, format!("`{name}` failed (`{}`): {said}", line.text()))
        };
        let finished = perfaudit_exec::run(&command, interrupt, &mut |_| {})
            .map_err(|error| failed(WorkloadState::Failed, error.to_string()))?;
        self.strays += finished.strays;
        match finished.ending {
            Ending::Exited(0) => Ok(()),
            Ending::Interrupted => Err(Failure::plain(WorkloadState::NotRun, message::interrupted())),
            _ => Err(failed(WorkloadState::Failed, message::failed(&finished))),
        }
    }
}

/// A command line in the directory and the environment of its command.
pub(super) fn placed(line: &CommandLine, spec: &CommandSpec) -> Command {
    let command = line.command().directory(&spec.directory);
    spec.environment.iter().fold(command, |command, (name, value)| command.env(name, value))
}

/// A command to be looked into: what is done around its runs is done as when it was measured.
pub struct SteppedCommand<'a> {
    steps: Steps<'a>,
    interrupt: &'a Interrupt,
    patience: Duration,
}

impl<'a> SteppedCommand<'a> {
    /// Runs `work` between what is done once before everything and once after it, whatever comes of it. A step is ended
    /// after `patience`.
    ///
    /// # Errors
    /// What a step, or `work`, says.
    pub fn run<T>(
        spec: &'a CommandSpec,
        patience: Duration,
        interrupt: &'a Interrupt,
        work: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut stepped = Self { steps: Steps::of(spec), interrupt, patience };
        let done = match stepped.steps.set_up(interrupt, patience) {
            Ok(()) => work(&mut stepped),
            Err(failure) => Err(failure.message),
        };
        let cleaned = stepped.steps.clean_up(patience).map_err(|failure| failure.message);
        done.and_then(|done| cleaned.map(|()| done))
    }

    /// What to run now: all that is done before a run was done.
    ///
    /// # Errors
    /// What the preparation says.
    pub fn prepared(&mut self) -> Result<Command, String> {
        self.steps.prepare(self.interrupt, self.patience).map_err(|failure| failure.message)?;
        Ok(self.steps.spec.command())
    }
}
