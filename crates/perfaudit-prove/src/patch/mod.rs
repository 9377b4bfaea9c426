//! Patches: what they change, whether they fit a tree, and what they claim.
//!
//! A patch is untrusted. It is read as a whole before anything is done with it, names no path outside of the tree, and
//! is applied in memory before a file is written; what is refused is told with file, line and reason.
//!
//! The format is that of `git diff`, `git format-patch` (several messages in one file) and `diff -u`. The crates that
//! read it (diffy, patch) tell neither the line of a hunk in its file nor what stands where a hunk does not fit, and
//! take paths as they come.

mod apply;
mod claim;
mod dependencies;
mod path;
mod read;

pub use apply::{ApplyError, ApplyFault, Change, FuzzyPlace, changes, write};
pub use claim::{Claim, ClaimedQuantity, claims};
pub use dependencies::{ManifestError, new_dependencies};
pub use path::{PatchPath, PathFault};
pub use read::{LARGEST, PatchError, PatchFault, read};

/// A patch: what one file says, or one message of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The file it was read from, with the number of the message behind it where there are several.
    pub name: String,
    /// The first line of its prose; empty where it has none.
    pub subject: String,
    /// All of its prose: a commit message, or whatever stands before the first change.
    pub prose: String,
    /// What it changes, in its order.
    pub files: Vec<FilePatch>,
}

impl Patch {
    /// How many lines it adds and removes.
    #[must_use]
    pub fn changed_lines(&self) -> usize {
        let lines = self.files.iter().flat_map(|file| &file.hunks).flat_map(|hunk| &hunk.lines);
        lines.filter(|line| line.kind != LineKind::Context).count()
    }

    /// The paths that it changes, each once.
    #[must_use]
    pub fn paths(&self) -> Vec<&PatchPath> {
        let mut paths: Vec<_> = self.files.iter().map(FilePatch::path).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

/// What a patch does to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch {
    /// The line of the patch, counted from 1.
    pub line: usize,
    /// What becomes of the file.
    pub action: FileAction,
    /// Whether the file can be executed afterwards; none where that stays as it is.
    pub executable: Option<bool>,
    /// The places that change.
    pub hunks: Vec<Hunk>,
}

impl FilePatch {
    /// The path of the file afterwards; of one that is removed, before.
    #[must_use]
    pub fn path(&self) -> &PatchPath {
        match &self.action {
            FileAction::Create(path) | FileAction::Modify(path) | FileAction::Remove(path) => path,
            FileAction::Rename { to, .. } | FileAction::Copy { to, .. } => to,
        }
    }
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAction {
    /// It is new.
    Create(PatchPath),
    /// It changes.
    Modify(PatchPath),
    /// It goes.
    Remove(PatchPath),
    /// It gets another name, and may change.
    Rename {
        /// Its name before.
        from: PatchPath,
        /// Its name afterwards.
        to: PatchPath,
    },
    /// It is a copy of another one, and may differ from it.
    Copy {
        /// The other one.
        from: PatchPath,
        /// Its name.
        to: PatchPath,
    },
}

/// A place of a file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The line of the patch that its head is on, counted from 1.
    pub line: usize,
    /// The line of the file that it begins at, counted from 1; where it has no lines of the file, the line behind which
    /// it adds some.
    pub start: usize,
    /// Its lines, with their line breaks.
    pub lines: Vec<HunkLine>,
}

impl Hunk {
    /// The lines that must stand in the file.
    fn before(&self) -> Vec<&[u8]> {
        self.of(LineKind::Removed)
    }

    /// The lines that stand there afterwards.
    fn after(&self) -> Vec<&[u8]> {
        self.of(LineKind::Added)
    }

    fn of(&self, kind: LineKind) -> Vec<&[u8]> {
        let wanted = |line: &&HunkLine| line.kind == LineKind::Context || line.kind == kind;
        self.lines.iter().filter(wanted).map(|line| line.text.as_slice()).collect()
    }
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkLine {
    /// What becomes of it.
    pub kind: LineKind,
    /// The line with its line break, if it has one.
    pub text: Vec<u8>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// It stays.
    Context,
    /// It goes.
    Removed,
    /// It is new.
    Added,
}
