//! What is asked: a command, and how it is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use perfaudit_exec::Command;
use perfaudit_exec::timed::OutputUse;
use perfaudit_result::WorkloadKind;
use serde::Serialize;

use super::change::SourceChange;
use super::line::CommandLine;

/// A command, and how it is measured.
#[derive(Debug, Clone, Serialize)]
pub struct CommandSpec {
    /// Its name; no other command of its family has it. The workload is `command/NAME`, or begins with the word of
    /// another family.
    pub name: String,
    /// What it is measured for.
    pub family: Family,
    /// The file that names it, relative to the project's root; empty for a command of the command line.
    pub source: String,
    /// What is timed.
    pub run: CommandLine,
    /// Where everything is run, absolute.
    pub directory: PathBuf,
    /// What the environment has in addition.
    pub environment: BTreeMap<String, String>,
    /// The file on standard input, absolute; none is `/dev/null`.
    pub input: Option<PathBuf>,
    /// Run once before everything.
    pub setup: Option<CommandLine>,
    /// Run before each run, also before those that warm up.
    pub prepare: Option<Preparation>,
    /// Run once after everything, whatever came of it.
    pub cleanup: Option<CommandLine>,
    /// How often it is run before it is timed.
    pub warmup: u32,
    /// How often it is timed.
    pub runs: Runs,
    /// Which exit codes are no failure.
    pub exit: AcceptedExit,
    /// After how long a run is ended; without it the request decides.
    pub timeout: Option<Duration>,
    /// What becomes of standard output.
    pub output: OutputUse,
    /// Whether its files are in memory when it starts.
    pub cache: Cache,
}

impl CommandSpec {
    /// A command that is run in `directory`, timed as often as the mode says, and must exit with 0. Its output is
    /// hashed.
    #[must_use]
    pub fn new(name: &str, run: CommandLine, directory: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            family: Family::COMMAND,
            source: String::new(),
            run,
            directory,
            environment: BTreeMap::new(),
            input: None,
            setup: None,
            prepare: None,
            cleanup: None,
            warmup: 1,
            runs: Runs::Between { least: None, most: None },
            exit: AcceptedExit::default(),
            timeout: None,
            output: OutputUse::Hashed,
            cache: Cache::Warm,
        }
    }

    /// What is timed, as a child that leads a process group of its own, with its standard input.
    #[must_use]
    pub fn command(&self) -> Command {
        let command = self.run.command().directory(&self.directory);
        let command = self.input.iter().fold(command, Command::input);
        self.environment.iter().fold(command, |command, (name, value)| command.env(name, value))
    }

    /// Whether runs of other commands may come between its own. What is set up for one command may be undone by
    /// another, and what is prepared before each run may disturb the runs of others.
    pub(super) fn is_alone(&self) -> bool {
        self.setup.is_some()
            || self.prepare.is_some()
            || self.cleanup.is_some()
            || matches!(self.cache, Cache::Cold { .. })
    }
}

/// What a command is measured for: the kind of its workload, and the word that the workload's name begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Family {
    /// The kind of the workload.
    pub kind: WorkloadKind,
    /// The first part of its name.
    pub word: &'static str,
}

impl Family {
    /// A command for its own sake.
    pub const COMMAND: Self = Self { kind: WorkloadKind::Command, word: "command" };
}

/// What is done before each run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Preparation {
    /// A command is run.
    Run(CommandLine),
    /// A directory of our own is removed with all that is in it.
    Remove(PathBuf),
    /// A source file of our own copy is changed, differently each time.
    Change(SourceChange),
}

/// How often a command is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Runs {
    /// As often as this, if the budget allows.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum AcceptedExit {
    /// These.
    Codes(BTreeSet<u8>),
    /// All.
    Any,
}

impl Default for AcceptedExit {
    /// 0 alone.
    fn default() -> Self {
        Self::Codes(BTreeSet::from([0]))
    }
}

impl AcceptedExit {
    pub(super) fn accepts(&self, code: i32) -> bool {
        match self {
            Self::Codes(codes) => u8::try_from(code).is_ok_and(|code| codes.contains(&code)),
            Self::Any => true,
        }
    }
}

/// Whether a command's files are in memory when it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Cache {
    /// They are as the run before left them.
    Warm,
    /// Its program, its input, the files that its words name, and these are dropped from the page cache before each
    /// run, with `posix_fadvise`. Pages that other programs have mapped stay, as those of shared libraries do; the
    /// caches of all others are left alone.
    Cold {
        /// Further files, absolute or relative to the directory.
        also: Vec<PathBuf>,
    },
}
