//! The source of an arm: where it comes from, and how it gets to where it is built.

use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;

use crate::patch::{self, ApplyError, Patch};
use crate::source::{Commit, MissingSubmodule, Repository, SourceError, copy_folder, copy_working_tree};
use crate::workbench::{Side, Workbench, WorkbenchError};

/// Where the source of an arm comes from, and the folder of the project in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// What is written.
    pub origin: Origin,
    /// The folder of the project, relative to the root of what is written.
    pub folder: PathBuf,
}

/// Where the source of an arm comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A commit of a repository.
    Commit(Repository, Commit),
    /// The working tree of a repository, with what is not committed.
    Working(Repository),
    /// A folder, with or without a repository.
    Folder(PathBuf),
    /// Another source with patches.
    Patched(Box<Self>, Vec<PlacedPatch>),
}

/// A patch with the folder that its paths begin at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPatch {
    /// The folder, relative to the root of the tree.
    pub folder: PathBuf,
    /// The patch.
    pub patch: Patch,
}

/// Why the source of an arm cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// It cannot be taken from where it is.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The place for it cannot be used.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    /// A patch does not apply.
    #[error(transparent)]
    Patch(#[from] ApplyError),
}

impl Origin {
    /// What it is without its patches.
    #[must_use]
    pub fn unpatched(&self) -> &Self {
        match self {
            Self::Patched(origin, _) => origin.unpatched(),
            origin => origin,
        }
    }

    fn top(&self) -> &Path {
        match self {
            Self::Commit(repository, _) | Self::Working(repository) => &repository.top,
            Self::Folder(folder) => folder,
            Self::Patched(origin, _) => origin.top(),
        }
    }

    /// Writes it into the folder `to`, and gives the submodules that are not there.
    ///
    /// # Errors
    /// When it cannot be read or written, or a patch does not apply.
    pub fn write(&self, to: &Path, interrupt: &Interrupt) -> Result<Vec<MissingSubmodule>, TreeError> {
        Ok(match self {
            Self::Commit(repository, commit) => repository.export(commit, to, interrupt)?,
            Self::Working(repository) => {
                copy_working_tree(repository, to, interrupt)?;
                Vec::new()
            }
            Self::Folder(folder) => {
                copy_folder(folder, to, interrupt)?;
                Vec::new()
            }
            Self::Patched(origin, patches) => {
                let missing = origin.write(to, interrupt)?;
                patches.iter().try_for_each(|patch| patch.apply(to))?;
                missing
            }
        })
    }
}

impl PlacedPatch {
    /// Applies it to the tree whose root is `root`.
    ///
    /// # Errors
    /// When it does not apply; the tree is as it was then, unless it cannot be written.
    pub fn apply(&self, root: &Path) -> Result<(), ApplyError> {
        let root = root.join(&self.folder);
        let changes = patch::changes(&self.patch, &root)?;
        let failed = |fault| ApplyError { patch: self.patch.name.clone(), line: 1, fault: Box::new(fault) };
        patch::write(&changes, &root).map_err(failed)
    }
}

impl Tree {
    /// The root of what it stands for in the user's own tree.
    #[must_use]
    pub fn top(&self) -> &Path {
        self.origin.top()
    }

    /// What tells a source from others: two with the same name are the same, byte for byte. Only commits have one.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn name(&self, interrupt: &Interrupt) -> Result<Option<String>, SourceError> {
        match &self.origin {
            Origin::Commit(repository, commit) => repository.tree_name(commit, interrupt).map(Some),
            Origin::Working(_) | Origin::Folder(_) | Origin::Patched(..) => Ok(None),
        }
    }

    /// Writes it where an arm is built, in place of what that arm had, and gives the submodules that are not there.
    /// The arm is seated then. Its files are newer than everything that was built earlier: cargo and make go by times,
    /// and would take another commit's files for what they know.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn lay_down(
        &self,
        workbench: &mut Workbench,
        side: Side,
        interrupt: &Interrupt,
    ) -> Result<Vec<MissingSubmodule>, TreeError> {
        workbench.clear(side)?;
        self.origin.write(&workbench.tree(), interrupt)
    }
}
