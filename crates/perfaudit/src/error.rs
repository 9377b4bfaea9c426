//! What ends a command early.

use std::path::PathBuf;

use perfaudit_bench::{GatherError, TrialError};
use perfaudit_binary::SizeError;
use perfaudit_cpu::export::ExportError;
use perfaudit_cpu::record::perf_data::PerfDataError;
use perfaudit_exec::timed::TimedError;
use perfaudit_exec::{LockError, RunError};
use perfaudit_history::StoreError;
use perfaudit_import::ImportError;
use perfaudit_project::config::ConfigError;
use perfaudit_project::{ChangeError, ProjectError};
use perfaudit_run::RunDirectoryError;
use perfaudit_source::SourceError;

use crate::exit::Exit;
use crate::flow::{ApplyError, CompareError, MatrixError, ProveError, ShippedError};

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Compare(#[from] CompareError),
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    #[error(transparent)]
    Shipped(#[from] ShippedError),
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("`{code}` ({origin}) is no code of a precondition; did you mean `{nearest}`?")]
    UnknownPrecondition { code: String, origin: String, nearest: String },
    #[error("`{given}` is neither a command nor a folder; did you mean `perfaudit {meant}`?")]
    UnknownCommand { given: String, meant: String },
    #[error("`{}` exists; remove it first, or look at what it should hold with `perfaudit init --stdout`", path.display())]
    Configured { path: PathBuf },
    #[error("`{}` exists; `perfaudit init --bench --force` writes over it", path.display())]
    Generated { path: PathBuf },
    #[error("no benchmarks could be written: {0}")]
    Skeletons(String),
    #[error("files are told with `--format` terminal, json or markdown; the other formats are of projects")]
    FormatOfFiles,
    #[error(transparent)]
    Size(#[from] SizeError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Trial(#[from] TrialError),
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{}`: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Run(#[from] RunDirectoryError),
    #[error(transparent)]
    Gather(#[from] GatherError),
    #[error("run {run} is complete: there is nothing to resume; leave `--resume` out")]
    Finished { run: String },
    #[error(
        "run {run} was made in {there} mode, and this one would be in {here} mode: resume it with `--mode {there}`"
    )]
    ResumedOtherwise { run: String, there: &'static str, here: &'static str },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("cannot read `{}`: {source}", path.display())]
    PerfData { path: PathBuf, source: PerfDataError },
    #[error(transparent)]
    Timed(#[from] TimedError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{0}; is the Rust toolchain installed and on the PATH?")]
    Start(#[from] RunError),
    #[error("the handlers for Ctrl-C cannot be installed: {0}")]
    Signals(std::io::Error),
    #[error("cannot find this program to start it as a helper: {0}; call it by its path")]
    ThisProgram(std::io::Error),
    #[error(
        "cannot make a folder for what harnesses write: {0}; make room, or name another directory with `--out`"
    )]
    Scratch(std::io::Error),
    #[error(
        "no run of this project has CPU profiles, which tell what benchmarks run: make them with `perfaudit cpu`"
    )]
    NoProfiles,
    #[error(
        "`{name}` is no rule, finding or hot function of the newest profiles: `perfaudit report` shows those there are"
    )]
    NothingProfiled { name: String },
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error("there is no process {0}: `ps` lists those that run")]
    NoProcess(u32),
    #[error(transparent)]
    Witness(#[from] perfaudit_cpu::instructions::CountError),
    #[error("there is no rule `{name}`{nearest}; `perfaudit rules` lists all of them")]
    UnknownRule { name: String, nearest: String },
}

impl CommandError {
    /// The exit code of each error, in one place.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Compare(error) => error.exit(),
            Self::Matrix(error) => error.exit(),
            Self::Shipped(error) => error.exit(),
            Self::Prove(error) => error.exit(),
            Self::Project(
                ProjectError::Toolchain { .. } | ProjectError::Cargo { .. } | ProjectError::Manifest { .. },
            )
            | Self::Trial(TrialError::Build(_) | TrialError::Offline(_)) => Exit::ProjectFailed,
            Self::Trial(TrialError::Interrupted) => Exit::Inconclusive,
            Self::Project(ProjectError::Interrupted | ProjectError::Lock(LockError::Interrupted))
            | Self::Lock(LockError::Interrupted) => Exit::Inconclusive,
            Self::Project(_)
            | Self::Apply(_)
            | Self::Config(_)
            | Self::Store(_)
            | Self::UnknownPrecondition { .. }
            | Self::UnknownCommand { .. }
            | Self::Configured { .. }
            | Self::Generated { .. }
            | Self::Skeletons(_)
            | Self::FormatOfFiles
            | Self::Size(_)
            | Self::Source(_)
            | Self::Trial(TrialError::Start(_))
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Run(_)
            | Self::Gather(_)
            | Self::Finished { .. }
            | Self::ResumedOtherwise { .. }
            | Self::Import(_)
            | Self::PerfData { .. }
            | Self::Timed(_)
            | Self::Lock(_)
            | Self::Start(_)
            | Self::Signals(_)
            | Self::Scratch(_)
            | Self::Export(_)
            | Self::ThisProgram(_)
            | Self::NoProcess(_)
            | Self::NoProfiles
            | Self::NothingProfiled { .. }
            | Self::Witness(_)
            | Self::Change(_)
            | Self::UnknownRule { .. } => Exit::Usage,
        }
    }
}
