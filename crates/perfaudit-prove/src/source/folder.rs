//! A copy of a project's folder that lies in no repository.

use std::fs;
use std::path::Path;

use perfaudit_exec::Interrupt;

use super::SourceError;
use super::working_tree::copy;

/// Copies all that lies in a folder into the folder `to`, but for repositories and build products: folders named
/// `.git`, and those that are marked as caches. Times are not kept, so that no build tool takes a file as older than
/// what it made earlier.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path, interrupt: &Interrupt) -> Result<(), SourceError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| SourceError::Copy { path, source }
    };
    fs::create_dir_all(to).map_err(failed(to))?;
    for entry in fs::read_dir(from).map_err(failed(from))? {
        if interrupt.is_set() {
            return Err(SourceError::Interrupted);
        }
        let entry = entry.map_err(failed(from))?;
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if !entry.file_type().map_err(failed(&path))?.is_dir() {
            copy(&path, &place).map_err(failed(&path))?;
        } else if entry.file_name() != ".git" && !path.join("CACHEDIR.TAG").is_file() {
            copy_folder(&path, &place, interrupt)?;
        }
    }
    Ok(())
}
