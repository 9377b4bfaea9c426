//! The runs of one project: the newest, and those that may go.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{RunDirectoryError, write_error};

/// The link beside the runs that points to the newest.
pub const LATEST: &str = "latest";

/// The newest run below `runs`.
///
/// # Errors
/// When there is none.
pub fn newest(runs: &Path) -> Result<PathBuf, RunDirectoryError> {
    finished_runs(runs).pop().ok_or_else(|| RunDirectoryError::NoRun { path: runs.to_owned() })
}

/// Points `latest` to the run `id`, and removes the oldest finished runs until `keep` are left. A folder that
/// does not look like a run, or is not finished, stays.
///
/// # Errors
/// When a link or a folder cannot be changed.
pub fn prune(runs: &Path, id: &str, keep: usize) -> Result<(), RunDirectoryError> {
    let link = runs.join(LATEST);
    // A link cannot be replaced in one step; two runs that end together may both try.
    let staged = runs.join(format!(".{LATEST}-{id}"));
    let _ = fs::remove_file(&staged);
    std::os::unix::fs::symlink(id, &staged).map_err(write_error(&link))?;
    fs::rename(&staged, &link).map_err(write_error(&link))?;
    let finished = finished_runs(runs);
    let surplus = finished.len().saturating_sub(keep.max(1));
    for old in finished.iter().filter(|path| !path.ends_with(id)).take(surplus) {
        match fs::remove_dir_all(old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(write_error(old)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Folders that hold a result, oldest first: their names begin with the time.
#[must_use]
pub fn finished_runs(runs: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(runs)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| path.join("result.json").is_file())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_finished_runs_go_and_nothing_else_does() {
        let runs = tempfile::tempdir().unwrap();
        let at = |name: &str| runs.path().join(name);
        for id in ["2026-01-01", "2026-01-02", "2026-01-03"] {
            fs::create_dir(at(id)).unwrap();
            fs::write(at(id).join("result.json"), "{}").unwrap();
        }
        fs::create_dir(at("2025-unfinished")).unwrap();
        prune(runs.path(), "2026-01-03", 2).unwrap();
        assert!(!at("2026-01-01").exists());
        assert!(at("2026-01-02").exists() && at("2025-unfinished").exists());
        assert_eq!(fs::read_link(at(LATEST)).unwrap(), Path::new("2026-01-03"));
        assert_eq!(newest(runs.path()).unwrap(), at("2026-01-03"));
    }

    #[test]
    fn without_a_run_the_error_says_how_to_make_one() {
        let runs = tempfile::tempdir().unwrap();
        assert!(newest(runs.path()).unwrap_err().to_string().contains("perfaudit audit"));
    }
}
