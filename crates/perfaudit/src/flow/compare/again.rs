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

    /// Whose code there is on one side, which is seated.
    pub(super) fn sources(&self, sides: &mut Sides, side: Side) -> Result<ProjectSources, String> {
        match sides {
            Sides::Builds(builds) => {
                builds.workbench.seat(side).map_err(|error| error.to_string())?;
                let built = vec![builds.workbench.target()];
                Ok(sources::of_project(&builds.built.get(side).project, built))
            }
            Sides::Commands(commands) => {
                let mut built = vec![self.project.target_directory.clone()];
                // A command of a tree runs in it.
                if let Some(in_trees) = &mut commands.in_trees {
                    in_trees.workbench.seat(side).map_err(|error| error.to_string())?;
                    built.push(in_trees.workbench.target());
                }
                Ok(sources::of_project(self.project, built))
            }
        }
    }

    /// The command of one side, to be run as a whole.
    pub(super) fn command(&self, contested: &Contested<'_>, side: Side) -> Result<Command, String> {
        let command = contested.subject.line(side).cloned().ok_or("its command is not known")?;
        Ok(command.time_limit(self.patience))
    }
}
