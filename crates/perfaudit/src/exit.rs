//! Exit codes, all of them.

use std::process::ExitCode;

use perfaudit_result::VerdictStatus;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: all is well.
    Pass,
    /// 1: an objective is not kept, or a gate was not passed.
    Critical,
    /// 2: the command line, or a file or folder it names, is wrong.
    Usage,
    /// 3: not everything was measured.
    Inconclusive,
    /// 4: the project's build or one of its workloads failed.
    ProjectFailed,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Critical => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::ProjectFailed => 4,
        }
    }

    pub(crate) fn of(status: VerdictStatus) -> Self {
        match status {
            VerdictStatus::Pass => Self::Pass,
            VerdictStatus::SloCritical | VerdictStatus::Regressed => Self::Critical,
            VerdictStatus::Inconclusive => Self::Inconclusive,
            VerdictStatus::ProjectFailed => Self::ProjectFailed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
