//! Two copies of the project, outside of every workspace: one with its own settings, one with those that are tried.

use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_exec::{FileLock, Interrupt};
use perfaudit_project::{CargoProject, comparison_directory};
use perfaudit_prove::Both;
use perfaudit_prove::source::copy_folder;

use super::super::compare::CompareError;
use super::cells::MatrixCellName;
use super::settings;
use crate::error::CommandError;

/// The copies, which are removed when this is dropped. A is built with the project's own settings, B with others.
pub(super) struct Folders {
    pub(super) both: Both<PathBuf>,
    /// Where builds that are timed go.
    pub(super) target: PathBuf,
    /// Where profiles are made, and lie while something is built by them.
    pub(super) profiles: PathBuf,
    root: PathBuf,
    _lock: FileLock,
}

impl Folders {
    pub(super) fn make(project: &CargoProject, interrupt: &Interrupt) -> Result<Self, CommandError> {
        let compared = comparison_directory(&project.root)?;
        let root = compared.parent().unwrap_or(&compared).join("matrix");
        fs::create_dir_all(&root).map_err(failed(&root))?;
        let lock = FileLock::acquire(&root.join("lock"), interrupt, || ())?;
        let both = Both { a: root.join("own"), b: root.join("tried") };
        let (target, profiles) = (root.join("target"), root.join("profiles"));
        let folders = Self { both, target, profiles, root, _lock: lock };
        folders.remove(&folders.target)?;
        folders.remove(&folders.profiles)?;
        for folder in [&folders.both.a, &folders.both.b] {
            folders.remove(folder)?;
            // With the `Cargo.lock` of a project that has none of its own.
            copy_folder(&project.build_root, folder, interrupt).map_err(CompareError::from)?;
        }
        Ok(folders)
    }

    /// Lets B be built with these settings and this flag for the compiler, and no longer with earlier ones.
    pub(super) fn set(
        &self,
        profile: &str,
        cell: &MatrixCellName,
        flag: Option<&str>,
    ) -> Result<(), CommandError> {
        let Both { a, b } = self.both.map(|folder| folder.join(".cargo"));
        self.remove(&b)?;
        for name in ["config", "config.toml"].into_iter().filter(|name| a.join(name).is_file()) {
            fs::create_dir_all(&b)
                .and_then(|()| fs::copy(a.join(name), b.join(name)).map(drop))
                .map_err(failed(&b))?;
        }
        settings::write(&self.both.b, profile, cell, flag)
    }

    fn remove(&self, folder: &Path) -> Result<(), CommandError> {
        debug_assert!(folder.starts_with(&self.root));
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(folder)(error)),
            _ => Ok(()),
        }
    }

    /// An empty folder for a build.
    pub(super) fn empty_target(&self) -> Result<(), CommandError> {
        self.remove(&self.target)
    }

    /// An empty folder for what instrumented programs write: what is written while they are built, and listed, goes to
    /// the second of both.
    pub(super) fn empty_training(&self) -> Result<(PathBuf, PathBuf), CommandError> {
        let (trained, aside) = (self.profiles.join("trained"), self.profiles.join("aside"));
        for folder in [&trained, &aside] {
            self.remove(folder)?;
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        Ok((trained, aside))
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        // What cannot be removed is removed before the next copies are made.
        for folder in [&self.both.a, &self.both.b, &self.target, &self.profiles] {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> CommandError {
    let path = path.to_owned();
    move |source| CommandError::Write { path, source }
}

/// Whether cargo finds a configuration in the folders above a project, which copies elsewhere do not see.
pub(super) fn configured_above(project: &CargoProject) -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let above = project.root.ancestors().skip(1).map(|folder| folder.join(".cargo"));
    let mut above = above.filter(|folder| home.as_ref() != Some(folder));
    above.find(|folder| folder.join("config.toml").is_file() || folder.join("config").is_file())
}
