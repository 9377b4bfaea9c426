use std::io;
use std::path::{Path, PathBuf};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum NotesError {
    /// A file or folder cannot be read.
    #[error("cannot read {}; does it exist?", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}; is the disk full?", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The configuration file is not valid.
    #[error("{} is not valid; correct it", path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What the parser met.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A setting does not exist, or has a value that it cannot have.
    #[error("`{key}` cannot be `{value}`; `notes config` shows the settings")]
    Setting {
        /// The name of the setting.
        key: String,
        /// The value that was given.
        value: String,
    },
    /// A pattern of files to leave out is none.
    #[error("`{pattern}` is no pattern of file names; correct `ignore` in notes.toml")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        #[source]
        source: regex::Error,
    },
    /// A note that was named does not exist.
    #[error("there is no note `{name}`; `notes list` shows all")]
    NoSuchNote {
        /// The name that was given.
        name: String,
    },
}

impl NotesError {
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> NotesError {
        |source| NotesError::Read { path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> NotesError {
        |source| NotesError::Write { path: path.to_owned(), source }
    }
}
