//! A benchmark target that was built.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use perfaudit_exec::Command;

/// An executable that holds benchmarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchExecutable {
    /// The package.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The package's directory: benchmarks run in it, as under `cargo bench`.
    pub directory: PathBuf,
    /// The benchmark target.
    pub target: String,
    /// The target's source file, relative to the project's root.
    pub source: PathBuf,
    /// True when it is linked with the standard test harness.
    pub standard_harness: bool,
    /// The executable.
    pub path: PathBuf,
    /// Folders of shared libraries that it may need.
    pub library_paths: Vec<PathBuf>,
}

impl BenchExecutable {
    /// The executable as `cargo bench` would start it: in the package's directory, with the variables that cargo
    /// sets.
    pub(crate) fn command(&self) -> Command {
        Command::new(&self.path)
            .directory(&self.directory)
            .env("CARGO_MANIFEST_DIR", &self.directory)
            .env("CARGO_PKG_NAME", &self.package)
            .env("CARGO_PKG_VERSION", &self.version)
            .env("LD_LIBRARY_PATH", self.library_path())
    }

    fn library_path(&self) -> OsString {
        let inherited = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let all = self.library_paths.iter().cloned().chain(std::env::split_paths(&inherited));
        std::env::join_paths(all.filter(|path| !path.as_os_str().is_empty())).unwrap_or(inherited)
    }
}

/// The harness of an executable, as far as its content tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harness {
    /// Criterion.
    Criterion,
    /// Something else. It is not started: a `main` of its own may ignore `--list` and do all its work.
    Unknown,
}

/// Looks for the name of the environment variable that every Criterion from 0.3 on reads.
pub(crate) fn harness(path: &Path) -> io::Result<Harness> {
    const MARK: &[u8] = b"CRITERION_HOME";
    let mut file = File::open(path)?;
    let mut window: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(Harness::Unknown);
        }
        window.extend_from_slice(&buffer[..n]);
        if window.windows(MARK.len()).any(|candidate| candidate == MARK) {
            return Ok(Harness::Criterion);
        }
        // The mark may lie across two pieces.
        window.drain(..window.len().saturating_sub(MARK.len() - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_found_across_the_edge_of_a_piece() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut content = vec![0; 1024 * 1024 - 5];
        content.extend_from_slice(b"CRITERION_HOME");
        std::fs::write(file.path(), &content).unwrap();
        assert_eq!(harness(file.path()).unwrap(), Harness::Criterion);
        std::fs::write(file.path(), &content[..content.len() - 1]).unwrap();
        assert_eq!(harness(file.path()).unwrap(), Harness::Unknown);
    }
}
