//! A copy of a project to build in, for projects in whose own tree cargo would write.
//!
//! Path dependencies outside of the workspace are copied too, each at the same place relative to the others, so
//! that every relative path stays valid. The copy stays for the next run, with the `Cargo.lock` that cargo wrote
//! into it: dependencies keep their versions and unchanged packages are not built again.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use perfaudit_exec::{CopyError, FileLock, Interrupt, copy_tree};
use walkdir::WalkDir;

use crate::cargo::Cargo;
use crate::discover::CargoProject;
use crate::error::ProjectError;
use crate::manifest::{path_dependencies, read_toml};
use crate::places::copy_directory;

/// A copy that no other process replaces while this is held.
#[derive(Debug)]
pub(crate) struct ScratchCopy {
    /// The root of the copied project.
    pub(crate) root: PathBuf,
    /// Held as long as the copy is used.
    pub(crate) lock: FileLock,
}

/// A copy of a project whose sources can be changed. It is removed when it is dropped.
#[derive(Debug)]
pub struct EditableCopy {
    /// The root of the copied project.
    pub root: PathBuf,
    /// Calls cargo in it, with the configuration of the original.
    pub cargo: Cargo,
    /// What is removed.
    tree: PathBuf,
    _lock: FileLock,
}

impl EditableCopy {
    /// Copies the tree of a project that is built, with what it depends on by path, without its history and its build
    /// products. It lies in the user's cache, outside of every workspace.
    ///
    /// # Errors
    /// When the tree cannot be read, or no place can be written to.
    pub fn make(project: &CargoProject, interrupt: &Interrupt) -> Result<Self, ProjectError> {
        let tree = Tree { name: "edited", lock: "edited.lock" };
        let ScratchCopy { root, lock } = make_as(tree, &project.root, &project.build_root, interrupt)?;
        let cargo = project.cargo.moved(&root);
        Ok(Self { cargo, tree: copy_directory(&project.root)?.join("edited"), root, _lock: lock })
    }

    /// Where a file of the original lies in the copy; none for one outside of the project, and for a link that leads
    /// out of the copy: what it leads to is not ours to change.
    #[must_use]
    pub fn place_of(&self, project: &CargoProject, file: &Path) -> Option<PathBuf> {
        let place = self.root.join(file.strip_prefix(&project.build_root).ok()?).canonicalize().ok()?;
        place.starts_with(self.tree.canonicalize().ok()?).then_some(place)
    }
}

impl Drop for EditableCopy {
    fn drop(&mut self) {
        // What cannot be removed is removed before the next copy is made.
        let _ = std::fs::remove_dir_all(&self.tree);
    }
}

/// Which copy of a project is meant, by the names of its folder and its lock.
#[derive(Clone, Copy)]
struct Tree {
    name: &'static str,
    lock: &'static str,
}

/// Copies the project at `root` and what it depends on by path.
pub(crate) fn make(root: &Path, interrupt: &Interrupt) -> Result<ScratchCopy, ProjectError> {
    make_as(Tree { name: "tree", lock: "lock" }, root, root, interrupt)
}

/// The copy belongs to the project at `owner` and is one of what lies at `root`.
fn make_as(
    tree: Tree,
    owner: &Path,
    root: &Path,
    interrupt: &Interrupt,
) -> Result<ScratchCopy, ProjectError> {
    let trees = trees_to_copy(root)?;
    let base = common_ancestor(&trees);
    let directory = copy_directory(owner)?;
    let lock = FileLock::acquire(&directory.join(tree.lock), interrupt, || ())?;
    let place = |original: &Path| {
        let relative = original.strip_prefix(&base).expect("the base is an ancestor of each tree");
        directory.join(tree.name).join(relative)
    };
    let copied_root = place(root);
    let versions = std::fs::read(copied_root.join("Cargo.lock")).ok();
    let write = |path: &Path| {
        let path = path.to_owned();
        move |source| CopyError::Write { path, source }
    };
    let old = directory.join(tree.name);
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(write(&old))?;
    }
    for tree in &trees {
        copy_tree(tree, &place(tree), |path| is_left_out(path, tree))?;
    }
    let new_lock = copied_root.join("Cargo.lock");
    if let (Some(versions), false) = (versions, new_lock.exists()) {
        std::fs::write(&new_lock, versions).map_err(write(&new_lock))?;
    }
    Ok(ScratchCopy { root: copied_root, lock })
}

/// Build products and the history are left out: they are large, and a build does not need them.
fn is_left_out(path: &Path, tree: &Path) -> bool {
    path != tree
        && (path.file_name().is_some_and(|name| name == ".git") || path.join("CACHEDIR.TAG").is_file())
}

/// The project and, transitively, the workspaces of its path dependencies; none lies within another.
fn trees_to_copy(root: &Path) -> Result<Vec<PathBuf>, ProjectError> {
    let mut trees = vec![root.to_owned()];
    let mut to_read = VecDeque::from(trees.clone());
    while let Some(tree) = to_read.pop_front() {
        for manifest in manifests_below(&tree) {
            // A manifest that cannot be read may belong to a test fixture; if the build needs it, cargo says so.
            let Ok(table) = read_toml(&manifest) else { continue };
            let folder = manifest.parent().expect("a manifest lies in a folder");
            for dependency in path_dependencies(&table, folder) {
                if trees.iter().any(|tree| dependency.starts_with(tree)) || !dependency.is_dir() {
                    continue;
                }
                let outer = workspace_of(&dependency);
                trees.retain(|tree| !tree.starts_with(&outer));
                trees.push(outer.clone());
                to_read.push_back(outer);
            }
        }
    }
    Ok(trees)
}

fn manifests_below(tree: &Path) -> impl Iterator<Item = PathBuf> {
    let root = tree.to_owned();
    WalkDir::new(tree)
        .into_iter()
        .filter_entry(move |entry| !is_left_out(entry.path(), &root))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == "Cargo.toml" && entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
}

/// The nearest ancestor whose manifest has a `[workspace]` table, else the package itself.
fn workspace_of(package: &Path) -> PathBuf {
    package
        .ancestors()
        .find(|folder| {
            read_toml(&folder.join("Cargo.toml")).is_ok_and(|table| table.contains_key("workspace"))
        })
        .unwrap_or(package)
        .to_owned()
}

fn common_ancestor(trees: &[PathBuf]) -> PathBuf {
    let mut ancestor = trees[0].as_path();
    while !trees.iter().all(|tree| tree.starts_with(ancestor)) {
        ancestor = ancestor.parent().expect("the root of the file system is an ancestor of everything");
    }
    // With a single tree the ancestor is the tree itself; its parent keeps its name in the copy.
    if trees.len() == 1 { ancestor.parent().unwrap_or(ancestor).to_owned() } else { ancestor.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn path_dependencies_bring_their_workspace_along() {
        let base = tempfile::tempdir().unwrap();
        let at = |path: &str| base.path().join(path);
        write(&at("app/Cargo.toml"), "[package]\nname='app'\n[dependencies]\na = { path = '../libs/a' }");
        write(&at("libs/Cargo.toml"), "[workspace]\nmembers = ['a']");
        write(&at("libs/a/Cargo.toml"), "[package]\nname='a'\n[dependencies]\nb = { path = '../../b' }");
        write(&at("b/Cargo.toml"), "[package]\nname='b'");
        write(&at("unrelated/Cargo.toml"), "[package]\nname='c'");
        let mut trees = trees_to_copy(&at("app")).unwrap();
        trees.sort();
        assert_eq!(trees, [at("app"), at("b"), at("libs")]);
        assert_eq!(common_ancestor(&trees), base.path());
    }
}
