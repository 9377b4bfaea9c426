//! What is compared is run again when its pairs are measured, to look into it.

use std::time::{Duration, Instant};

use perfaudit_cpu::symbols::ProjectSources;
use perfaudit_exec::{Command, Interrupt};
use perfaudit_project::CargoProject;
use perfaudit_prove::{Contested, Side};
use perfaudit_result::{Mode, PairedRow};

use super::Sides;
use crate::flow::cpu::sources;
use crate::progress::Progress;

/// The share of a budget that is kept for counting allocations.
pub(super) const SHARE_OF_COUNTS: f64 = 0.1;
/// The share of a budget that is kept for counting instructions, where that is asked for.
pub(super) const SHARE_OF_INSTRUCTIONS: f64 = 0.3;
/// The share of a budget that is kept for finding out what changes rest on, which may take what is kept for the others
/// too: it goes before them.
pub(super) const SHARE_OF_SETTLING: f64 = 0.15;
/// The share of a budget that is kept for profiles of what changed.
pub(super) const SHARE_OF_PROFILES: f64 = 0.2;

/// How far it may go.
#[derive(Clone, Copy)]
pub(super) struct Looking<'a> {
    pub(super) mode: Mode,
    /// How long a process may take.
    pub(super) patience: Duration,
    /// When the time for it is over.
    pub(super) until: Option<Instant>,
    /// The user's own project.
    pub(super) project: &'a CargoProject,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a Progress,
}

/// A row with what was measured of it.
pub(super) type Measured<'a, 'b> = (&'a Contested<'b>, &'a mut PairedRow);

impl Looking<'_> {
    /// Why a row is not looked into; none while there is time.
    pub(super) fn refusal(&self) -> Option<String> {
        if self.interrupt.is_set() {
            Some("interrupted".to_owned())
        } else if self.until.is_some_and(|until| Instant::now() >= until) {
            Some("the budget was spent before: give it more with `--budget`".to_owned())
        } else {
            None
        }
    }

    /// Puts one side where both are built and run; where that is no place, nothing is to be done.
    pub(super) fn seat(&self, sides: &mut Sides, side: Side) -> Result<(), String> {
        let workbench = match sides {
            Sides::Builds(builds) => Some(&mut builds.workbench),
            Sides::Commands(commands) => commands.in_trees.as_mut().map(|in_trees| &mut in_trees.workbench),
        };
        workbench.map_or(Ok(()), |workbench| workbench.seat(side)).map_err(|error| error.to_string())
    }

    /// Whose code there is on one side, which is seated.
    pub(super) fn sources(&self, sides: &mut Sides, side: Side) -> Result<ProjectSources, String> {
        self.seat(sides, side)?;
        Ok(match sides {
            Sides::Builds(builds) => {
                sources::of_project(&builds.built.get(side).project, vec![builds.workbench.target()])
            }
            Sides::Commands(commands) => {
                let mut built = vec![self.project.target_directory.clone()];
                built.extend(commands.in_trees.as_ref().map(|in_trees| in_trees.workbench.target()));
                sources::of_project(self.project, built)
            }
        })
    }

    /// The command of one side, to be run as a whole.
    pub(super) fn command(&self, contested: &Contested<'_>, side: Side) -> Result<Command, String> {
        if contested.subject.is_prepared() {
            return Err("what `--prepare` is run before cannot be looked into".to_owned());
        }
        let command = contested.subject.line(side).cloned().ok_or("its command is not known")?;
        Ok(command.time_limit(self.patience))
    }
}
