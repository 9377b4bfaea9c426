//! Why a file cannot be weighed.

use std::path::PathBuf;

/// Why a file cannot be weighed.
#[derive(Debug, thiserror::Error)]
pub enum SizeError {
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}; name a program, a shared library or an object file", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is larger than any program.
    #[error("`{}` has {bytes} bytes, and more than {most} are not read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// The file is of another format.
    #[error("`{}` is no ELF file ({found}): name a Linux program, a shared library or an object file", path.display())]
    NotElf {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        found: &'static str,
    },
    /// Its headers contradict themselves.
    #[error("`{}` is a damaged ELF file: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
