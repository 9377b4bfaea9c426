//! Reading patches.

use super::path::{unquoted, without_prefixes};
use super::{FileAction, FilePatch, Hunk, HunkLine, LineKind, Patch, PatchPath, PathFault};

/// A larger patch is refused unread: 16 MiB.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// Why a patch is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {fault}")]
pub struct PatchError {
    /// The file.
    pub name: String,
    /// The line, counted from 1.
    pub line: usize,
    /// Why.
    pub fault: PatchFault,
}

/// Why a patch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchFault {
    /// A path leads elsewhere.
    #[error(transparent)]
    Path(#[from] PathFault),
    /// It makes or changes a symbolic link.
    #[error("it makes or changes a symbolic link")]
    SymbolicLink,
    /// It changes the commit of a submodule.
    #[error("it changes the commit of a submodule, whose source it does not hold")]
    Submodule,
    /// It changes a file that is no text.
    #[error("it changes a binary file")]
    Binary,
    /// It is too large.
    #[error("it has {0} bytes, and a patch of more than {LARGEST} bytes is not read")]
    TooLarge(u64),
    /// It changes nothing.
    #[error("it holds no change: a patch is what `git diff` or `git format-patch` write")]
    Empty,
    /// The head of a hunk is not of the form `@@ -1,2 +1,2 @@`.
    #[error("`{0}` is no head of a hunk, as `@@ -1,2 +1,2 @@` is")]
    HunkHead(String),
    /// A hunk ends early.
    #[error(
        "hunk {hunk} is shorter than its head says: {before} lines of the file and {after} of the result are missing"
    )]
    CutShort {
        /// Which hunk of its file, counted from 1.
        hunk: usize,
        /// How many lines of the file are missing.
        before: usize,
        /// How many lines of the result are missing.
        after: usize,
    },
    /// Lines stand behind a hunk that are part of it by their looks.
    #[error("hunk {hunk} is longer than its head says")]
    TooLong {
        /// Which hunk of its file, counted from 1.
        hunk: usize,
    },
    /// A head of a file cannot be understood.
    #[error("{0}")]
    FileHead(&'static str),
}

/// The patches that a file holds: several where it holds several messages of `git format-patch`. `name` is what errors
/// and patches are told by.
///
/// # Errors
/// For the first thing that is wrong with any of them.
pub fn read(name: &str, content: &[u8]) -> Result<Vec<Patch>, PatchError> {
    let size = content.len() as u64;
    if size > LARGEST {
        let fault = PatchFault::TooLarge(size);
        return Err(PatchError { name: name.to_owned(), line: 1, fault });
    }
    let lines: Vec<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').collect();
    let mut reader = Reader { lines: &lines, at: 0 };
    let patches = reader.messages();
    let mut patches =
        patches.map_err(|(line, fault)| PatchError { name: name.to_owned(), line: line + 1, fault })?;
    let several = patches.len() > 1;
    for (index, patch) in patches.iter_mut().enumerate() {
        patch.name = if several { format!("{name} ({})", index + 1) } else { name.to_owned() };
    }
    Ok(patches)
}

/// A fault with the index of its line.
type Fault = (usize, PatchFault);

struct Reader<'a> {
    lines: &'a [&'a [u8]],
    at: usize,
}

/// What stands before the hunks of a file.
#[derive(Default)]
struct Head {
    /// `--- ` and `+++ `, as they stand.
    names: Option<(Vec<u8>, Vec<u8>)>,
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    is_copy: bool,
    is_new: bool,
    is_removed: bool,
    executable: Option<bool>,
    /// The names of the line `diff --git`, where both are the same.
    of_git: Option<Vec<u8>>,
}

impl<'a> Reader<'a> {
    fn line(&self) -> Option<&'a [u8]> {
        self.lines.get(self.at).copied()
    }

    fn messages(&mut self) -> Result<Vec<Patch>, Fault> {
        let mut patches = Vec::new();
        while self.line().is_some() {
            let began = self.at;
            let is_mail = self.line().is_some_and(begins_message);
            let prose = self.prose(is_mail);
            let mut files = Vec::new();
            while self.line().is_some_and(|line| !begins_message(line)) {
                if self.is_file() {
                    files.push(self.file()?);
                } else {
                    self.at += 1;
                }
            }
            // A cover letter changes nothing, and is no patch.
            let is_cover = is_mail && self.line().is_some();
            if files.is_empty() && !is_cover {
                return Err((began, PatchFault::Empty));
            }
            if !files.is_empty() {
                let subject = prose.lines().next().unwrap_or_default().to_owned();
                patches.push(Patch { name: String::new(), subject, prose, files });
            }
        }
        if patches.is_empty() { Err((0, PatchFault::Empty)) } else { Ok(patches) }
    }

    /// What stands before the first change; of a message its subject and its body, without the other headers.
    fn prose(&mut self, is_mail: bool) -> String {
        let mut prose = Vec::new();
        if is_mail {
            self.at += 1;
            let mut in_subject = false;
            while let Some(line) = self.line().filter(|line| !line.trim_ascii().is_empty()) {
                if self.is_file() {
                    break;
                }
                let continued = line.starts_with(b" ") || line.starts_with(b"\t");
                if let Some(subject) = line.strip_prefix(b"Subject:") {
                    in_subject = true;
                    prose.extend_from_slice(without_tag(subject.trim_ascii()));
                } else if in_subject && continued {
                    prose.push(b' ');
                    prose.extend_from_slice(line.trim_ascii());
                } else {
                    in_subject = false;
                }
                self.at += 1;
            }
            prose.push(b'\n');
        }
        while let Some(line) = self.line() {
            if self.is_file() || begins_message(line) || line.trim_ascii_end() == b"---" {
                break;
            }
            prose.extend_from_slice(line);
            self.at += 1;
        }
        String::from_utf8_lossy(&prose).trim().to_owned()
    }

    /// Whether the head of a file begins here.
    fn is_file(&self) -> bool {
        let Some(line) = self.line() else { return false };
        let next = self.lines.get(self.at + 1);
        line.starts_with(b"diff --git ")
            || (line.starts_with(b"--- ") && next.is_some_and(|next| next.starts_with(b"+++ ")))
    }

    fn file(&mut self) -> Result<FilePatch, Fault> {
        let began = self.at;
        let head = self.head()?;
        let mut hunks = Vec::new();
        while self.line().is_some_and(|line| line.starts_with(b"@@")) {
            let hunk = self.hunk(hunks.len() + 1)?;
            hunks.push(hunk);
        }
        let at = |fault| (began, fault);
        let action = head.action().map_err(at)?;
        let is_told = matches!(action, FileAction::Rename { .. } | FileAction::Copy { .. })
            || head.executable.is_some()
            || head.is_new
            || head.is_removed;
        if hunks.is_empty() && !is_told {
            return Err(at(PatchFault::FileHead("it names a file, and no hunk follows")));
        }
        Ok(FilePatch { line: began + 1, action, executable: head.executable, hunks })
    }

    fn head(&mut self) -> Result<Head, Fault> {
        let mut head = Head::default();
        if let Some(names) = self.line().and_then(|line| line.strip_prefix(b"diff --git ")) {
            head.of_git = same_names(names);
            self.at += 1;
            while let Some(line) = self.line() {
                let text = line.trim_ascii_end();
                let behind = |prefix: &[u8]| text.strip_prefix(prefix);
                let path =
                    |text: &[u8]| unquoted(text).ok_or((self.at, PatchFault::FileHead("a path is cut")));
                if let Some(mode) = behind(b"new file mode ") {
                    head.is_new = true;
                    head.mode(mode).map_err(|fault| (self.at, fault))?;
                } else if let Some(mode) = behind(b"deleted file mode ") {
                    head.is_removed = true;
                    head.mode(mode).map_err(|fault| (self.at, fault))?;
                    head.executable = None;
                } else if let Some(mode) = behind(b"new mode ") {
                    head.mode(mode).map_err(|fault| (self.at, fault))?;
                } else if let Some(mode) = behind(b"old mode ") {
                    head.mode(mode).map_err(|fault| (self.at, fault))?;
                    head.executable = None;
                } else if let Some(from) = behind(b"rename from ") {
                    head.from = Some(path(from)?);
                } else if let Some(to) = behind(b"rename to ") {
                    head.to = Some(path(to)?);
                } else if let Some(from) = behind(b"copy from ") {
                    head.is_copy = true;
                    head.from = Some(path(from)?);
                } else if let Some(to) = behind(b"copy to ") {
                    head.to = Some(path(to)?);
                } else if let Some(index) = behind(b"index ") {
                    // `index OLD..NEW MODE`: the mode stands here where it does not change.
                    if let Some(mode) = index.split(|byte| *byte == b' ').nth(1) {
                        let executable = head.executable;
                        head.mode(mode).map_err(|fault| (self.at, fault))?;
                        head.executable = executable;
                    }
                } else if text.starts_with(b"GIT binary patch") || text.starts_with(b"Binary files ") {
                    return Err((self.at, PatchFault::Binary));
                } else if !(text.starts_with(b"similarity index ")
                    || text.starts_with(b"dissimilarity index "))
                {
                    break;
                }
                self.at += 1;
            }
        }
        let Some(old) = self.line().and_then(|line| line.strip_prefix(b"--- ")) else { return Ok(head) };
        let Some(new) = self.lines.get(self.at + 1).and_then(|line| line.strip_prefix(b"+++ ")) else {
            return Ok(head);
        };
        let names = unquoted(old).zip(unquoted(new));
        head.names = Some(names.ok_or((self.at, PatchFault::FileHead("a path is cut")))?);
        self.at += 2;
        Ok(head)
    }

    fn hunk(&mut self, number: usize) -> Result<Hunk, Fault> {
        let began = self.at;
        let head = self.lines[began];
        let bad = || PatchFault::HunkHead(String::from_utf8_lossy(head).trim().to_owned());
        let (start, mut before, mut after) = ranges(head).ok_or_else(|| (began, bad()))?;
        self.at += 1;
        let mut lines: Vec<HunkLine> = Vec::new();
        while before > 0 || after > 0 {
            let cut = || (self.at, PatchFault::CutShort { hunk: number, before, after });
            let line = self.line().ok_or_else(cut)?;
            let (kind, text) = match line.split_first() {
                Some((b' ', text)) => (LineKind::Context, text),
                Some((b'-', text)) => (LineKind::Removed, text),
                Some((b'+', text)) => (LineKind::Added, text),
                // Some editors take the space of an empty line away.
                Some((b'\n' | b'\r', _)) => (LineKind::Context, line),
                Some((b'\\', _)) => {
                    without_break(&mut lines);
                    self.at += 1;
                    continue;
                }
                _ => return Err(cut()),
            };
            let takes = |left: &mut usize, does: bool| match (does, left.checked_sub(1)) {
                (false, _) => true,
                (true, Some(less)) => {
                    *left = less;
                    true
                }
                (true, None) => false,
            };
            if !takes(&mut before, kind != LineKind::Added) || !takes(&mut after, kind != LineKind::Removed) {
                return Err((self.at, PatchFault::TooLong { hunk: number }));
            }
            if text.starts_with(b"Subproject commit ") && kind != LineKind::Context {
                return Err((self.at, PatchFault::Submodule));
            }
            if text.contains(&0) {
                return Err((self.at, PatchFault::Binary));
            }
            lines.push(HunkLine { kind, text: text.to_vec() });
            self.at += 1;
        }
        if self.line().is_some_and(|line| line.starts_with(b"\\")) {
            without_break(&mut lines);
            self.at += 1;
        }
        // `-- ` ends a message.
        let is_more = |line: &[u8]| {
            matches!(line.first(), Some(b'+' | b'-' | b' '))
                && line.trim_ascii_end() != b"--"
                && !line.trim_ascii().is_empty()
        };
        if self.line().is_some_and(is_more) && !self.is_file() {
            return Err((self.at, PatchFault::TooLong { hunk: number }));
        }
        Ok(Hunk { line: began + 1, start, lines })
    }
}

impl Head {
    fn mode(&mut self, mode: &[u8]) -> Result<(), PatchFault> {
        self.executable = match mode {
            b"120000" => return Err(PatchFault::SymbolicLink),
            b"160000" => return Err(PatchFault::Submodule),
            b"100755" => Some(true),
            b"100644" | b"100664" => Some(false),
            _ => return Err(PatchFault::FileHead("the mode of a file is none that git has")),
        };
        Ok(())
    }

    fn action(&self) -> Result<FileAction, PatchFault> {
        let path = |bytes: &[u8]| PatchPath::new(bytes);
        if let (Some(from), Some(to)) = (&self.from, &self.to) {
            let (from, to) = (path(from)?, path(to)?);
            return Ok(if self.is_copy {
                FileAction::Copy { from, to }
            } else {
                FileAction::Rename { from, to }
            });
        }
        let Some((old, new)) = self.names.clone() else {
            // Without hunks, such as an empty file, only the first line tells which file it is.
            let named = self.of_git.as_deref().ok_or(PatchFault::FileHead("it does not name its file"))?;
            let named = path(named)?;
            return Ok(if self.is_new {
                FileAction::Create(named)
            } else if self.is_removed {
                FileAction::Remove(named)
            } else {
                FileAction::Modify(named)
            });
        };
        match without_prefixes(old, new) {
            (None, Some(new)) => Ok(FileAction::Create(path(&new)?)),
            (Some(old), None) => Ok(FileAction::Remove(path(&old)?)),
            (Some(old), Some(new)) => {
                let (old, new) = (path(&old)?, path(&new)?);
                if old == new {
                    Ok(FileAction::Modify(new))
                } else {
                    Err(PatchFault::FileHead("`---` and `+++` name two files, and it does not say `rename`"))
                }
            }
            (None, None) => Err(PatchFault::FileHead("both of its files are `/dev/null`")),
        }
    }
}

/// The last line has no line break.
fn without_break(lines: &mut [HunkLine]) {
    if let Some(line) = lines.last_mut()
        && line.text.last() == Some(&b'\n')
    {
        line.text.pop();
    }
}

/// `From COMMIT Mon Sep 17 00:00:00 2001`, as `git format-patch` begins a message.
fn begins_message(line: &[u8]) -> bool {
    line.strip_prefix(b"From ").and_then(|rest| rest.split_at_checked(40)).is_some_and(|(commit, rest)| {
        commit.iter().all(u8::is_ascii_hexdigit) && rest.first().is_some_and(u8::is_ascii_whitespace)
    })
}

/// A subject without `[PATCH 1/2]`.
fn without_tag(subject: &[u8]) -> &[u8] {
    let tagged = subject.strip_prefix(b"[").and_then(|rest| {
        let end = rest.iter().position(|byte| *byte == b']')?;
        Some(rest[end + 1..].trim_ascii_start())
    });
    tagged.unwrap_or(subject)
}

/// The path of `a/PATH b/PATH`, where both are the same.
fn same_names(names: &[u8]) -> Option<Vec<u8>> {
    let names = names.trim_ascii_end();
    if names.starts_with(b"\"") {
        let old = unquoted(names)?;
        return old.strip_prefix(b"a/").map(<[u8]>::to_vec);
    }
    let (old, new) = names.split_at_checked(names.len() / 2)?;
    let new = new.strip_prefix(b" ")?;
    let (old, new) = (old.strip_prefix(b"a/")?, new.strip_prefix(b"b/")?);
    (old == new).then(|| old.to_vec())
}

/// Where a hunk begins in the file, and how many lines it has there and afterwards: `@@ -1,2 +1,2 @@`.
fn ranges(head: &[u8]) -> Option<(usize, usize, usize)> {
    // What stands behind the second `@@` may be any bytes.
    let head = String::from_utf8_lossy(head.strip_prefix(b"@@ -")?);
    let (old, rest) = head.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let range = |text: &str| -> Option<(usize, usize)> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        let number = |text: &str| {
            // More lines than a patch can have.
            let is_number = text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| is_number)
        };
        Some((number(start)?, number(count)?))
    };
    let ((start, before), (_, after)) = (range(old)?, range(new)?);
    Some((start, before, after))
}
