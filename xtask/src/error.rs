//! Why a task failed.

use std::io;
use std::path::{Path, PathBuf};

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaskError {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A file, or what a program printed, is not the JSON it should be.
    #[error("{what}: {source}")]
    Json { what: String, source: serde_json::Error },
    /// A program cannot be started.
    #[error("`{program}` cannot be started: {source}")]
    Start { program: String, source: io::Error },
    /// A program failed.
    #[error("`{program}` ended with {status}:\n{said}")]
    Ended { program: String, status: std::process::ExitStatus, said: String },
    /// The task did its work and the answer is no. The message says what to do.
    #[error("{0}")]
    Failed(String),
}

impl TaskError {
    /// Turns an I/O error into one that names the path.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }

    /// Turns a JSON error into one that names where the text came from.
    pub(crate) fn json(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Json { what: what.into(), source }
    }
}
