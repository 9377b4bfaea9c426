//! Why a run directory could not be written or read.

use std::io;
use std::path::{Path, PathBuf};

use perfaudit_result::ReadError;

/// Why a run directory could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum RunDirectoryError {
    /// A file or folder could not be written.
    #[error("cannot write `{}`: {source}; is there room, and may you write there? `--out DIR` names another place", path.display())]
    Write {
        /// What could not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder for a new run has something in it.
    #[error("`{}` is not empty: a run needs a folder of its own", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// `result.json` does not hold a result.
    #[error("{}: {source}", path.display())]
    Result {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ReadError,
    },
    /// There is no run.
    #[error("no run in `{}`: `perfaudit audit` makes one", path.display())]
    NoRun {
        /// Where runs would be.
        path: PathBuf,
    },
}

pub(crate) fn write_error(path: &Path) -> impl FnOnce(io::Error) -> RunDirectoryError {
    let path = path.to_owned();
    move |source| RunDirectoryError::Write { path, source }
}

pub(crate) fn read_error(path: &Path) -> impl FnOnce(io::Error) -> RunDirectoryError {
    let path = path.to_owned();
    move |source| RunDirectoryError::Read { path, source }
}
