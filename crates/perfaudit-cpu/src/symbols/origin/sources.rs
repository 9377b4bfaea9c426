//! What is known beforehand about whose code there is.

use std::path::{Component, Path, PathBuf};

/// A package and where its sources are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSources {
    /// Its name.
    pub name: String,
    /// Its version; shown before the paths of files of dependencies.
    pub version: Option<String>,
    /// The folder of its manifest, absolute.
    pub directory: PathBuf,
    /// The names of its crates as symbols have them: library, binaries, examples, tests and benchmarks, with
    /// underscores.
    pub crates: Vec<String>,
}

/// What is known beforehand about whose code there is.
#[derive(Debug, Clone, Default)]
pub struct ProjectSources {
    /// The folder that paths of own files are relative to, absolute.
    pub root: PathBuf,
    /// The packages of the project.
    pub own: Vec<PackageSources>,
    /// The packages that it depends on; may be empty, then they are told by the folders that cargo keeps them in.
    pub dependencies: Vec<PackageSources>,
    /// Folders that the project is built to: modules below are its programs and libraries, all others the system's.
    pub built: Vec<PathBuf>,
    /// A program that is profiled although it is not below `built`.
    pub program: Option<PathBuf>,
}

impl ProjectSources {
    /// Whether a module was built from the project.
    pub(crate) fn has_built(&self, module: &Path) -> bool {
        self.program.as_deref() == Some(module)
            || self.built.iter().chain([&self.root]).any(|folder| is_below(module, folder))
    }
}

/// Whether a path is below a folder, which is not the root of the file system.
fn is_below(path: &Path, folder: &Path) -> bool {
    folder.parent().is_some() && path.starts_with(folder)
}

/// A path without `.` and `..`, by its text alone.
pub(super) fn normal(path: &str) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}
