//! Why a project could not be looked at.

use std::io;
use std::path::PathBuf;

use perfaudit_exec::{CopyError, LockError, RunError};

/// What helps where cargo lacks what it may not download.
pub(crate) const FETCH: &str = "`cargo fetch` downloads what is missing, once there is a network";

/// Why a project could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The path does not exist.
    #[error("`{}` cannot be read: {source}", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no manifest.
    #[error(
        "no Cargo.toml in `{}` or above it: name the directory of a cargo project, as in `perfaudit audit path/to/project`",
        path.display()
    )]
    NoManifest {
        /// Where the search began.
        path: PathBuf,
    },
    /// A manifest cannot be read.
    #[error("{}: {message}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it, with line and column.
        message: String,
    },
    /// The toolchain that the project asks for is not there.
    #[error("the toolchain of this project cannot be used: {message}")]
    Toolchain {
        /// What the toolchain manager said, and what helps.
        message: String,
    },
    /// `cargo` refused the project.
    #[error("cargo cannot load this project:\n{message}")]
    Cargo {
        /// What cargo said.
        message: String,
    },
    /// No package has this name.
    #[error("no package `{name}` in this workspace: there is {}", list(available))]
    UnknownPackage {
        /// The name as it was given.
        name: String,
        /// The names there are.
        available: Vec<String>,
    },
    /// No benchmark target has this name.
    #[error("no benchmark target `{name}` in the selected packages: there is {}", list(available))]
    UnknownBench {
        /// The name as it was given.
        name: String,
        /// The names there are.
        available: Vec<String>,
    },
    /// The project needs a copy that could not be made.
    #[error("the project cannot be built in place, and it could not be copied: {0}")]
    Copy(#[from] CopyError),
    /// Another process holds the copy.
    #[error("{0}")]
    Lock(#[from] LockError),
    /// A program could not be started.
    #[error("{0}; is the Rust toolchain installed and on the PATH?")]
    Start(#[from] RunError),
    /// There is no place to write to.
    #[error("no directory to write to; tried {}: name one with --out", list(tried))]
    NoPlace {
        /// The directories that were tried, with what the system said.
        tried: Vec<String>,
    },
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
