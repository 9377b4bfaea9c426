//! The content of a project's tree, but for what a build makes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use perfaudit_result::{TreeChange, TreeChangeKind};
use walkdir::WalkDir;

/// Every file below a folder with its permissions and its content, except for folders named `target`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<String, (u32, Vec<u8>)>);

impl Tree {
    pub(crate) fn read(root: &Path) -> Self {
        let files = WalkDir::new(root)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "target")
            .map(|entry| entry.expect("the tree can be read"))
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(root).expect("a walk stays below its root");
                let mode = entry.metadata().expect("a file has metadata").permissions().mode();
                let content = fs::read(entry.path()).expect("the file can be read");
                (path.display().to_string(), (mode, content))
            });
        Self(files.collect())
    }

    /// What differs from an earlier state, in the order and the words of a result.
    pub(crate) fn changes_since(&self, earlier: &Self) -> Vec<TreeChange> {
        let mut changes: Vec<TreeChange> = self
            .0
            .iter()
            .filter_map(|(path, content)| {
                let kind = match earlier.0.get(path) {
                    None => TreeChangeKind::Added,
                    Some(before) if before != content => TreeChangeKind::Modified,
                    Some(_) => return None,
                };
                Some(TreeChange { path: path.clone(), kind })
            })
            .collect();
        let gone = earlier.0.keys().filter(|path| !self.0.contains_key(*path));
        changes.extend(gone.map(|path| TreeChange { path: path.clone(), kind: TreeChangeKind::Removed }));
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        changes
    }
}
