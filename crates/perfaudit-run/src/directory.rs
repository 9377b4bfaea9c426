//! Writing a run.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use perfaudit_result::{Artifact, ArtifactId, ArtifactKind, Samples};
use tempfile::NamedTempFile;
use walkdir::WalkDir;

use crate::digest::{sha256, sha256_of_file};
use crate::error::{RunDirectoryError, read_error, write_error};
use crate::packed::{packed, unpacked};

/// The directory of a run that is being made.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    artifacts: Vec<Artifact>,
}

impl RunDirectory {
    /// Makes the folder `path` for a new run. It may exist if it is empty.
    ///
    /// # Errors
    /// When it cannot be made, or has something in it.
    pub fn create(path: &Path) -> Result<Self, RunDirectoryError> {
        fs::create_dir_all(path).map_err(write_error(path))?;
        let mut entries = fs::read_dir(path).map_err(read_error(path))?;
        if entries.next().is_some() {
            return Err(RunDirectoryError::NotEmpty { path: path.to_owned() });
        }
        let path = path.canonicalize().map_err(read_error(path))?;
        Ok(Self { path, artifacts: Vec::new() })
    }

    /// The same folder for another writer: whoever goes on with one of them has to use it alone.
    #[must_use]
    pub fn hand_over(&mut self) -> Self {
        Self { path: self.path.clone(), artifacts: std::mem::take(&mut self.artifacts) }
    }

    /// The folder, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was put in up to now.
    #[must_use]
    pub fn artifacts(&self) -> &[Artifact] {
        &self.artifacts
    }

    /// The number of bytes below the folder.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        WalkDir::new(&self.path)
            .into_iter()
            .filter_map(Result::ok)
            .filter_map(|entry| entry.metadata().ok())
            .filter(fs::Metadata::is_file)
            .map(|metadata| metadata.len())
            .sum()
    }

    /// Puts an artifact in at a path relative to the folder; compressed, if that ends with `.gz`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(
        &mut self,
        kind: ArtifactKind,
        relative: &str,
        content: &[u8],
    ) -> Result<ArtifactId, RunDirectoryError> {
        let packed = packed(relative, content);
        let written = packed.as_deref().unwrap_or(content);
        self.write(relative, written)?;
        Ok(self.list(kind, relative, sha256(written), written.len() as u64))
    }

    /// Puts the batches of a workload in.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add_samples(
        &mut self,
        relative: &str,
        samples: &Samples,
    ) -> Result<ArtifactId, RunDirectoryError> {
        let text = serde_json::to_vec(samples).expect("samples hold nothing that JSON cannot");
        self.add(ArtifactKind::Samples, relative, &text)
    }

    /// Lists every file below a folder that somebody else wrote, such as a benchmark harness.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn adopt(&mut self, kind: ArtifactKind, relative: &str) -> Result<(), RunDirectoryError> {
        let folder = self.path.join(relative);
        for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
            let Ok(metadata) = entry.metadata() else { continue };
            if !metadata.is_file() {
                continue;
            }
            let digest = sha256_of_file(entry.path()).map_err(read_error(entry.path()))?;
            let below = entry.path().strip_prefix(&self.path).expect("a walk stays below its root");
            self.list(kind, &below.to_string_lossy(), digest, metadata.len());
        }
        Ok(())
    }

    /// Writes a file that is not an artifact, such as `result.json` or a report. Readers see the old content or
    /// the new, never half of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, relative: &str, content: &[u8]) -> Result<(), RunDirectoryError> {
        let path = self.path.join(relative);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).map_err(write_error(folder))?;
        write_atomically(&path, folder, content).map_err(write_error(&path))
    }

    /// Writes every artifact anew as `revised` has it; those of which nothing is left are removed.
    ///
    /// # Errors
    /// When one of them cannot be read, written or removed.
    pub fn revise(
        &mut self,
        mut revised: impl FnMut(&Artifact, Vec<u8>) -> Option<Vec<u8>>,
    ) -> Result<(), RunDirectoryError> {
        for artifact in std::mem::take(&mut self.artifacts) {
            let path = self.path.join(&artifact.path);
            let written = fs::read(&path).map_err(read_error(&path))?;
            let content = unpacked(&artifact.path, written).map_err(read_error(&path))?;
            match revised(&artifact, content) {
                Some(content) => {
                    self.add(artifact.kind, &artifact.path, &content)?;
                }
                None => fs::remove_file(&path).map_err(write_error(&path))?,
            }
        }
        Ok(())
    }

    fn list(&mut self, kind: ArtifactKind, relative: &str, sha256: String, bytes: u64) -> ArtifactId {
        let id = ArtifactId(relative.to_owned());
        self.artifacts.push(Artifact { id: id.clone(), kind, path: relative.to_owned(), sha256, bytes });
        id
    }
}

pub(crate) fn write_atomically(path: &Path, folder: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    // A temporary file is private; a report is read by others, within what the user's umask allows for folders.
    let readable = fs::metadata(folder)?.permissions().mode() & 0o666;
    file.as_file().set_permissions(fs::Permissions::from_mode(readable | 0o600))?;
    file.persist(path).map_err(|error| error.error).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_something_in_it_is_not_taken_for_a_run() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        assert!(matches!(RunDirectory::create(folder.path()), Err(RunDirectoryError::NotEmpty { .. })));
    }

    #[test]
    fn artifacts_are_listed_with_their_size_and_digest() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = RunDirectory::create(&folder.path().join("run")).unwrap();
        fs::create_dir_all(run.path().join("artifacts/criterion/new")).unwrap();
        fs::write(run.path().join("artifacts/criterion/new/sample.json"), "{}").unwrap();
        run.add(ArtifactKind::BuildLog, "artifacts/build.log", b"").unwrap();
        run.adopt(ArtifactKind::Harness, "artifacts/criterion").unwrap();
        let listed: Vec<_> =
            run.artifacts().iter().map(|artifact| (artifact.path.as_str(), artifact.bytes)).collect();
        assert_eq!(listed, [("artifacts/build.log", 0), ("artifacts/criterion/new/sample.json", 2)]);
        assert_eq!(run.bytes(), 2);
    }

    #[test]
    fn a_packed_artifact_is_revised_as_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = RunDirectory::create(&folder.path().join("run")).unwrap();
        run.add(ArtifactKind::HeapProfile, "artifacts/heap.json.gz", b"secret").unwrap();
        run.revise(|_, content| (content == b"secret").then(|| b"nothing".to_vec())).unwrap();
        let written = fs::read(run.path().join("artifacts/heap.json.gz")).unwrap();
        assert_eq!(run.artifacts()[0].sha256, sha256(&written), "the digest is that of the file");
        assert_eq!(unpacked("heap.json.gz", written).unwrap(), b"nothing");
    }
}
