//! A copy of what lies in a working tree.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use perfaudit_exec::Interrupt;

use super::{Repository, SourceError};

/// Copies the files of a working tree that git knows or would add, with what is not committed, into the folder `to`.
/// Ignored files are left out, as they are in the tree of a commit: both sides of a comparison are taken alike. Times
/// are not kept, so that no build tool takes a file as older than what it made earlier.
///
/// # Errors
/// When git cannot be asked, or a file cannot be copied.
pub fn copy_working_tree(
    repository: &Repository,
    to: &Path,
    interrupt: &Interrupt,
) -> Result<(), SourceError> {
    for file in repository.working_files(interrupt)? {
        if interrupt.is_set() {
            return Err(SourceError::Interrupted);
        }
        let from = repository.top.join(&file);
        let place = to.join(&file);
        let failed = |source| SourceError::Copy { path: from.clone(), source };
        match copy(&from, &place) {
            // It was removed and is still in the index.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            copied => copied.map_err(failed)?,
        }
    }
    Ok(())
}

pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let metadata = fs::symlink_metadata(from)?;
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if metadata.is_symlink() {
        std::os::unix::fs::symlink(fs::read_link(from)?, to)
    } else if metadata.is_file() {
        use std::os::unix::fs::PermissionsExt;
        fs::copy(from, to)?;
        // A copy of a file that must not be written is removed and written again by us.
        let mode = metadata.permissions().mode() | 0o600;
        fs::set_permissions(to, fs::Permissions::from_mode(mode))
    } else {
        Ok(())
    }
}
