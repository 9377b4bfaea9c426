//! Reading a run again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use perfaudit_result::{ArtifactId, ArtifactKind, AuditResult, Samples, from_json};

use crate::error::{RunDirectoryError, read_error, write_error};

/// A run that was made earlier.
#[derive(Debug)]
pub struct OpenedRun {
    /// Its folder.
    pub path: PathBuf,
    /// Its result.
    pub result: AuditResult,
    /// The batches that could be read.
    pub samples: BTreeMap<ArtifactId, Samples>,
    /// Batches that could not be read, with the reason: reports are made without them.
    pub unreadable: Vec<String>,
}

/// Opens the run in the folder `path`, or the one that `path` is the `result.json` of.
///
/// # Errors
/// When there is no result that can be read. A batch file that cannot be read does not keep the rest from being
/// shown.
pub fn open(path: &Path) -> Result<OpenedRun, RunDirectoryError> {
    let folder = if path.is_file() { path.parent().unwrap_or(Path::new(".")) } else { path };
    let file = folder.join("result.json");
    let text = fs::read_to_string(&file).map_err(read_error(&file))?;
    let result = from_json(&text).map_err(|source| RunDirectoryError::Result { path: file, source })?;
    let mut samples = BTreeMap::new();
    let mut unreadable = Vec::new();
    for artifact in result.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::Samples) {
        match read_samples(folder, &artifact.path) {
            Ok(read) => {
                samples.insert(artifact.id.clone(), read);
            }
            Err(reason) => unreadable.push(format!("{}: {reason}", artifact.path)),
        }
    }
    Ok(OpenedRun { path: folder.to_owned(), result, samples, unreadable })
}

impl OpenedRun {
    /// Writes a report into the folder of the run.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), RunDirectoryError> {
        let path = self.path.join(name);
        crate::directory::write_atomically(&path, &self.path, content).map_err(write_error(&path))
    }
}

fn read_samples(folder: &Path, relative: &str) -> Result<Samples, String> {
    // The result may come from somebody else: it must not make us read elsewhere.
    let inside = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err("a path that leaves the run's folder".to_owned());
    }
    let text = fs::read(folder.join(relative)).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_cannot_make_us_read_outside_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../elsewhere.json", "/etc/passwd", "a/../../b"] {
            assert!(read_samples(folder.path(), path).unwrap_err().contains("leaves"), "{path}");
        }
    }
}
