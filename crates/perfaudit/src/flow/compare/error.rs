//! Why two sides cannot be compared.

use perfaudit_exec::LockError;
use perfaudit_project::ProjectError;
use perfaudit_prove::source::SourceError;
use perfaudit_prove::{ArmError, ProgramError, WorkbenchError};

use crate::exit::Exit;

/// Why two sides cannot be compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompareError {
    #[error(
        "a git revision is compared with another one or with `work`, a program or command with a program or command, and a recorded run with a recorded run"
    )]
    Mixed,
    #[error("arguments behind `--` are for programs (`bin:FILE`); a command holds its own")]
    NoProgram,
    #[error("{0}")]
    Source(#[from] SourceError),
    #[error("{side} (`{name}`) cannot be built: {source}")]
    Arm { side: &'static str, name: String, source: Box<ArmError> },
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    #[error("interrupted while the sides were built: nothing was compared")]
    Interrupted,
}

impl CompareError {
    /// The exit code of each.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted
            | Self::Source(SourceError::Interrupted)
            | Self::Workbench(WorkbenchError::Lock(LockError::Interrupted)) => Exit::Inconclusive,
            Self::Arm { source, .. } => match &**source {
                ArmError::Source(SourceError::Interrupted) | ArmError::Project(ProjectError::Interrupted) => {
                    Exit::Inconclusive
                }
                ArmError::Project(
                    ProjectError::Toolchain { .. }
                    | ProjectError::Cargo { .. }
                    | ProjectError::Manifest { .. },
                ) => Exit::ProjectFailed,
                _ => Exit::Usage,
            },
            Self::Mixed | Self::NoProgram | Self::Source(_) | Self::Program(_) | Self::Workbench(_) => {
                Exit::Usage
            }
        }
    }
}
