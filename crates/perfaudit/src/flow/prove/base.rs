//! What patches are applied to.

use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;
use perfaudit_prove::source::{ArmSource, SourceError};
use perfaudit_prove::{Both, Origin, PlacedPatch, Tree};

use super::error::ProveError;
use crate::error::CommandError;
use crate::flow::compare::trees::{Side, Trees};
use crate::flow::{CompareError, compare::project};

/// The source without patches.
pub(in crate::flow) struct Base {
    pub(in crate::flow) trees: Trees,
    pub(in crate::flow) side: Side,
    /// The root of the project, relative to the root of the tree.
    pub(in crate::flow) project: PathBuf,
    /// Where the benchmarks of the project have been built, so that dependencies need not be built again.
    pub(in crate::flow) products: Option<PathBuf>,
}

impl Base {
    /// The working tree, or the revision that was named; where there is no repository, the folder of the project.
    pub(in crate::flow) fn find(
        folder: &Path,
        project_root: &Path,
        revision: Option<&str>,
        interrupt: &Interrupt,
    ) -> Result<Self, CommandError> {
        let named = revision.map(|revision| ArmSource::Revision(revision.to_owned()));
        let source = named.unwrap_or(ArmSource::WorkingTree);
        let both = |source: &ArmSource| Both { a: source.clone(), b: source.clone() };
        let (trees, source) = match Trees::of(&both(&source), folder, project_root, interrupt) {
            Err(CommandError::Compare(CompareError::Source(
                SourceError::NoRepository { .. } | SourceError::Start(_),
            ))) if revision.is_none() => {
                let source = ArmSource::Folder(folder.to_owned());
                (Trees::of(&both(&source), folder, project_root, interrupt)?, source)
            }
            trees => (trees?, source),
        };
        let side = trees.side(&source, interrupt)?;
        let top = side.tree.top().canonicalize().unwrap_or_else(|_| side.tree.top().to_owned());
        let project = project_root.strip_prefix(&top).unwrap_or(Path::new("")).to_owned();
        Ok(Self { trees, side, project, products: None })
    }

    /// The same source with patches.
    pub(in crate::flow) fn with(&self, patches: &[PlacedPatch]) -> Side {
        if patches.is_empty() {
            return self.side.clone();
        }
        let names = patches.iter().map(|patch| patch.patch.name.as_str());
        let name = std::iter::once(self.side.name.as_str()).chain(names).collect::<Vec<_>>().join(" + ");
        let Tree { origin, folder } = self.side.tree.clone();
        Side { name, tree: Tree { origin: Origin::Patched(Box::new(origin), patches.to_vec()), folder } }
    }

    /// A copy of the source, to try patches on.
    pub(in crate::flow) fn copy(&self, interrupt: &Interrupt) -> Result<tempfile::TempDir, ProveError> {
        let copy = tempfile::Builder::new().prefix("perfaudit-").tempdir().map_err(ProveError::Scratch)?;
        self.side.tree.origin.write(copy.path(), interrupt).map_err(ProveError::Copy)?;
        Ok(copy)
    }
}

/// The project in `folder`, which may be none of cargo.
pub(in crate::flow) fn project_root(
    folder: &Path,
    is_cargo: bool,
    offline: bool,
    interrupt: &Interrupt,
) -> Result<PathBuf, CommandError> {
    Ok(project(folder, is_cargo, offline, interrupt)?.root)
}
