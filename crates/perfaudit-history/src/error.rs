//! Why something could not be kept or found.

use std::io;
use std::path::PathBuf;

use perfaudit_result::ReadError;

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A name that could not be a file's.
    #[error(
        "`{name}` cannot name a baseline: use up to 64 letters, digits, `.`, `-` and `_`, and begin with a letter or digit"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// There is no baseline of that name.
    #[error("there is no baseline `{name}` of this project{}", which_there_are(.known))]
    Missing {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Neither the environment nor the user's account names a place.
    #[error("there is no home directory to keep anything in: name a place with `--store DIR`")]
    NoPlace,
    /// The store cannot be read or written.
    #[error("`{}`: {source}; `--store DIR` names another place for what is kept", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the store is no result.
    #[error("{}: {source}; remove the baseline, and save it again", path.display())]
    Result {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ReadError,
    },
}

fn which_there_are(names: &[String]) -> String {
    if names.is_empty() {
        "; `--save-baseline NAME` makes one".to_owned()
    } else {
        format!("; there are {}", names.join(", "))
    }
}
