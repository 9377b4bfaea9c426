//! The content of a folder, and what still runs in it.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::error::TaskError;

/// Where a package is built, and the mark that cargo leaves in a folder it has unpacked.
const NOT_CONTENT: [&str; 2] = ["target", ".cargo-ok"];

/// The SHA-256 of every path below a folder with its type, permissions and content.
pub(crate) fn digest(folder: &Path) -> Result<String, TaskError> {
    let mut all = Sha256::new();
    for entry in entries(folder) {
        let entry = entry?;
        let relative = entry.path().strip_prefix(folder).expect("a walk stays below its root");
        let mode =
            entry.path().symlink_metadata().map_err(TaskError::file(entry.path()))?.permissions().mode();
        let content = content(&entry)?;
        // Lengths keep two different trees from reading alike.
        for part in [relative.as_os_str().as_bytes(), &mode.to_le_bytes(), &content] {
            all.update(part.len().to_le_bytes());
            all.update(part);
        }
    }
    Ok(all.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn content(entry: &DirEntry) -> Result<Vec<u8>, TaskError> {
    let path = entry.path();
    if entry.path_is_symlink() {
        let target = fs::read_link(path).map_err(TaskError::file(path))?;
        return Ok(target.as_os_str().as_bytes().to_vec());
    }
    if entry.file_type().is_file() { fs::read(path).map_err(TaskError::file(path)) } else { Ok(Vec::new()) }
}

/// Everything below a folder that was published, in a fixed order.
fn entries(folder: &Path) -> impl Iterator<Item = Result<DirEntry, TaskError>> {
    WalkDir::new(folder)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() != 1 || !NOT_CONTENT.iter().any(|name| entry.file_name() == *name)
        })
        .map(|entry| {
            entry.map_err(|error| TaskError::File {
                path: error.path().unwrap_or(Path::new("?")).to_owned(),
                source: error.into(),
            })
        })
}

/// Makes `copy` the same as `source`, but for the target directory, which stays.
pub(crate) fn replace(source: &Path, copy: &Path) -> Result<(), TaskError> {
    if copy.is_dir() {
        for entry in fs::read_dir(copy).map_err(TaskError::file(copy))? {
            let entry = entry.map_err(TaskError::file(copy))?;
            if entry.file_name() == "target" {
                continue;
            }
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(TaskError::file(&path))?;
        }
    }
    fs::create_dir_all(copy).map_err(TaskError::file(copy))?;
    for entry in entries(source) {
        let entry = entry?;
        let target = copy.join(entry.path().strip_prefix(source).expect("a walk stays below its root"));
        let written = if entry.file_type().is_dir() {
            fs::create_dir_all(&target)
        } else {
            fs::copy(entry.path(), &target).map(drop)
        };
        written.map_err(TaskError::file(&target))?;
    }
    Ok(())
}

/// The processes whose environment has `NAME=value`: whoever descends from a program that was started with it.
pub(crate) fn processes_with(variable: &str, value: &str) -> Vec<u32> {
    let entry = format!("{variable}={value}");
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .filter_map(|process| process.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
                environment.split(|&byte| byte == 0).any(|one| one == entry.as_bytes())
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn the_digest_sees_content_names_and_permissions_but_not_the_target_directory() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "1").unwrap();
        let first = digest(folder.path()).unwrap();
        fs::create_dir(at("target")).unwrap();
        fs::write(at("target/x"), "x").unwrap();
        assert_eq!(digest(folder.path()).unwrap(), first);
        fs::write(at("a"), "2").unwrap();
        let changed = digest(folder.path()).unwrap();
        assert_ne!(changed, first);
        fs::create_dir(at("empty")).unwrap();
        assert_ne!(digest(folder.path()).unwrap(), changed);
    }

    #[test]
    fn a_replaced_copy_has_the_digest_of_its_source() {
        let (source, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(source.path().join("src")).unwrap();
        fs::write(source.path().join("src/lib.rs"), "").unwrap();
        fs::write(copy.path().join("old"), "").unwrap();
        replace(source.path(), copy.path()).unwrap();
        assert_eq!(digest(source.path()).unwrap(), digest(copy.path()).unwrap());
    }

    #[test]
    fn a_process_is_known_by_its_environment() {
        let value = format!("{}", std::process::id());
        let mut child = Command::new("sh")
            .args(["-c", "echo ready; read line"])
            .env("XTASK_TEST_MARK", &value)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // While a program is being started its environment reads as empty.
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).unwrap();
        let found = processes_with("XTASK_TEST_MARK", &value);
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(found, [child.id()]);
    }
}
