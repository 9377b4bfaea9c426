//! Why patches cannot be judged at all.

use std::io;
use std::path::PathBuf;

use perfaudit_prove::TreeError;
use perfaudit_prove::source::SourceError;

use crate::exit::Exit;

/// Why patches cannot be judged at all. What is wrong with a patch is told in its certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProveError {
    #[error("`{name}` is no file, and no commits either: {source}")]
    NoPatch { name: String, source: SourceError },
    #[error("`{}` is a folder: name the patches in it, as in `{}/*.patch`", path.display(), path.display())]
    Folder { path: PathBuf },
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot make a temporary folder: {0}; make room, or name another place with TMPDIR")]
    Scratch(io::Error),
    #[error("the source cannot be copied: {0}")]
    Copy(TreeError),
}

impl ProveError {
    /// The exit code of each.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoPatch { source: SourceError::Interrupted, .. }
            | Self::Copy(TreeError::Source(SourceError::Interrupted)) => Exit::Inconclusive,
            Self::NoPatch { .. }
            | Self::Folder { .. }
            | Self::Read { .. }
            | Self::Scratch(_)
            | Self::Copy(_) => Exit::Usage,
        }
    }
}
