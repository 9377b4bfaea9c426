//! What is known of a project that cargo cannot load: enough to read its source.

use std::path::Path;

use perfaudit_exec::Interrupt;

use crate::cargo::Cargo;
use crate::discover::{CargoProject, ProjectRoot, metadata_without_dependencies};
use crate::error::{FETCH, ProjectError};
use crate::selection::Selection;

/// How much cargo told of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loading {
    /// All of it: it can be built.
    Whole,
    /// Its packages, but not what they depend on.
    Members {
        /// Why, in one line.
        why: String,
    },
    /// Nothing: it is a folder with files in it.
    Files {
        /// Why, in one line.
        why: String,
    },
}

impl ProjectError {
    /// Whether the project's files can be read all the same.
    #[must_use]
    pub fn leaves_files(&self) -> bool {
        match self {
            Self::NoManifest { .. }
            | Self::Manifest { .. }
            | Self::Toolchain { .. }
            | Self::Cargo { .. }
            | Self::Copy(_)
            | Self::Start(_) => true,
            Self::Path { .. }
            | Self::UnknownPackage { .. }
            | Self::UnknownBench { .. }
            | Self::Lock(_)
            | Self::NoPlace { .. }
            | Self::Interrupted => false,
        }
    }

    /// What is wrong, in one line: of what cargo says at length, the last cause.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Cargo { message } => {
                let mut lines =
                    message.lines().map(str::trim).filter(|line| !line.is_empty() && *line != FETCH);
                let last = lines.next_back().unwrap_or("cargo does not say why");
                format!("cargo cannot load this project: {last}")
            }
            other => other.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

impl CargoProject {
    /// The packages of a project of which cargo cannot load what they depend on; just its files where cargo cannot
    /// even tell the packages. `refused` is why it cannot be loaded as a whole. Nothing of it can be built.
    ///
    /// # Errors
    /// `refused` where the selection names packages that nobody knows.
    pub fn discover_without_dependencies(
        place: ProjectRoot,
        selection: &Selection,
        refused: ProjectError,
        interrupt: &Interrupt,
    ) -> Result<Self, ProjectError> {
        let cargo = Cargo::new(&place.path, true);
        let folder = place.path.clone();
        let members = metadata_without_dependencies(&cargo, interrupt)
            .and_then(|metadata| Self::of(place, selection, (cargo, None, metadata)));
        match members {
            Ok(project) => Ok(Self { loading: Loading::Members { why: refused.cause() }, ..project }),
            Err(error) if error.leaves_files() => Self::files(&folder, selection, refused),
            Err(error) => Err(error),
        }
    }

    /// A folder as it is. `refused` is why no more is known of it.
    ///
    /// # Errors
    /// `refused` where the selection names packages, and when there is no such folder.
    pub fn files(path: &Path, selection: &Selection, refused: ProjectError) -> Result<Self, ProjectError> {
        if !selection.packages.is_empty() {
            return Err(refused);
        }
        let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
        let project = Self::none(folder)?;
        let target_directory = if project.root.join("Cargo.toml").is_file() {
            project.root.join("target")
        } else {
            project.target_directory
        };
        Ok(Self { loading: Loading::Files { why: refused.cause() }, target_directory, ..project })
    }
}
