//! Dropping files from the page cache, as far as an ordinary user may.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::spec::{Cache, CommandSpec};

/// What was done to start a command with a cold cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Eviction {
    /// Files that were written back and dropped.
    pub(super) dropped: Vec<String>,
    /// Files that could not be, and why.
    pub(super) kept: Vec<String>,
}

/// The files to drop: those that a command names, and those it is told.
pub(super) fn files(spec: &CommandSpec) -> Vec<PathBuf> {
    match &spec.cache {
        Cache::Cold { also } => named_files(spec, also),
        Cache::Warm => Vec::new(),
    }
}

/// The files that a command names: its program, its input, those among its words; and others.
pub(super) fn named_files(spec: &CommandSpec, also: &[PathBuf]) -> Vec<PathBuf> {
    let named = spec.run.words().into_iter().map(PathBuf::from);
    let mut files: Vec<PathBuf> = spec
        .input
        .iter()
        .cloned()
        .chain(program(spec))
        .chain(named)
        .chain(also.iter().cloned())
        .map(|path| spec.directory.join(path))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files.dedup();
    files
}

/// The executable that is started, found as the system finds it.
pub(super) fn program(spec: &CommandSpec) -> Option<PathBuf> {
    let (argv, _) = spec.run.argv();
    find_program(argv.first()?, spec)
}

/// The executable that a word means, if it means one.
pub(super) fn find_program(name: &str, spec: &CommandSpec) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(spec.directory.join(name));
    }
    let path = spec.environment.get("PATH").map(Into::into).or_else(|| std::env::var_os("PATH"))?;
    std::env::split_paths(&path)
        .map(|folder| spec.directory.join(folder).join(name))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Drops files from the page cache.
pub(super) fn evict(files: &[PathBuf]) -> Eviction {
    let mut eviction = Eviction::default();
    for path in files {
        match evict_one(path) {
            Ok(()) => eviction.dropped.push(path.display().to_string()),
            Err(error) => eviction.kept.push(format!("{}: {error}", path.display())),
        }
    }
    eviction
}

#[cfg(target_os = "linux")]
fn evict_one(path: &Path) -> std::io::Result<()> {
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    let file = File::open(path)?;
    // Only pages that were written back can be dropped.
    file.sync_data()?;
    posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn evict_one(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "this system drops no single files"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::CommandLine;

    fn spec(run: &str, directory: &Path) -> CommandSpec {
        CommandSpec {
            cache: Cache::Cold { also: Vec::new() },
            ..CommandSpec::new("x", CommandLine::Line(run.to_owned()), directory.to_owned())
        }
    }

    #[test]
    fn the_program_and_the_files_among_the_words_are_meant() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("data"), "x").unwrap();
        let names = |line: &str| -> Vec<String> {
            let files = files(&spec(line, folder.path()));
            files.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        let mut named = names("cat data missing");
        named.sort();
        assert_eq!(named, ["cat", "data"]);
        assert!(names("wc <data | cat").contains(&"data".to_owned()));
    }

    /// Bytes that this process had the disk read.
    fn read_from_disk() -> u64 {
        let counters = std::fs::read_to_string("/proc/self/io").unwrap();
        let line = counters.lines().find_map(|line| line.strip_prefix("read_bytes: ")).unwrap();
        line.parse().unwrap()
    }

    #[test]
    fn a_file_that_was_dropped_is_read_from_the_disk_again() {
        // The folder of the build lies on a disk; one for temporary files may not.
        let folder = tempfile::tempdir_in(std::env::current_exe().unwrap().parent().unwrap()).unwrap();
        let path = folder.path().join("large");
        std::fs::write(&path, vec![1; 8 << 20]).unwrap();
        let eviction = evict(std::slice::from_ref(&path));
        assert_eq!((eviction.dropped.len(), eviction.kept.len()), (1, 0));
        let before = read_from_disk();
        assert_eq!(std::fs::read(&path).unwrap().len(), 8 << 20);
        assert!(read_from_disk() - before >= 7 << 20);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_told() {
        let eviction = evict(&[PathBuf::from("/no/such/file")]);
        assert!(eviction.kept[0].starts_with("/no/such/file: "), "{eviction:?}");
    }
}
