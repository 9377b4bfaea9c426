//! A command that is run in the tree of an arm.

use std::path::PathBuf;

use perfaudit_bench::CommandLine;
use perfaudit_exec::timed::{OutputUse, TimedCommand};
use perfaudit_exec::{Command, Ending, Interrupt, OutputLimit, RunError, run};

use crate::source::MissingSubmodule;
use crate::subject::PairedCommand;
use crate::tree::{Tree, TreeError};
use crate::workbench::{Side, Workbench};

/// How much of what a process says is kept.
const SAID: OutputLimit = OutputLimit(16 * 1024);
/// The last lines of a build that failed which are told.
const LINES: usize = 12;

/// What is run in a tree, and what is done first.
#[derive(Debug, Clone)]
pub struct TreeCommand {
    /// What builds the tree; none where it is run as it is.
    pub build: Option<CommandLine>,
    /// What is run before each process that is measured.
    pub prepare: Option<CommandLine>,
    /// What is measured.
    pub line: CommandLine,
}

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum TreeCommandError {
    /// The source cannot be had.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The project is not in that source.
    #[error("it has no folder `{}`: was the project elsewhere then?", folder.display())]
    NoFolder {
        /// The folder, relative to the root of the tree.
        folder: PathBuf,
    },
    /// The build cannot be started.
    #[error(transparent)]
    Start(#[from] RunError),
    /// The build failed.
    #[error("its build ended with {ending}{said}")]
    Build {
        /// How.
        ending: String,
        /// What it said last, behind a line break.
        said: String,
    },
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

impl TreeCommand {
    /// Writes the source of an arm and builds it. The arm is seated then.
    ///
    /// # Errors
    /// When there is nothing to run.
    pub fn prepare(
        &self,
        workbench: &mut Workbench,
        side: Side,
        tree: &Tree,
        interrupt: &Interrupt,
    ) -> Result<(PairedCommand, Vec<MissingSubmodule>), TreeCommandError> {
        let missing = tree.lay_down(workbench, side, interrupt)?;
        let folder = workbench.tree().join(&tree.folder);
        if !folder.is_dir() {
            return Err(TreeCommandError::NoFolder { folder: tree.folder.clone() });
        }
        let within = |line: &CommandLine| -> Command {
            line.command()
                .directory(&folder)
                .env("CARGO_TARGET_DIR", workbench.target())
                .env("CARGO_INCREMENTAL", "0")
                .output_limit(SAID)
        };
        if let Some(build) = &self.build {
            let finished = run(&within(build), interrupt, &mut |_| {})?;
            match finished.ending {
                Ending::Exited(0) => {}
                Ending::Interrupted => return Err(TreeCommandError::Interrupted),
                ending => {
                    let lines = finished.stderr.last_lines(LINES).join("\n");
                    let said = if lines.trim().is_empty() { lines } else { format!("\n{lines}") };
                    return Err(TreeCommandError::Build { ending: ending.describe(), said });
                }
            }
        }
        let timed = TimedCommand { command: within(&self.line), input: None, output: OutputUse::Hashed };
        Ok((PairedCommand { timed, prepare: self.prepare.as_ref().map(within) }, missing))
    }
}
