//! Why there is no matrix.

use perfaudit_result::MatrixCell;

use crate::exit::Exit;

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MatrixError {
    #[error("the project cannot be built with its own settings: {why}")]
    Own { why: String },
    #[error("nothing could be tried: {why}")]
    Nothing { why: String },
}

impl MatrixError {
    pub(super) fn nothing(cells: &[MatrixCell]) -> Self {
        let why = cells.iter().map(|cell| {
            let message = cell.message.as_deref().unwrap_or("it was not measured");
            let remedy = cell.remedy.as_ref().map_or_else(String::new, |remedy| format!(" ({remedy})"));
            format!("{}: {message}{remedy}", cell.name)
        });
        Self::Nothing { why: why.collect::<Vec<_>>().join("; ") }
    }

    /// The exit code of each.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Own { .. } => Exit::ProjectFailed,
            Self::Nothing { .. } => Exit::Inconclusive,
        }
    }
}
