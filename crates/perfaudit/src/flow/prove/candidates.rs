//! The patches that the user named, and the gates that cost nothing.

use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;
use perfaudit_prove::PlacedPatch;
use perfaudit_prove::patch::{
    self, Change, FileAction, LARGEST, Patch, PatchError, PatchFault, new_dependencies,
};
use perfaudit_prove::proof::{self, Limits};
use perfaudit_prove::source::Repository;
use perfaudit_result::{CertifiedPatch, GateState, ProofGate, WorkloadId};
use perfaudit_run::sha256;

use super::base::Base;
use super::error::ProveError;

/// What the user named, as it was read.
pub(in crate::flow) struct Named {
    name: String,
    /// Of a file.
    sha256: Option<String>,
    patches: Result<Vec<Patch>, PatchError>,
    /// Whether its paths begin at the root of the repository for sure.
    is_of_git: bool,
}

impl Named {
    /// A patch that was made by ourselves; its paths begin at the root of the project.
    pub(in crate::flow) fn made(name: &str, content: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            sha256: Some(sha256(content)),
            patches: patch::read(name, content),
            is_of_git: false,
        }
    }
}

/// A patch that is judged.
pub(in crate::flow) struct Candidate {
    /// The patch, unless it cannot be read.
    pub(in crate::flow) patch: Option<PlacedPatch>,
    pub(in crate::flow) told: CertifiedPatch,
    /// Those before it in its series.
    pub(super) beneath: Vec<PlacedPatch>,
    pub(super) gates: Vec<ProofGate>,
    /// The only benchmarks that it is measured on; none where it is measured on all.
    pub(in crate::flow) only: Option<Vec<WorkloadId>>,
}

impl Candidate {
    /// Whether no gate has stopped it.
    pub(super) fn goes_on(&self) -> bool {
        self.gates.iter().all(|gate| gate.state == GateState::Passed)
    }
}

/// Reads what the user named: files, a branch, or a range of commits. What is wrong with a patch is kept for its
/// certificate.
pub(super) fn read(names: &[String], folder: &Path, interrupt: &Interrupt) -> Result<Vec<Named>, ProveError> {
    names.iter().map(|name| read_one(name, folder, interrupt)).collect()
}

fn read_one(name: &str, folder: &Path, interrupt: &Interrupt) -> Result<Named, ProveError> {
    let path = Path::new(name);
    let failed = |source| ProveError::Read { path: path.to_owned(), source };
    if path.is_dir() {
        return Err(ProveError::Folder { path: path.to_owned() });
    }
    let (content, is_of_git) = if path.exists() {
        let size = fs::metadata(path).map_err(failed)?.len();
        if size > LARGEST {
            let error = PatchError { name: name.to_owned(), line: 1, fault: PatchFault::TooLarge(size) };
            return Ok(Named { name: name.to_owned(), sha256: None, patches: Err(error), is_of_git: false });
        }
        (fs::read(path).map_err(failed)?, false)
    } else {
        let no_patch = |source| ProveError::NoPatch { name: name.to_owned(), source };
        let repository = Repository::holding(folder, interrupt).map_err(no_patch)?;
        (repository.patches(name, interrupt).map_err(no_patch)?.into_bytes(), true)
    };
    Ok(Named {
        name: name.to_owned(),
        sha256: (!is_of_git).then(|| sha256(&content)),
        patches: patch::read(name, &content),
        is_of_git,
    })
}

/// Puts all patches through the gates for which nothing is run. `copy` is a copy of the source; it is the same
/// afterwards.
pub(in crate::flow) fn candidates(
    all: Vec<Named>,
    base: &Base,
    copy: &Path,
    limits: &Limits,
) -> Vec<Candidate> {
    all.into_iter().flat_map(|named| series(named, base, copy, limits)).collect()
}

fn series(named: Named, base: &Base, copy: &Path, limits: &Limits) -> Vec<Candidate> {
    let Named { name, sha256, patches, is_of_git } = named;
    let patches = match patches {
        Ok(patches) => patches,
        Err(error) => {
            let told = CertifiedPatch {
                name,
                subject: None,
                sha256,
                files: Vec::new(),
                changed_lines: None,
                stacked: Vec::new(),
            };
            let gates = vec![proof::refused_by_reader(&error)];
            return vec![Candidate { patch: None, told, beneath: Vec::new(), gates, only: None }];
        }
    };
    let mut candidates = Vec::new();
    let mut beneath: Vec<PlacedPatch> = Vec::new();
    let mut made: Vec<(PathBuf, Vec<Change>)> = Vec::new();
    for patch in patches {
        let folder = if is_of_git { PathBuf::new() } else { place(&patch, base, copy) };
        let root = copy.join(&folder);
        let changes = patch::changes(&patch, &root);
        let mut gates = proof::applied(changes.as_ref().map(|_| ())).to_vec();
        gates.push(proof::changed_lines(patch.changed_lines(), limits));
        if let Ok(changes) = &changes {
            let added = new_dependencies(changes, &root);
            gates.push(proof::dependencies(added.as_deref(), limits));
        }
        let lines = u32::try_from(patch.changed_lines()).unwrap_or(u32::MAX);
        let told = CertifiedPatch {
            name: patch.name.clone(),
            subject: (!patch.subject.is_empty()).then(|| patch.subject.clone()),
            sha256: sha256.clone(),
            files: patch.paths().iter().map(ToString::to_string).collect(),
            changed_lines: Some(lines),
            stacked: Vec::new(),
        };
        let placed = PlacedPatch { folder, patch };
        let candidate =
            Candidate { patch: Some(placed.clone()), told, beneath: beneath.clone(), gates, only: None };
        if let Ok(changes) = changes
            && patch::write(&changes, &root).is_ok()
        {
            beneath.push(placed);
            made.push((root, changes));
        }
        candidates.push(candidate);
    }
    // The next patch is tried on the source as it was.
    for (root, changes) in made.into_iter().rev() {
        let back: Vec<Change> = changes
            .into_iter()
            .filter(|change| change.before != change.after)
            .map(|change| Change { before: change.after, after: change.before, ..change })
            .collect();
        drop(patch::write(&back, &root));
    }
    candidates
}

/// The folder that the paths of a patch begin at: the root of the project where all files that it needs are there, else
/// the root of the repository, if they are there.
fn place(patch: &Patch, base: &Base, copy: &Path) -> PathBuf {
    let needed = || {
        patch.files.iter().filter_map(|file| match &file.action {
            FileAction::Create(_) => None,
            FileAction::Modify(path) | FileAction::Remove(path) => Some(path),
            FileAction::Rename { from, .. } | FileAction::Copy { from, .. } => Some(from),
        })
    };
    let has_all = |root: &Path| needed().all(|path| root.join(path.as_path()).symlink_metadata().is_ok());
    if !has_all(&copy.join(&base.project)) && has_all(copy) { PathBuf::new() } else { base.project.clone() }
}
