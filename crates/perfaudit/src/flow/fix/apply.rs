//! Writing what is proven into the user's tree: the only place that does.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;
use perfaudit_project::{ProjectRoot, vcs_state};
use perfaudit_result::{Applied, AuditResult, ProofVerdict};

use super::series::Series;
use crate::error::CommandError;

/// Why nothing may be applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    #[error(
        "`{}` is in no git repository with a commit: `--apply` changes only what can be had back; without it, proven patches are kept as files",
        path.display()
    )]
    NoRepository { path: PathBuf },
    #[error(
        "the working tree has changes that are not committed: commit or stash them (`git stash`) before `--apply`"
    )]
    Dirty,
}

/// Whether the tree may be changed: it is in a repository, and everything that git knows of is committed.
pub(super) fn may_be(folder: &Path, interrupt: &Interrupt) -> Result<(), CommandError> {
    let root = ProjectRoot::locate(folder, interrupt)?;
    is_clean(&root.path, interrupt).map_err(CommandError::Apply)
}

fn is_clean(root: &Path, interrupt: &Interrupt) -> Result<(), ApplyError> {
    match vcs_state(root, interrupt) {
        None => Err(ApplyError::NoRepository { path: root.to_owned() }),
        Some(state) if state.dirty => Err(ApplyError::Dirty),
        Some(_) => Ok(()),
    }
}

/// Writes what is kept, if all of it together is proven and the tree is still what was measured; all files or none.
pub(super) fn apply(root: &Path, kept: &Series, result: &AuditResult, interrupt: &Interrupt) -> Applied {
    let refused = |reason: String| Applied::Refused { reason };
    if interrupt.is_set() {
        return refused("interrupted".to_owned());
    }
    if kept.members.is_empty() {
        return refused("nothing is proven".to_owned());
    }
    let together = result.certificates.iter().find(|one| !one.patch.stacked.is_empty());
    if kept.members.len() > 1 && together.is_none_or(|one| one.verdict != ProofVerdict::Proven) {
        return refused(
            "what is proven alone is not proven together: apply one of the kept patches with `git apply`"
                .to_owned(),
        );
    }
    if let Err(why) = is_clean(root, interrupt) {
        return refused(why.to_string());
    }
    let changes: Vec<(PathBuf, &str, &str)> = kept
        .files
        .iter()
        .map(|(file, (before, after))| (root.join(file), before.as_str(), after.as_str()))
        .collect();
    for (path, before, _) in &changes {
        if !fs::read_to_string(path).is_ok_and(|text| text == *before) {
            return refused(format!("`{}` has changed since it was measured", path.display()));
        }
    }
    match write_all(&changes) {
        Ok(()) => Applied::Done { files: kept.files.keys().cloned().collect() },
        Err((path, why)) => {
            refused(format!("`{}` cannot be written: {why}; nothing was changed", path.display()))
        }
    }
}

/// Writes all files beside what they replace, and puts them into its place when all are written.
fn write_all(changes: &[(PathBuf, &str, &str)]) -> Result<(), (PathBuf, io::Error)> {
    let mut staged = Vec::new();
    for (path, _, after) in changes {
        staged.push(stage(path, after).map_err(|error| (path.clone(), error))?);
    }
    let mut done: Vec<&(PathBuf, &str, &str)> = Vec::new();
    for (change, file) in changes.iter().zip(staged) {
        if let Err(failed) = file.persist(&change.0) {
            for (path, before, _) in done {
                // What cannot be put back is in git.
                drop(stage(path, before).map(|file| file.persist(path)));
            }
            return Err((change.0.clone(), failed.error));
        }
        done.push(change);
    }
    Ok(())
}

fn stage(path: &Path, content: &str) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content.as_bytes())?;
    file.as_file().sync_all()?;
    fs::set_permissions(file.path(), fs::metadata(path)?.permissions())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a.rs", "b.rs"] {
            fs::write(path(name), "before").unwrap();
        }
        let change = |name: &str| (path(name), "before", "after");
        let error = write_all(&[change("a.rs"), change("gone/b.rs")]).unwrap_err();
        assert_eq!(error.0, path("gone/b.rs"));
        assert_eq!(fs::read_to_string(path("a.rs")).unwrap(), "before");
        // A folder cannot be replaced by a file: the first one is put back.
        fs::create_dir(path("c.rs")).unwrap();
        assert!(write_all(&[change("a.rs"), change("c.rs")]).is_err());
        assert_eq!(fs::read_to_string(path("a.rs")).unwrap(), "before");
        write_all(&[change("a.rs"), change("b.rs")]).unwrap();
        assert_eq!(fs::read_to_string(path("b.rs")).unwrap(), "after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
