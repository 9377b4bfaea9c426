//! `[[command]]`: whole commands as workloads.

mod parameter;
mod read;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use perfaudit_result::WorkloadId;

use super::project_path::ProjectPath;
use super::section::Keys;

pub use parameter::Parameter;
pub(super) use read::read_all;
pub use steps::{CommandLine, Steps};

/// `[[command]]`: a command, and how it is measured.
#[derive(Debug, Clone)]
pub struct CommandSpec {
    /// Its name; no other command has it.
    pub name: String,
    /// What is run, as it was written: `{parameter}` is not filled in.
    pub written: Steps,
    /// What is varied, in the order of the file.
    pub parameters: Vec<Parameter>,
    /// One workload for each combination of the parameters' values; one if there are none.
    pub workloads: Vec<CommandWorkload>,
    /// Where it is run.
    pub directory: ProjectPath,
    /// What its environment has in addition.
    pub environment: BTreeMap<String, String>,
    /// How often it is timed.
    pub runs: Runs,
    /// How often it is run before that.
    pub warmup: u32,
    /// Whether it is also measured with a dropped page cache, where that is allowed.
    pub cold: bool,
    /// Which exit codes are no failure.
    pub exit: AcceptedExit,
    /// After how long it is ended; without it the command line decides.
    pub timeout: Option<Duration>,
    /// What becomes of its standard output.
    pub output: OutputUse,
    /// Where it was given.
    pub keys: Keys,
}

/// One combination of the values of a command's parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandWorkload {
    /// `command/NAME`, with the values behind it: `command/NAME/a.txt`. No other workload has it.
    pub id: WorkloadId,
    /// The values, in the order of [`CommandSpec::parameters`].
    pub values: Vec<String>,
    /// What is run, with the values filled in.
    pub steps: Steps,
}

/// How often a command is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// As often as this.
    Fixed(NonZeroU32),
    /// As often as mode and budget say, within bounds; the lower one does not exceed the upper one.
    Between {
        /// At least as often.
        least: Option<NonZeroU32>,
        /// At most as often.
        most: Option<NonZeroU32>,
    },
}

/// Which exit codes are no failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptedExit {
    /// These; at least one.
    Codes(BTreeSet<u8>),
    /// All.
    Any,
}

impl AcceptedExit {
    /// Whether a command that ended with this code did well.
    #[must_use]
    pub fn accepts(&self, code: u8) -> bool {
        match self {
            Self::Codes(codes) => codes.contains(&code),
            Self::Any => true,
        }
    }
}

/// What becomes of a command's standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputUse {
    /// It is hashed, and must be the same in each run.
    Hash,
    /// It is thrown away.
    Null,
}

impl OutputUse {
    /// As it is written in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Null => "null",
        }
    }
}
