//! Named baselines: one file for each, the `result.json` of the run.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use perfaudit_result::{AuditResult, from_json};
use tempfile::NamedTempFile;

use crate::error::StoreError;

/// The longest name of a baseline.
const LONGEST_NAME: usize = 64;
const EXTENSION: &str = "json";

/// The name of a baseline; it can stand in a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineName(String);

impl FromStr for BaselineName {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<Self, StoreError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if begins_well && name.len() <= LONGEST_NAME && name.chars().all(is_plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(StoreError::Name { name: name.to_owned() })
        }
    }
}

impl fmt::Display for BaselineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A baseline with the run that it holds.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// Its name.
    pub name: BaselineName,
    /// The run.
    pub result: AuditResult,
}

/// The baselines of one project.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in `place`, else in the user's data directory, for the project that `key` names: two projects of
    /// one name in different folders do not share it.
    ///
    /// # Errors
    /// When no place is named and the user has no home directory.
    pub fn open(place: Option<&Path>, key: &str) -> Result<Self, StoreError> {
        let root = match place {
            Some(place) => place.to_owned(),
            None => data_directory().ok_or(StoreError::NoPlace)?,
        };
        Ok(Self { folder: root.join("baselines").join(key) })
    }

    /// Keeps a run under a name; an earlier one of that name is replaced. Readers see one or the other, never half.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn save(&self, name: &BaselineName, result_json: &str) -> Result<PathBuf, StoreError> {
        let path = self.path(name);
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = NamedTempFile::new_in(&self.folder)?;
            file.write_all(result_json.as_bytes())?;
            file.persist(&path).map_err(|error| error.error).map(drop)
        };
        write().map_err(file_error(&path))?;
        Ok(path)
    }

    /// The run of a name.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn load(&self, name: &BaselineName) -> Result<Baseline, StoreError> {
        let path = self.path(name);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(self.missing(name)),
            read => read.map_err(file_error(&path))?,
        };
        let result = from_json(&text).map_err(|source| StoreError::Result { path, source })?;
        Ok(Baseline { name: name.clone(), result })
    }

    /// All names, in alphabetical order. A project without a store has none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self) -> Result<Vec<BaselineName>, StoreError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(file_error(&self.folder))?,
        };
        let mut names: Vec<BaselineName> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                name.strip_suffix(EXTENSION)?.strip_suffix('.')?.parse().ok()
            })
            .collect();
        names.sort();
        Ok(names)
    }

    /// Removes a baseline.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub fn remove(&self, name: &BaselineName) -> Result<(), StoreError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(self.missing(name)),
            removed => removed.map_err(file_error(&path)),
        }
    }

    fn path(&self, name: &BaselineName) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }

    fn missing(&self, name: &BaselineName) -> StoreError {
        let known = self.names().unwrap_or_default().iter().map(ToString::to_string).collect();
        StoreError::Missing { name: name.to_string(), known }
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

/// `$XDG_DATA_HOME/perfaudit`, else `~/.local/share/perfaudit` (XDG Base Directory Specification).
pub(crate) fn data_directory() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    named
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .map(|data| data.join("perfaudit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> BaselineName {
        text.parse().unwrap()
    }

    #[test]
    fn names_that_would_leave_the_store_are_refused() {
        let long = "x".repeat(65);
        for bad in ["", ".", "..", "../x", "a/b", "-x", ".hidden", "a b", "a\0", long.as_str()] {
            assert!(bad.parse::<BaselineName>().is_err(), "{bad}");
        }
        for good in ["main", "v1.2.3", "2026-01-01_x"] {
            assert_eq!(name(good).to_string(), good);
        }
    }

    #[test]
    fn a_baseline_that_is_missing_is_told_with_those_that_are_there() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(Some(place.path()), "p-1").unwrap();
        let none = store.load(&name("main")).unwrap_err().to_string();
        assert!(none.contains("`--save-baseline NAME` makes one"), "{none}");
        store.save(&name("older"), "{}").unwrap();
        store.save(&name("newer"), "{}").unwrap();
        let missing = store.remove(&name("main")).unwrap_err().to_string();
        assert!(missing.ends_with("there are newer, older"), "{missing}");
        assert_eq!(store.names().unwrap(), [name("newer"), name("older")]);
        store.remove(&name("older")).unwrap();
        assert_eq!(store.names().unwrap(), [name("newer")]);
    }

    #[test]
    fn projects_do_not_see_each_others_baselines() {
        let place = tempfile::tempdir().unwrap();
        Store::open(Some(place.path()), "a-1").unwrap().save(&name("main"), "{}").unwrap();
        assert_eq!(Store::open(Some(place.path()), "b-2").unwrap().names().unwrap(), []);
    }

    #[test]
    fn a_file_that_is_no_result_is_told_with_its_path() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(Some(place.path()), "p-1").unwrap();
        let path = store.save(&name("main"), "{\"schema").unwrap();
        let error = store.load(&name("main")).unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()) && error.contains("save it again"), "{error}");
    }
}
