//! Copies of source trees.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Why a tree could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file or folder could not be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// What could not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Copies a tree into `to`, which is made if it is not there. Times of modification are kept, so that a build
/// tool takes an unchanged file as unchanged; links stay links; files are made writable, since a copy exists to
/// be worked in. `leave_out` sees each path of the original. Sockets, pipes and devices are left out.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_tree(from: &Path, to: &Path, leave_out: impl Fn(&Path) -> bool) -> Result<(), CopyError> {
    for entry in WalkDir::new(from).into_iter().filter_entry(|entry| !leave_out(entry.path())) {
        let entry = entry.map_err(|error| CopyError::Read {
            path: error.path().unwrap_or(from).to_owned(),
            source: error.into(),
        })?;
        let relative = entry.path().strip_prefix(from).expect("a walk stays below its root");
        let target = to.join(relative);
        let read = |source| CopyError::Read { path: entry.path().to_owned(), source };
        let write = |source| CopyError::Write { path: target.clone(), source };
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir_all(&target).map_err(write)?;
        } else if kind.is_symlink() {
            let link = fs::read_link(entry.path()).map_err(read)?;
            std::os::unix::fs::symlink(link, &target).map_err(write)?;
        } else if kind.is_file() {
            copy_file(entry.path(), &target).map_err(write)?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::copy(from, to)?;
    let metadata = fs::metadata(from)?;
    let mut permissions = metadata.permissions();
    permissions.set_mode(permissions.mode() | 0o600);
    fs::set_permissions(to, permissions)?;
    File::options().write(true).open(to)?.set_times(FileTimes::new().set_modified(metadata.modified()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_content_times_and_links_and_leaves_out_what_it_is_told() {
        let root = tempfile::tempdir().unwrap();
        let from = root.path().join("from");
        let to = root.path().join("to");
        fs::create_dir_all(from.join("src")).unwrap();
        fs::create_dir_all(from.join("target")).unwrap();
        fs::write(from.join("src/lib.rs"), "fn f() {}").unwrap();
        fs::write(from.join("target/object"), "x").unwrap();
        std::os::unix::fs::symlink("src/lib.rs", from.join("link")).unwrap();
        let mut permissions = fs::metadata(from.join("src/lib.rs")).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(from.join("src/lib.rs"), permissions).unwrap();

        copy_tree(&from, &to, |path| path.ends_with("target")).unwrap();

        assert_eq!(fs::read_to_string(to.join("link")).unwrap(), "fn f() {}");
        assert!(!to.join("target").exists());
        let modified = |tree: &Path| fs::metadata(tree.join("src/lib.rs")).unwrap().modified().unwrap();
        assert_eq!(modified(&from), modified(&to));
        assert!(!fs::metadata(to.join("src/lib.rs")).unwrap().permissions().readonly());
    }
}
