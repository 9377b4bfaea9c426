//! Where perfaudit writes: below the project's target directory, else below the user's cache.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::ProjectError;

/// The directory that holds the builds and the runs of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkDirectory {
    /// The directory; it exists and can be written to.
    pub path: PathBuf,
    /// Which place that is.
    pub place: WorkPlace,
}

/// Which place a [`WorkDirectory`] is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkPlace {
    /// `perfaudit` in the project's target directory.
    Target,
    /// The user's cache, because the target directory cannot be written to.
    Cache {
        /// Why not.
        reason: String,
    },
}

impl WorkDirectory {
    /// The target directory of the project's benchmarks.
    #[must_use]
    pub fn build(&self) -> PathBuf {
        self.path.join("build")
    }

    /// Makes the directory `path` for the project at `root`, else one in the user's cache.
    ///
    /// # Errors
    /// When neither place can be written to.
    pub(crate) fn prepare(root: &Path, path: PathBuf) -> Result<Self, ProjectError> {
        let reason = match writable(&path) {
            Ok(()) => {
                // The project's own ignore file need not know of us. The marker is a courtesy: without it nothing
                // but `git status` differs.
                let _ = std::fs::write(path.join(".gitignore"), "*\n");
                return Ok(Self { path, place: WorkPlace::Target });
            }
            Err(error) => format!("`{}`: {error}", path.display()),
        };
        let mut tried = vec![reason.clone()];
        for cache in cache_directories() {
            let path = cache.join("projects").join(project_key(root));
            match writable(&path) {
                Ok(()) => return Ok(Self { path, place: WorkPlace::Cache { reason } }),
                Err(error) => tried.push(format!("`{}`: {error}", path.display())),
            }
        }
        Err(ProjectError::NoPlace { tried })
    }
}

/// The directory for the copy of the project at `root`; it lies outside of every workspace.
pub(crate) fn copy_directory(root: &Path) -> Result<PathBuf, ProjectError> {
    let mut tried = Vec::new();
    for cache in cache_directories() {
        let path = cache.join("copies").join(project_key(root));
        match writable(&path) {
            Ok(()) => return Ok(path),
            Err(error) => tried.push(format!("`{}`: {error}", path.display())),
        }
    }
    Err(ProjectError::NoPlace { tried })
}

/// The folder for comparing builds of the project at `root`; it is there, and lies outside of every workspace.
///
/// # Errors
/// When no place can be written to.
pub fn comparison_directory(root: &Path) -> Result<PathBuf, ProjectError> {
    let directory = copy_directory(root)?.join("compare");
    let failed = |source| ProjectError::Path { path: directory.clone(), source };
    std::fs::create_dir_all(&directory).map_err(failed)?;
    directory.canonicalize().map_err(failed)
}

/// Candidates for the cache, best first.
fn cache_directories() -> Vec<PathBuf> {
    let from_environment =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let from_home = std::env::home_dir().map(|home| home.join(".cache"));
    let user = std::env::var("USER").unwrap_or_else(|_| "user".to_owned());
    let temporary = std::env::temp_dir().join(format!("perfaudit-cache-{user}"));
    [from_environment, from_home]
        .into_iter()
        .flatten()
        .map(|path| path.join("perfaudit"))
        .chain([temporary])
        .collect()
}

/// A name that tells people which project it is, and tells two projects of one name apart.
#[must_use]
pub fn project_key(root: &Path) -> String {
    let name = root.file_name().map_or_else(|| "root".into(), |name| name.to_string_lossy().into_owned());
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    format!("{name}-{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
}

fn writable(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)?;
    tempfile::tempfile_in(path).map(drop)
}
