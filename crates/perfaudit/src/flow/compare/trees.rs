//! The source trees of both sides: where they come from, and what is told of them.

use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;
use perfaudit_project::{ProjectError, ProjectRoot, comparison_directory};
use perfaudit_prove::source::{ArmSource, Commit, MissingSubmodule, Repository};
use perfaudit_prove::{Both, Origin, Tree, Workbench};
use perfaudit_result::{Arm, ArmBinary, ArmKind, Toolchain};

use super::{CompareError, named};
use crate::error::CommandError;
use crate::progress::Progress;

/// Where the trees of both sides come from.
pub(in super::super) struct Trees {
    /// None where both sides are folders.
    of_git: Option<OfGit>,
    /// Whose workbench it is.
    owner: PathBuf,
}

/// The repository that holds the project.
pub(in super::super) struct OfGit {
    pub(in super::super) repository: Repository,
    /// The folder of the project, relative to the root of the repository.
    folder: PathBuf,
    head: Option<Commit>,
    is_dirty: bool,
}

/// A side that is taken from source.
#[derive(Debug, Clone)]
pub(in super::super) struct Side {
    /// As the user named it.
    pub(in super::super) name: String,
    pub(in super::super) tree: Tree,
}

impl Trees {
    /// Looks at what both sides need; `folder` is the one that the user named as the project's.
    pub(in super::super) fn of(
        sources: &Both<ArmSource>,
        folder: &Path,
        project_root: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self, CommandError> {
        let is_folder = |source: &ArmSource| matches!(source, ArmSource::Folder(_));
        let owner = match &sources.b {
            ArmSource::Folder(folder) => canonical(folder)?,
            _ => project_root.to_owned(),
        };
        if is_folder(&sources.a) && is_folder(&sources.b) {
            return Ok(Self { of_git: None, owner });
        }
        Ok(Self { of_git: Some(OfGit::holding(&canonical(folder)?, interrupt)?), owner })
    }

    /// The trees of a repository.
    pub(in super::super) fn of_repository(of_git: OfGit, project_root: &Path) -> Self {
        Self { of_git: Some(of_git), owner: project_root.to_owned() }
    }

    /// A side as the user named it. A wrong name should not cost a build.
    pub(in super::super) fn side(
        &self,
        source: &ArmSource,
        interrupt: &Interrupt,
    ) -> Result<Side, CommandError> {
        let name = named(source);
        if let ArmSource::Folder(path) = source {
            let folder = canonical(path)?;
            let top = ProjectRoot::locate(&folder, interrupt)?.path;
            let relative = folder.strip_prefix(&top).unwrap_or(Path::new("")).to_owned();
            return Ok(Side { name, tree: Tree { origin: Origin::Folder(top), folder: relative } });
        }
        let of_git = self.of_git.as_ref().expect("a side that is no folder has a repository");
        let repository = of_git.repository.clone();
        let origin = match source {
            ArmSource::Revision(revision) => {
                let commit = repository.commit(revision, interrupt).map_err(CompareError::from)?;
                Origin::Commit(repository, commit)
            }
            _ => Origin::Working(repository),
        };
        Ok(Side { name, tree: Tree { origin, folder: of_git.folder.clone() } })
    }

    /// A commit as a side.
    pub(in super::super) fn commit(&self, name: String, commit: &Commit) -> Side {
        let of_git = self.of_git.as_ref().expect("a commit has a repository");
        let origin = Origin::Commit(of_git.repository.clone(), commit.clone());
        Side { name, tree: Tree { origin, folder: of_git.folder.clone() } }
    }

    /// Opens the workbench, and waits while another comparison of the same project uses it.
    pub(in super::super) fn workbench(
        &self,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<Workbench, CommandError> {
        let place = comparison_directory(&self.owner)?;
        let waiting = || progress.note("another comparison of this project is under way: waiting for it");
        Ok(Workbench::open(place, interrupt, waiting).map_err(CompareError::from)?)
    }

    /// What is told of a side.
    pub(super) fn arm(
        &self,
        side: &Side,
        toolchain: Option<Toolchain>,
        binaries: Vec<ArmBinary>,
        missing: &[MissingSubmodule],
    ) -> Arm {
        let (kind, commit, dirty) = match side.tree.origin.unpatched() {
            Origin::Commit(_, commit) => (ArmKind::Revision, Some(commit.0.clone()), false),
            Origin::Working(_) => {
                let of_git = self.of_git.as_ref();
                let head = of_git.and_then(|of_git| of_git.head.as_ref());
                let is_dirty = of_git.is_some_and(|of_git| of_git.is_dirty);
                (ArmKind::WorkingTree, head.map(|commit| commit.0.clone()), is_dirty)
            }
            Origin::Folder(_) | Origin::Patched(..) => (ArmKind::Folder, None, false),
        };
        let remarks = missing.iter().map(|submodule| {
            format!(
                "the submodule `{}` is not there: `git submodule update --init` fetches it",
                submodule.path.display()
            )
        });
        Arm { name: side.name.clone(), kind, commit, dirty, toolchain, binaries, remarks: remarks.collect() }
    }
}

impl OfGit {
    /// The repository that holds a folder, which is absolute and free of links.
    pub(in super::super) fn holding(folder: &Path, interrupt: &Interrupt) -> Result<Self, CompareError> {
        let repository = Repository::holding(folder, interrupt)?;
        let top = repository.top.canonicalize().unwrap_or_else(|_| repository.top.clone());
        Ok(Self {
            folder: folder.strip_prefix(&top).unwrap_or(Path::new("")).to_owned(),
            head: repository.commit("HEAD", interrupt).ok(),
            is_dirty: repository.is_dirty(interrupt)?,
            repository,
        })
    }
}

/// A folder that is there, absolute and free of links.
pub(in super::super) fn canonical(folder: &Path) -> Result<PathBuf, ProjectError> {
    folder.canonicalize().map_err(|source| ProjectError::Path { path: folder.to_owned(), source })
}
