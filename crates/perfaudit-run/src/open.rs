//! Reading a run again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use perfaudit_result::{
    Artifact, ArtifactId, ArtifactKind, AuditResult, CpuProfile, HeapProfile, ProfileError, Samples,
    from_json,
};
use serde::de::DeserializeOwned;

use crate::digest::sha256;
use crate::error::{RunDirectoryError, read_error, write_error};
use crate::packed::unpacked;

/// A run that was made earlier.
#[derive(Debug)]
pub struct OpenedRun {
    /// Its folder.
    pub path: PathBuf,
    /// Its result.
    pub result: AuditResult,
    /// The batches that could be read.
    pub samples: BTreeMap<ArtifactId, Samples>,
    /// The CPU profiles that could be read, each checked to hold what it refers to.
    pub profiles: BTreeMap<ArtifactId, CpuProfile>,
    /// The stacks of allocations that could be read, each checked to hold what it refers to.
    pub heaps: BTreeMap<ArtifactId, HeapProfile>,
    /// Batches and profiles that could not be read, with the reason: reports are made without them.
    pub unreadable: Vec<String>,
}

/// Opens the run in the folder `path`, or the one that `path` is the `result.json` of.
///
/// # Errors
/// When there is no result that can be read. A batch file or a profile that cannot be read does not keep the rest
/// from being shown.
pub fn open(path: &Path) -> Result<OpenedRun, RunDirectoryError> {
    let folder = if path.is_file() { path.parent().unwrap_or(Path::new(".")) } else { path };
    let file = folder.join("result.json");
    let text = fs::read_to_string(&file).map_err(read_error(&file))?;
    let result = from_json(&text).map_err(|source| RunDirectoryError::Result { path: file, source })?;
    let mut samples = BTreeMap::new();
    let mut profiles = BTreeMap::new();
    let mut heaps = BTreeMap::new();
    let mut unreadable = Vec::new();
    for artifact in &result.artifacts {
        let (id, path) = (artifact.id.clone(), artifact.path.as_str());
        let read = match artifact.kind {
            ArtifactKind::Samples => read_json(folder, path).map(|read| drop(samples.insert(id, read))),
            ArtifactKind::CpuProfile => {
                checked(folder, path, CpuProfile::check).map(|read| drop(profiles.insert(id, read)))
            }
            ArtifactKind::HeapProfile => {
                checked(folder, path, HeapProfile::check).map(|read| drop(heaps.insert(id, read)))
            }
            ArtifactKind::Harness
            | ArtifactKind::BenchProcess
            | ArtifactKind::CommandRuns
            | ArtifactKind::Pairs
            | ArtifactKind::BuildLog
            | ArtifactKind::WorkloadLog => Ok(()),
        };
        if let Err(reason) = read {
            unreadable.push(format!("{path}: {reason}"));
        }
    }
    Ok(OpenedRun { path: folder.to_owned(), result, samples, profiles, heaps, unreadable })
}

impl OpenedRun {
    /// The content of an artifact; none if its path leads out of the run, if it is gone, or if it is not what was
    /// written.
    #[must_use]
    pub fn content(&self, artifact: &Artifact) -> Option<Vec<u8>> {
        let content = read_inside(&self.path, &artifact.path).ok()?;
        (sha256(&content) == artifact.sha256).then_some(content)
    }

    /// Writes a report into the folder of the run.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), RunDirectoryError> {
        let path = self.path.join(name);
        crate::directory::write_atomically(&path, &self.path, content).map_err(write_error(&path))
    }
}

/// Reads a profile that holds what it refers to.
fn checked<T: DeserializeOwned>(
    folder: &Path,
    relative: &str,
    check: impl Fn(&T) -> Result<(), ProfileError>,
) -> Result<T, String> {
    let profile: T = read_json(folder, relative)?;
    check(&profile).map_err(|error| error.to_string())?;
    Ok(profile)
}

fn read_inside(folder: &Path, relative: &str) -> Result<Vec<u8>, String> {
    // The result may come from somebody else: it must not make us read elsewhere.
    let inside = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err("a path that leaves the run's folder".to_owned());
    }
    fs::read(folder.join(relative)).map_err(|error| error.to_string())
}

fn read_json<T: DeserializeOwned>(folder: &Path, relative: &str) -> Result<T, String> {
    let text = unpacked(relative, read_inside(folder, relative)?).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_cannot_make_us_read_outside_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../elsewhere.json", "/etc/passwd", "a/../../b"] {
            assert!(read_json::<Samples>(folder.path(), path).unwrap_err().contains("leaves"), "{path}");
        }
    }

    #[test]
    fn a_profile_that_refers_to_what_it_does_not_hold_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"workload":"a/b/c","sampler":{"rung":"clock_user","event":"cpu_clock","asked_hz":999.0,"samples":1,
            "lost":0,"truncated":0,"unsymbolised":0,"stack_bytes":0},"origins":[{"kind":"own"}],
            "functions":[{"name":"main","origin":0}],"frames":[{"function":0,"line":1,"inlined":false}],
            "nodes":[[null,0],[PARENT,0]],"threads":[{"process":1,"thread":1,"name":"main"}],
            "blocks":{"count":1,"width_s":1.0},"samples":[[1,0,0,1]]}"#;
        fs::write(folder.path().join("sound.json"), text.replace("PARENT", "0")).unwrap();
        fs::write(folder.path().join("circle.json"), text.replace("PARENT", "1")).unwrap();
        assert_eq!(checked(folder.path(), "sound.json", CpuProfile::check).unwrap().total(), 1);
        let reason = checked(folder.path(), "circle.json", CpuProfile::check).unwrap_err();
        assert!(reason.starts_with("entry 1 of `nodes`"), "{reason}");
    }
}
