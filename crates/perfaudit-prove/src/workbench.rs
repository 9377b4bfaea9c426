//! Where both arms are built and run: at one and the same path, by turns.
//!
//! Paths get into programs: `env!("CARGO_MANIFEST_DIR")`, `OUT_DIR`, places of panics, debug information, and the hash
//! that cargo puts into every symbol of a package, which decides the order of functions. Two copies of one source at
//! two paths are therefore two programs, and their processes have arguments and environments of unlike length, which
//! moves the stack. Here an arm has its own folder, with its source and its target directory, and whenever it is built
//! or run that folder is moved to the one path that both share: the *seat*. Moving a folder costs microseconds, and
//! equal sources give equal files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use perfaudit_exec::{FileLock, Interrupt, LockError};
use serde::Serialize;

/// A side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What is compared with: before.
    A,
    /// What is compared: after.
    B,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The opposite one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// Its letter, for people.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}

/// Something for each side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    /// Of side A.
    pub a: T,
    /// Of side B.
    pub b: T,
}

impl<T> Both<T> {
    /// What a function gives for each side.
    ///
    /// # Errors
    /// The first of the function's own.
    pub fn try_of<E>(mut make: impl FnMut(Side) -> Result<T, E>) -> Result<Self, E> {
        Ok(Self { a: make(Side::A)?, b: make(Side::B)? })
    }

    /// That of one side.
    #[must_use]
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// That of one side.
    pub fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// What a function makes of each.
    pub fn map<U>(&self, mut make: impl FnMut(&T) -> U) -> Both<U> {
        Both { a: make(&self.a), b: make(&self.b) }
    }
}

/// Why the workbench cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkbenchError {
    /// Another process holds it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A folder cannot be made, moved or removed.
    #[error("cannot {doing} `{}`: {source}; make room there, or name another place with XDG_CACHE_HOME", path.display())]
    Folder {
        /// What was to be done.
        doing: &'static str,
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The folder that holds both arms. Sources are removed when it is dropped; target directories stay, so that
/// dependencies are not built anew for the next comparison of the same project.
#[derive(Debug)]
pub struct Workbench {
    root: PathBuf,
    seated: Option<Side>,
    _lock: FileLock,
}

impl Workbench {
    const SEAT: &str = "seat";
    const TREE: &str = "tree";
    const TARGET: &str = "target";

    /// Opens the workbench in the folder `root`, which is there. What a process that was killed left is put right.
    ///
    /// # Errors
    /// When it cannot be locked or written.
    pub fn open(
        root: PathBuf,
        interrupt: &Interrupt,
        waiting: impl FnOnce(),
    ) -> Result<Self, WorkbenchError> {
        let lock = FileLock::acquire(&root.join("lock"), interrupt, waiting)?;
        let mut workbench = Self { root, seated: None, _lock: lock };
        // Whose folder lies in the seat is told by which one is missing.
        let is_missing = |side: &Side| !workbench.home(*side).exists();
        let missing = Side::BOTH.into_iter().find(is_missing);
        if workbench.seat_path().exists() {
            workbench.seated = missing;
            match missing {
                Some(_) => workbench.clear_seat()?,
                None => remove(&workbench.seat_path())?,
            }
        }
        for side in Side::BOTH {
            let home = workbench.home(side);
            remove(&home.join(Self::TREE))?;
            make(&home.join(Self::TREE))?;
            make(&home.join(Self::TARGET))?;
        }
        Ok(workbench)
    }

    /// Moves the folder of an arm to the path where it is built and run.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn seat(&mut self, side: Side) -> Result<(), WorkbenchError> {
        if self.seated == Some(side) {
            return Ok(());
        }
        self.clear_seat()?;
        rename(&self.home(side), &self.seat_path())?;
        self.seated = Some(side);
        Ok(())
    }

    /// Seats an arm and takes its source away, so that another one can be written.
    ///
    /// # Errors
    /// When it cannot be moved or removed.
    pub fn clear(&mut self, side: Side) -> Result<(), WorkbenchError> {
        self.seat(side)?;
        remove(&self.tree())?;
        make(&self.tree())
    }

    /// Empties the target directory of an arm.
    ///
    /// # Errors
    /// When it cannot be removed or made.
    pub fn forget_products(&mut self, side: Side) -> Result<(), WorkbenchError> {
        let target = self.target_of(side);
        remove(&target)?;
        make(&target)
    }

    /// The root of the source tree of whichever arm is seated.
    #[must_use]
    pub fn tree(&self) -> PathBuf {
        self.seat_path().join(Self::TREE)
    }

    /// The target directory of whichever arm is seated.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.seat_path().join(Self::TARGET)
    }

    /// The target directory of an arm, wherever that is now.
    pub(crate) fn target_of(&self, side: Side) -> PathBuf {
        let place = if self.seated == Some(side) { self.seat_path() } else { self.home(side) };
        place.join(Self::TARGET)
    }

    fn seat_path(&self) -> PathBuf {
        self.root.join(Self::SEAT)
    }

    fn home(&self, side: Side) -> PathBuf {
        self.root.join(side.folder())
    }

    fn clear_seat(&mut self) -> Result<(), WorkbenchError> {
        if let Some(side) = self.seated {
            rename(&self.seat_path(), &self.home(side))?;
            self.seated = None;
        }
        Ok(())
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        // What cannot be moved or removed is put right by the next comparison.
        let _ = self.clear_seat();
        for side in Side::BOTH {
            let _ = fs::remove_dir_all(self.home(side).join(Self::TREE));
        }
    }
}

fn make(path: &Path) -> Result<(), WorkbenchError> {
    fs::create_dir_all(path).map_err(failed("make", path))
}

fn rename(from: &Path, to: &Path) -> Result<(), WorkbenchError> {
    fs::rename(from, to).map_err(failed("move", from))
}

fn remove(path: &Path) -> Result<(), WorkbenchError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WorkbenchError {
    let path = path.to_owned();
    move |source| WorkbenchError::Folder { doing, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(root: &Path) -> Workbench {
        Workbench::open(root.to_owned(), &Interrupt::new(), || ()).unwrap()
    }

    fn write(workbench: &mut Workbench, side: Side) {
        workbench.seat(side).unwrap();
        fs::write(workbench.tree().join("source"), side.letter()).unwrap();
        fs::write(workbench.target().join("product"), side.letter()).unwrap();
    }

    fn seated(workbench: &Workbench) -> String {
        fs::read_to_string(workbench.target().join("product")).unwrap()
    }

    #[test]
    fn both_arms_appear_at_one_path_by_turns() {
        let root = tempfile::tempdir().unwrap();
        let mut workbench = open(root.path());
        Side::BOTH.into_iter().for_each(|side| write(&mut workbench, side));
        let path = workbench.tree();
        for side in [Side::A, Side::B, Side::B, Side::A] {
            workbench.seat(side).unwrap();
            assert_eq!(workbench.tree(), path);
            assert_eq!(fs::read_to_string(path.join("source")).unwrap(), side.letter());
        }
    }

    #[test]
    fn sources_go_and_products_stay_for_the_next_comparison() {
        let root = tempfile::tempdir().unwrap();
        let mut workbench = open(root.path());
        Side::BOTH.into_iter().for_each(|side| write(&mut workbench, side));
        drop(workbench);
        assert!(!root.path().join("seat").exists() && !root.path().join("a/tree").exists());
        let mut workbench = open(root.path());
        for side in Side::BOTH {
            workbench.seat(side).unwrap();
            assert_eq!(seated(&workbench), side.letter());
            assert!(!workbench.tree().join("source").exists());
        }
    }

    #[test]
    fn what_a_killed_process_left_in_the_seat_finds_its_place_again() {
        let root = tempfile::tempdir().unwrap();
        let mut workbench = open(root.path());
        Side::BOTH.into_iter().for_each(|side| write(&mut workbench, side));
        workbench.seat(Side::A).unwrap();
        // As if it had been killed: the lock is released, nothing is put right.
        fs::rename(root.path().join("seat"), root.path().join("kept")).unwrap();
        drop(workbench);
        fs::rename(root.path().join("kept"), root.path().join("seat")).unwrap();
        let mut workbench = open(root.path());
        for side in Side::BOTH {
            workbench.seat(side).unwrap();
            assert_eq!(seated(&workbench), side.letter());
        }
    }
}
