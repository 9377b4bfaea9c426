//! Locks that hold between processes and end with them.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::unistd::getuid;

use crate::interrupt::Interrupt;

/// Held by one process at a time; released when dropped, and by the system when the process dies.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Why the lock is not held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The wait was interrupted.
    #[error("interrupted while waiting for another perfaudit")]
    Interrupted,
    /// The lock file cannot be used.
    #[error("cannot lock `{}`: {source}", path.display())]
    File {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl FileLock {
    /// Waits until no other process holds the lock on the file at `path`, which is made if it is not there.
    /// `waiting` is called once if it has to wait.
    ///
    /// # Errors
    /// When the wait is interrupted or the file cannot be opened.
    pub fn acquire(path: &Path, interrupt: &Interrupt, waiting: impl FnOnce()) -> Result<Self, LockError> {
        let failed = |source| LockError::File { path: path.to_owned(), source };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            // Somebody else may have put a link of this name into a shared folder.
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(path)
            .map_err(failed)?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => {
                    if interrupt.is_set() {
                        return Err(LockError::Interrupted);
                    }
                    if let Some(waiting) = waiting.take() {
                        waiting();
                    }
                    std::thread::sleep(Duration::from_millis(200));
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }

    /// The lock for measuring: two measurements at once would each find the other's noise, so that only one
    /// perfaudit of a user measures at a time.
    ///
    /// # Errors
    /// As [`FileLock::acquire`].
    pub fn for_measuring(interrupt: &Interrupt, waiting: impl FnOnce()) -> Result<Self, LockError> {
        let path = std::env::temp_dir().join(format!("perfaudit-{}.lock", getuid()));
        Self::acquire(&path, interrupt, waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_is_waited_for_and_the_wait_can_be_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = FileLock::acquire(&path, &Interrupt::new(), || unreachable!("nobody holds it")).unwrap();
        let interrupt = Interrupt::new();
        let waited = FileLock::acquire(&path, &interrupt, || interrupt.set());
        assert!(matches!(waited, Err(LockError::Interrupted)));
        drop(held);
        assert!(FileLock::acquire(&path, &Interrupt::new(), || ()).is_ok());
    }
}
