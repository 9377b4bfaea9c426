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
    /// divan.
    Divan,
    /// The standard library's.
    Libtest,
    /// Something else. It is not started: a `main` of its own may ignore `--list` and do all its work.
    Unknown,
}

impl BenchExecutable {
    /// Looks for what only a harness that reads its arguments holds. Criterion comes first: a program that has both
    /// marks is one whose benchmarks Criterion runs, by way of a library that also knows divan.
    pub(crate) fn harness(&self) -> io::Result<Harness> {
        if self.standard_harness {
            let is_libtest = holds(&self.path, &[LIBTEST])?[0];
            return Ok(if is_libtest { Harness::Libtest } else { Harness::Unknown });
        }
        Ok(match holds(&self.path, &[CRITERION, DIVAN])?[..] {
            [true, _] => Harness::Criterion,
            [false, true] => Harness::Divan,
            _ => Harness::Unknown,
        })
    }
}

/// The environment variable that every Criterion from 0.3 on reads.
const CRITERION: &[u8] = b"CRITERION_HOME";
/// The environment variable beside an option of divan's command line. A program that uses divan without its command
/// line does not hold it.
const DIVAN: &[u8] = b"DIVAN_SAMPLE_COUNT";
/// The unit that the standard harness prints behind each figure.
const LIBTEST: &[u8] = b"ns/iter";

/// Which of some marks a file holds.
fn holds(path: &Path, marks: &[&[u8]]) -> io::Result<Vec<bool>> {
    let overlap = marks.iter().map(|mark| mark.len() - 1).max().unwrap_or(0);
    let mut found = vec![false; marks.len()];
    let mut file = File::open(path)?;
    let mut window: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 || found.iter().all(|found| *found) {
            return Ok(found);
        }
        window.extend_from_slice(&buffer[..n]);
        for (mark, found) in marks.iter().zip(&mut found) {
            *found = *found || window.windows(mark.len()).any(|candidate| candidate == *mark);
        }
        // A mark may lie across two pieces.
        window.drain(..window.len().saturating_sub(overlap));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn harness_of(content: &[u8], standard_harness: bool) -> Harness {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let executable = BenchExecutable {
            package: "p".into(),
            version: "1.0.0".into(),
            directory: PathBuf::new(),
            target: "t".into(),
            source: PathBuf::new(),
            standard_harness,
            path: file.path().to_owned(),
            library_paths: Vec::new(),
        };
        executable.harness().unwrap()
    }

    #[test]
    fn the_mark_is_found_across_the_edge_of_a_piece() {
        let mut content = vec![0; 1024 * 1024 - 5];
        content.extend_from_slice(CRITERION);
        assert_eq!(harness_of(&content, false), Harness::Criterion);
        assert_eq!(harness_of(&content[..content.len() - 1], false), Harness::Unknown);
    }

    #[test]
    fn each_harness_is_known_by_its_mark() {
        assert_eq!(harness_of(b"..DIVAN_SAMPLE_COUNT..", false), Harness::Divan);
        assert_eq!(harness_of(b"DIVAN_SAMPLE_COUNT CRITERION_HOME", false), Harness::Criterion);
        assert_eq!(harness_of(b" ns/iter (+/- ", true), Harness::Libtest);
        assert_eq!(harness_of(b" ns/iter (+/- ", false), Harness::Unknown);
        assert_eq!(harness_of(b"DIVAN_SAMPLE_COUNT", true), Harness::Unknown);
    }
}
