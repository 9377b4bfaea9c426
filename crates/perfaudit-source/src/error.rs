//! Why source could not be read.

use std::io;
use std::path::PathBuf;

/// Why a source file could not be read. What else is there is read all the same.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is larger than anything a person writes.
    #[error("{}: {bytes} bytes, more than the {limit} that are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// What would be read.
        limit: u64,
    },
    /// The file is no text.
    #[error("{}: not UTF-8 at byte {at}", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Where it ceases to be.
        at: usize,
    },
    /// The file would exhaust the stack of the parser.
    #[error("{}:{line}: nested too deeply to be parsed", path.display())]
    TooDeep {
        /// The file.
        path: PathBuf,
        /// Where it becomes too deep, from 1.
        line: usize,
    },
    /// No thread could be started to parse on.
    #[error("no thread to read source on could be started: {0}")]
    Thread(io::Error),
}

impl SourceError {
    /// What is wrong, without the file's name.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Read { source, .. } => source.to_string(),
            Self::TooLarge { bytes, limit, .. } => {
                format!("{bytes} bytes, more than the {limit} that are read")
            }
            Self::NotUtf8 { at, .. } => format!("not UTF-8 at byte {at}"),
            Self::TooDeep { line, .. } => format!("line {line}: nested too deeply to be parsed"),
            Self::Thread(error) => error.to_string(),
        }
    }
}
