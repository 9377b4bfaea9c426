//! Why two sides cannot be compared.

use perfaudit_exec::LockError;
use perfaudit_project::ProjectError;
use perfaudit_prove::source::SourceError;
use perfaudit_prove::{ArmError, ProgramError, TreeCommandError, TreeError, WorkbenchError};

use crate::exit::Exit;

/// Why two sides cannot be compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompareError {
    #[error(
        "a source tree (a git revision, `work` or `path:DIR`) is compared with a source tree, a program or command with a program or command, and a recorded run with a recorded run"
    )]
    Mixed,
    #[error(
        "`--redact` is for what is measured now: recorded runs are shown as they were written, so measure them with `--redact`"
    )]
    Recorded,
    #[error("arguments behind `--` are for programs (`bin:FILE`); a command holds its own")]
    NoProgram,
    #[error("{0}")]
    Source(#[from] SourceError),
    #[error("{side} (`{name}`) cannot be built: {source}")]
    Arm { side: &'static str, name: String, source: Box<ArmError> },
    #[error("neither side has what was selected: {message}")]
    InNeither { message: String },
    #[error("{side} (`{name}`) cannot be run: {source}")]
    TreeCommand { side: &'static str, name: String, source: Box<TreeCommandError> },
    #[error("`--command` is run in source trees: name revisions, `work` or `path:DIR`, or two `cmd:LINE`")]
    NoTrees,
    #[error("`--prepare` is run before each process of a command: name one, as in `--command 'cargo build'`")]
    NoCommand,
    #[error("`--ir` compiles source trees: name revisions, `work` or `path:DIR`")]
    NoSource,
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    #[error("interrupted while the sides were built: nothing was compared")]
    Interrupted,
}

impl CompareError {
    /// Whether it is a fault of the source of one side, and not of the machine or of the command line.
    pub(in super::super) fn is_of_source(&self) -> bool {
        match self {
            Self::Arm { source, .. } => {
                matches!(**source, ArmError::NoProject { .. } | ArmError::Project(_))
            }
            Self::TreeCommand { source, .. } => {
                matches!(**source, TreeCommandError::NoFolder { .. } | TreeCommandError::Build { .. })
            }
            _ => false,
        }
    }

    /// The exit code of each.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted
            | Self::Source(SourceError::Interrupted)
            | Self::Workbench(WorkbenchError::Lock(LockError::Interrupted)) => Exit::Inconclusive,
            Self::Arm { source, .. } => match &**source {
                ArmError::Tree(TreeError::Source(SourceError::Interrupted))
                | ArmError::Project(ProjectError::Interrupted) => Exit::Inconclusive,
                ArmError::Project(
                    ProjectError::Toolchain { .. }
                    | ProjectError::Cargo { .. }
                    | ProjectError::Manifest { .. },
                ) => Exit::ProjectFailed,
                _ => Exit::Usage,
            },
            Self::TreeCommand { source, .. } => match &**source {
                TreeCommandError::Interrupted
                | TreeCommandError::Tree(TreeError::Source(SourceError::Interrupted)) => Exit::Inconclusive,
                TreeCommandError::Build { .. } => Exit::ProjectFailed,
                _ => Exit::Usage,
            },
            Self::Mixed
            | Self::Recorded
            | Self::NoSource
            | Self::NoProgram
            | Self::NoTrees
            | Self::NoCommand
            | Self::InNeither { .. }
            | Self::Source(_)
            | Self::Program(_)
            | Self::Workbench(_) => Exit::Usage,
        }
    }
}
