//! What changed in a folder while somebody else's code ran.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The size, type and times of every file of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeSnapshot {
    entries: BTreeMap<PathBuf, Stamp>,
}

/// What tells one state of a file from another. The time of change (ctime) cannot be set back by a program, so a
/// write that restores the time of modification is seen too. A folder has no stamp of its own: its times change
/// with its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    mode: u32,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A file that differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path, relative to the folder.
    pub path: PathBuf,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It differs.
    Modified,
    /// It is gone.
    Removed,
}

impl TreeSnapshot {
    /// Looks at every file below `root` but those below the folders in `skip` and below `.git`. What cannot be
    /// read is left out.
    #[must_use]
    pub fn take(root: &Path, skip: &[&Path]) -> Self {
        let entries = WalkDir::new(root)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != ".git" && !skip.contains(&entry.path()))
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                let stamp = (!metadata.is_dir()).then(|| Stamp {
                    mode: metadata.mode(),
                    size: metadata.size(),
                    modified: (metadata.mtime(), metadata.mtime_nsec()),
                    changed: (metadata.ctime(), metadata.ctime_nsec()),
                })?;
                Some((entry.path().strip_prefix(root).ok()?.to_owned(), stamp))
            })
            .collect();
        Self { entries }
    }

    /// The files that differ from an earlier snapshot, sorted by path.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Vec<Change> {
        let removed = earlier
            .entries
            .keys()
            .filter(|path| !self.entries.contains_key(*path))
            .map(|path| Change { path: path.clone(), kind: ChangeKind::Removed });
        let here = self.entries.iter().filter_map(|(path, stamp)| {
            let kind = match earlier.entries.get(path) {
                None => ChangeKind::Added,
                Some(before) if before != stamp => ChangeKind::Modified,
                Some(_) => return None,
            };
            Some(Change { path: path.clone(), kind })
        });
        let mut changes: Vec<Change> = removed.chain(here).collect();
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_changed_and_removed_files_are_told_and_skipped_folders_are_not() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        std::fs::create_dir_all(path("target")).unwrap();
        for name in ["same", "edited", "gone"] {
            std::fs::write(path(name), name).unwrap();
        }
        let target = path("target");
        let before = TreeSnapshot::take(root.path(), &[&target]);
        std::fs::write(path("edited"), "longer than before").unwrap();
        std::fs::remove_file(path("gone")).unwrap();
        std::fs::write(path("new"), "").unwrap();
        std::fs::write(path("target/object"), "").unwrap();
        let changes: Vec<(String, ChangeKind)> = TreeSnapshot::take(root.path(), &[&target])
            .changes_since(&before)
            .into_iter()
            .map(|change| (change.path.display().to_string(), change.kind))
            .collect();
        assert_eq!(
            changes,
            [
                ("edited".to_owned(), ChangeKind::Modified),
                ("gone".to_owned(), ChangeKind::Removed),
                ("new".to_owned(), ChangeKind::Added),
            ]
        );
    }
}
