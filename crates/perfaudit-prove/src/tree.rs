//! The source of an arm: where it comes from, and how it gets to where it is built.

use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;

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
}

impl Tree {
    /// The root of what it stands for in the user's own tree.
    #[must_use]
    pub fn top(&self) -> &Path {
        match &self.origin {
            Origin::Commit(repository, _) | Origin::Working(repository) => &repository.top,
            Origin::Folder(folder) => folder,
        }
    }

    /// What tells a source from others: two with the same name are the same, byte for byte. Only commits have one.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn name(&self, interrupt: &Interrupt) -> Result<Option<String>, SourceError> {
        match &self.origin {
            Origin::Commit(repository, commit) => repository.tree_name(commit, interrupt).map(Some),
            Origin::Working(_) | Origin::Folder(_) => Ok(None),
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
        let place = workbench.tree();
        Ok(match &self.origin {
            Origin::Commit(repository, commit) => repository.export(commit, &place, interrupt)?,
            Origin::Working(repository) => {
                copy_working_tree(repository, &place, interrupt)?;
                Vec::new()
            }
            Origin::Folder(folder) => {
                copy_folder(folder, &place, interrupt)?;
                Vec::new()
            }
        })
    }
}
