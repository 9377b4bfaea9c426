//! The checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child;
use crate::error::TaskError;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// A text file of the project.
#[derive(Debug, Clone)]
pub(crate) struct TextFile {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file that is tracked, or would be if it were added.
pub(crate) fn text_files() -> Result<Vec<TextFile>, TaskError> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listing = child::stdout(Command::new("git").args(arguments).current_dir(root()))?;
    // A file that was removed but is still tracked, and one that is no text, have nothing to check.
    Ok(listing
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(|path| {
            Some(TextFile { path: path.to_owned(), text: fs::read_to_string(root().join(path)).ok()? })
        })
        .collect())
}

/// Writes a file and the folders it lies in.
pub(crate) fn write(path: &Path, content: &str) -> Result<(), TaskError> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
    fs::write(path, content).map_err(TaskError::file(path))
}
