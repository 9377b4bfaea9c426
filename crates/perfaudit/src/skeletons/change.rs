//! Files that are written into the user's tree.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::error::CommandError;

/// A file as it is and as it is to be.
pub(super) struct Change {
    pub(super) path: PathBuf,
    /// None when it does not exist.
    pub(super) before: Option<String>,
    pub(super) after: String,
    /// What the change is, in words.
    pub(super) what: String,
}

impl Change {
    pub(super) fn of(path: PathBuf, after: String, what: String) -> Result<Self, CommandError> {
        let before = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => return Err(CommandError::Read { path, source }),
        };
        Ok(Self { path, before, after, what })
    }

    pub(super) fn is_one(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }

    /// The difference as `diff -u` writes it.
    pub(super) fn diff(&self, shown: &str) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let old = if self.before.is_some() { format!("a/{shown}") } else { "/dev/null".to_owned() };
        similar::TextDiff::from_lines(before, &self.after)
            .unified_diff()
            .header(&old, &format!("b/{shown}"))
            .to_string()
    }
}

/// Writes all files. New ones come first: when one of them has appeared in the meantime, nothing is written.
pub(super) fn write(changes: &[Change], force: bool) -> Result<(), CommandError> {
    let (new, present): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.before.is_none());
    for change in new {
        create(&change.path, &change.after, force).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => CommandError::Generated { path: change.path.clone() },
            _ => CommandError::Write { path: change.path.clone(), source },
        })?;
    }
    for change in present {
        fs::write(&change.path, &change.after)
            .map_err(|source| CommandError::Write { path: change.path.clone(), source })?;
    }
    Ok(())
}

fn create(path: &Path, text: &str, force: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(path)?.write_all(text.as_bytes())
}
