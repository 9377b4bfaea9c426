//! Applying a patch to a tree: in memory first, so that a patch that does not fit changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{FileAction, FilePatch, Hunk, Patch, PatchPath};

/// A hunk that lies elsewhere than its head says is told when it is off by as many lines or less.
const NEAR: usize = 2_000;
/// So many lines of a hunk are compared when a similar place is looked for.
const COMPARED: usize = 200;

/// What a file holds afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PatchPath,
    /// Its content before; none where it is new.
    pub before: Option<Vec<u8>>,
    /// Its content; none where it goes.
    pub after: Option<Vec<u8>>,
    /// Whether it can be executed afterwards; none where that stays as it is.
    pub executable: Option<bool>,
}

/// Why a patch does not apply, and where.
#[derive(Debug, thiserror::Error)]
#[error("{patch}:{line}: {fault}")]
pub struct ApplyError {
    /// The patch.
    pub patch: String,
    /// The line of the patch, counted from 1.
    pub line: usize,
    /// Why.
    pub fault: Box<ApplyFault>,
}

/// Why a patch does not apply.
#[derive(Debug, thiserror::Error)]
pub enum ApplyFault {
    /// There is no such file.
    #[error("`{0}` does not exist")]
    Missing(PatchPath),
    /// There is such a file.
    #[error("`{0}` exists, and the patch would make it")]
    Exists(PatchPath),
    /// A symbolic link stands on the way, which may lead out of the tree.
    #[error("`{path}` lies behind the symbolic link `{}`, and a patch is not applied through links", link.display())]
    Link {
        /// The file.
        path: PatchPath,
        /// The link, relative to the root of the tree.
        link: PathBuf,
    },
    /// It is a folder, a device or the like.
    #[error("`{0}` is no file")]
    NoFile(PatchPath),
    /// A hunk does not fit.
    #[error("`{path}`, hunk {hunk}: line {line} is not as the patch has it: {}; {elsewhere}", stands(expected, found.as_deref()))]
    Hunk {
        /// The file.
        path: PatchPath,
        /// Which hunk of the file, counted from 1.
        hunk: usize,
        /// The first line of the file that is not as it should be, counted from 1.
        line: usize,
        /// What should stand there.
        expected: String,
        /// What stands there; none behind the end of the file.
        found: Option<String>,
        /// Whether a similar place exists.
        elsewhere: FuzzyPlace,
    },
    /// Something is left of a file that should go.
    #[error("`{0}` holds more than the patch removes")]
    Rest(PatchPath),
    /// It cannot be read or written.
    #[error("cannot use `{path}`: {source}")]
    Io {
        /// The file.
        path: PatchPath,
        /// What the system said.
        source: io::Error,
    },
}

impl ApplyFault {
    /// Whether the patch leads out of the tree.
    #[must_use]
    pub fn leads_out(&self) -> bool {
        matches!(self, Self::Link { .. })
    }
}

/// The place of a file that resembles a hunk most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FuzzyPlace {
    /// There is one.
    #[error("line {line} is similar, where {same} of {of} lines agree")]
    At {
        /// Where it begins, counted from 1.
        line: usize,
        /// How many lines agree.
        same: usize,
        /// Of how many.
        of: usize,
    },
    /// No place has half of its lines.
    #[error("no place in the file is similar")]
    Nowhere,
}

fn stands(expected: &str, found: Option<&str>) -> String {
    match found {
        Some(found) => format!("`{found}` stands there instead of `{expected}`"),
        None => format!("the file has ended, and `{expected}` should stand there"),
    }
}

/// What a patch makes of a tree whose root is `root`. Nothing is written.
///
/// # Errors
/// When it does not fit, or leads out of the tree.
pub fn changes(patch: &Patch, root: &Path) -> Result<Vec<Change>, ApplyError> {
    let mut changes = Changes { root, all: BTreeMap::new() };
    for file in &patch.files {
        changes.file(file).map_err(|(line, fault)| ApplyError { patch: patch.name.clone(), line, fault })?;
    }
    Ok(changes.all.into_values().collect())
}

/// Writes changes into the tree that they were made for.
///
/// # Errors
/// When a file cannot be written; what was written before stays.
pub fn write(changes: &[Change], root: &Path) -> Result<(), ApplyFault> {
    for change in changes {
        let path = root.join(change.path.as_path());
        let failed = |source| ApplyFault::Io { path: change.path.clone(), source };
        without_links(&change.path, root)?;
        let Some(content) = &change.after else {
            fs::remove_file(&path).map_err(failed)?;
            continue;
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&path, content).map_err(failed)?;
        if let Some(executable) = change.executable {
            let mode = if executable { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).map_err(failed)?;
        }
    }
    Ok(())
}

/// Refuses a path with a symbolic link on the way.
fn without_links(path: &PatchPath, root: &Path) -> Result<(), ApplyFault> {
    let mut way = PathBuf::new();
    for part in path.as_path() {
        way.push(part);
        if root.join(&way).symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return Err(ApplyFault::Link { path: path.clone(), link: way });
        }
    }
    Ok(())
}

/// A fault with the line of the patch.
type Fault = (usize, Box<ApplyFault>);

struct Changes<'a> {
    root: &'a Path,
    all: BTreeMap<PatchPath, Change>,
}

impl Changes<'_> {
    fn file(&mut self, file: &FilePatch) -> Result<(), Fault> {
        let at = |fault| (file.line, Box::new(fault));
        let FilePatch { action, executable, hunks, .. } = file;
        match action {
            FileAction::Create(path) => {
                if self.content(path).map_err(at)?.is_some() {
                    return Err(at(ApplyFault::Exists(path.clone())));
                }
                let content = patched(path, &[], hunks)?;
                self.set(path, Some(content), *executable).map_err(at)
            }
            FileAction::Modify(path) => {
                let content = patched(path, &self.existing(path).map_err(at)?, hunks)?;
                self.set(path, Some(content), *executable).map_err(at)
            }
            FileAction::Remove(path) => {
                let content = patched(path, &self.existing(path).map_err(at)?, hunks)?;
                if !content.is_empty() {
                    return Err(at(ApplyFault::Rest(path.clone())));
                }
                self.set(path, None, None).map_err(at)
            }
            FileAction::Rename { from, to } | FileAction::Copy { from, to } => {
                if self.content(to).map_err(at)?.is_some() {
                    return Err(at(ApplyFault::Exists(to.clone())));
                }
                let content = patched(to, &self.existing(from).map_err(at)?, hunks)?;
                if matches!(action, FileAction::Rename { .. }) {
                    self.set(from, None, None).map_err(at)?;
                }
                self.set(to, Some(content), *executable).map_err(at)
            }
        }
    }

    fn existing(&self, path: &PatchPath) -> Result<Vec<u8>, ApplyFault> {
        self.content(path)?.ok_or_else(|| ApplyFault::Missing(path.clone()))
    }

    /// What a file holds after the changes so far.
    fn content(&self, path: &PatchPath) -> Result<Option<Vec<u8>>, ApplyFault> {
        if let Some(change) = self.all.get(path) {
            return Ok(change.after.clone());
        }
        without_links(path, self.root)?;
        let failed = |source| ApplyFault::Io { path: path.clone(), source };
        let place = self.root.join(path.as_path());
        match place.symlink_metadata() {
            Ok(found) if found.is_file() => fs::read(&place).map(Some).map_err(failed),
            Ok(_) => Err(ApplyFault::NoFile(path.clone())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn set(
        &mut self,
        path: &PatchPath,
        after: Option<Vec<u8>>,
        executable: Option<bool>,
    ) -> Result<(), ApplyFault> {
        let before = match self.all.get(path) {
            Some(change) => change.before.clone(),
            None => self.content(path)?,
        };
        let change = Change { path: path.clone(), before, after, executable };
        self.all.insert(path.clone(), change);
        Ok(())
    }
}

/// The content of a file after all hunks. A hunk that does not fit where its head says is applied at the nearest place
/// that has all of its lines, as `git apply` does; hunks keep their order.
fn patched(path: &PatchPath, content: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, Fault> {
    let lines: Vec<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').collect();
    let mut result = Vec::with_capacity(content.len());
    let mut done = 0;
    let mut shift: isize = 0;
    for (index, hunk) in hunks.iter().enumerate() {
        let before = hunk.before();
        // A hunk without lines of the file names the line in front of it.
        let stated = if before.is_empty() { hunk.start } else { hunk.start.saturating_sub(1) };
        let expected = stated.saturating_add_signed(shift);
        let place = place(&lines, done, expected, &before)
            .ok_or_else(|| (hunk.line, Box::new(misfit(path, index + 1, &lines, expected, &before))))?;
        shift = shift.saturating_add_unsigned(place).saturating_sub_unsigned(expected);
        lines[done..place].iter().for_each(|line| result.extend_from_slice(line));
        hunk.after().iter().for_each(|line| result.extend_from_slice(line));
        done = place + before.len();
    }
    lines[done..].iter().for_each(|line| result.extend_from_slice(line));
    Ok(result)
}

/// Where lines stand in a file, behind the first `done` lines: where they are expected, else the nearest place.
fn place(lines: &[&[u8]], done: usize, expected: usize, wanted: &[&[u8]]) -> Option<usize> {
    let stands = |at: usize| lines.get(at..at + wanted.len()).is_some_and(|there| there == wanted);
    if expected >= done && stands(expected) {
        return Some(expected);
    }
    if wanted.is_empty() {
        return None;
    }
    let near = |at: &usize| *at >= done && at.abs_diff(expected) <= NEAR;
    occurrences(lines, wanted).into_iter().filter(near).min_by_key(|at| at.abs_diff(expected))
}

/// All places where lines stand in a file, in linear time (Knuth, Morris and Pratt, 1977).
fn occurrences(lines: &[&[u8]], wanted: &[&[u8]]) -> Vec<usize> {
    let mut borders = vec![0; wanted.len()];
    let mut length = 0;
    for index in 1..wanted.len() {
        while length > 0 && wanted[index] != wanted[length] {
            length = borders[length - 1];
        }
        length += usize::from(wanted[index] == wanted[length]);
        borders[index] = length;
    }
    let mut found = Vec::new();
    let mut length = 0;
    for (index, line) in lines.iter().enumerate() {
        while length > 0 && (length == wanted.len() || *line != wanted[length]) {
            length = borders[length - 1];
        }
        length += usize::from(*line == wanted[length]);
        if length == wanted.len() {
            found.push(index + 1 - length);
        }
    }
    found
}

fn misfit(path: &PatchPath, hunk: usize, lines: &[&[u8]], expected: usize, wanted: &[&[u8]]) -> ApplyFault {
    let differs = |offset: &usize| lines.get(expected.saturating_add(*offset)) != wanted.get(*offset);
    let offset = (0..wanted.len()).find(differs).unwrap_or(0);
    let line = expected.saturating_add(offset);
    let (wanted_line, found_line) = (wanted.get(offset), lines.get(line));
    // What cannot be seen is shown as escapes where nothing else differs.
    let is_hidden =
        wanted_line.map(|line| line.trim_ascii_end()) == found_line.map(|line| line.trim_ascii_end());
    let text = |line: &&[u8]| {
        let text = String::from_utf8_lossy(line);
        if is_hidden { text.escape_debug().to_string() } else { text.trim_end().to_owned() }
    };
    ApplyFault::Hunk {
        path: path.clone(),
        hunk,
        line: line + 1,
        expected: wanted_line.map(text).unwrap_or_default(),
        found: found_line.map(text),
        elsewhere: similar(lines, expected, wanted),
    }
}

/// The place near the expected one where most lines of a hunk stand.
fn similar(lines: &[&[u8]], expected: usize, wanted: &[&[u8]]) -> FuzzyPlace {
    let wanted = &wanted[..wanted.len().min(COMPARED)];
    let (from, to) = (expected.saturating_sub(NEAR), expected.saturating_add(NEAR).min(lines.len()));
    let same = |at: usize| {
        let there = lines[at..].iter().zip(wanted);
        there.filter(|(line, wanted)| line == wanted && !line.trim_ascii().is_empty()).count()
    };
    let best = (from..to)
        .map(|at| (same(at), at))
        .max_by_key(|(same, at)| (*same, usize::MAX - at.abs_diff(expected)));
    match best {
        Some((same, at)) if 2 * same >= wanted.len() && same > 0 => {
            FuzzyPlace::At { line: at + 1, same, of: wanted.len() }
        }
        _ => FuzzyPlace::Nowhere,
    }
}
