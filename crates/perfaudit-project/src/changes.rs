//! What changed since a revision, as git tells it.

use std::path::Path;

use perfaudit_exec::{Command, Interrupt, OutputLimit, run};

/// More of a difference is not read.
const LIMIT: OutputLimit = OutputLimit(64 << 20);

/// Lines of a file: the first, and how many; numbers begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedLines {
    /// The first line. Where there are none, the line before.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// A file that differs from its state in a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path, relative to the folder that was asked about.
    pub path: String,
    /// Lines of the revision that are gone or other now.
    pub before: Vec<ChangedLines>,
    /// Lines that are new or other.
    pub after: Vec<ChangedLines>,
}

/// Why it cannot be told what changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A name that git would take for an option.
    #[error("`{0}` is no revision")]
    NoRevision(String),
    /// Git refuses.
    #[error("git cannot tell what changed since `{revision}`: {said}")]
    Git {
        /// What was asked for.
        revision: String,
        /// What it says.
        said: String,
    },
    /// The difference is too long.
    #[error("the difference from `{0}` is too long to be read: name a newer revision")]
    TooLong(String),
}

/// The Rust files below `root` that differ from a revision, in the working tree. Files that git does not track are not
/// among them.
///
/// # Errors
/// Outside a repository, without git, or with a revision that is not there.
pub fn changed_files(
    root: &Path,
    revision: &str,
    interrupt: &Interrupt,
) -> Result<Vec<ChangedFile>, ChangeError> {
    let difference = [
        "diff",
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--relative",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        revision,
        "--",
        "*.rs",
    ];
    git(root, revision, &difference, interrupt).map(|text| parse(&text))
}

/// A file as it is in a revision; none where it is not there.
#[must_use]
pub fn text_at(root: &Path, revision: &str, path: &str, interrupt: &Interrupt) -> Option<String> {
    git(root, revision, &["show", &format!("{revision}:./{path}")], interrupt).ok()
}

fn git(
    root: &Path,
    revision: &str,
    arguments: &[&str],
    interrupt: &Interrupt,
) -> Result<String, ChangeError> {
    if revision.starts_with('-') {
        return Err(ChangeError::NoRevision(revision.to_owned()));
    }
    let refused = |said: String| ChangeError::Git { revision: revision.to_owned(), said };
    // Nothing is written: git would refresh its index otherwise.
    let command = Command::new("git")
        .args(["--no-optional-locks", "-c", "core.quotePath=false"])
        .args(arguments)
        .directory(root)
        .output_limit(LIMIT);
    let finished = run(&command, interrupt, &mut |_| {}).map_err(|error| refused(error.to_string()))?;
    if !finished.ending.is_success() {
        return Err(refused(finished.stderr.last_lines(1).concat()));
    }
    if !finished.stdout.is_complete() {
        return Err(ChangeError::TooLong(revision.to_owned()));
    }
    Ok(finished.stdout.text())
}

/// Reads `git diff --unified=0`. Lines that belong to hunks are counted and not looked at: they may read like headers.
fn parse(text: &str) -> Vec<ChangedFile> {
    let mut files: Vec<ChangedFile> = Vec::new();
    let mut in_hunk = 0;
    let mut old_path = None;
    for line in text.lines() {
        if line.starts_with('\\') {
            // "No newline at end of file" is in addition.
            continue;
        }
        if in_hunk > 0 {
            in_hunk -= 1;
        } else if let Some(path) = line.strip_prefix("--- ") {
            old_path = path.trim_end_matches('\t').strip_prefix("a/");
        } else if let Some(path) = line.strip_prefix("+++ ") {
            // A file that is gone has no new path.
            let path = path.trim_end_matches('\t').strip_prefix("b/").or(old_path);
            files.extend(path.map(|path| ChangedFile {
                path: path.to_owned(),
                before: Vec::new(),
                after: Vec::new(),
            }));
        } else if let (Some((before, after)), Some(file)) = (hunk(line), files.last_mut()) {
            in_hunk = u64::from(before.count) + u64::from(after.count);
            file.before.extend((before.count > 0).then_some(before));
            file.after.extend((after.count > 0).then_some(after));
        }
    }
    files
}

/// `@@ -12,3 +14 @@ fn f()`
fn hunk(line: &str) -> Option<(ChangedLines, ChangedLines)> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (before, after) = ranges.split_once(" +")?;
    let lines = |text: &str| {
        let (first, count) = text.split_once(',').unwrap_or((text, "1"));
        Some(ChangedLines { first: first.parse().ok()?, count: count.parse().ok()? })
    };
    Some((lines(before)?, lines(after)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_hunks_that_read_like_headers_are_none() {
        let text = "diff --git a/src/a.rs b/src/a.rs\nindex 1..2 100644\n--- a/src/a.rs\n+++ b/src/a.rs\n\
            @@ -3,2 +3 @@ fn f() {\n--- a/other.rs\n-x\n+++ b/other.rs\n@@ -9,0 +9,2 @@\n+a\n+b\n\\ No newline at end of file\n\
            diff --git a/gone.rs b/gone.rs\ndeleted file mode 100644\n--- a/gone.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-fn g() {}\n";
        let files = parse(text);
        let lines = |first, count| ChangedLines { first, count };
        assert_eq!(
            files,
            [
                ChangedFile {
                    path: "src/a.rs".into(),
                    before: vec![lines(3, 2)],
                    after: vec![lines(3, 1), lines(9, 2)]
                },
                ChangedFile { path: "gone.rs".into(), before: vec![lines(1, 1)], after: Vec::new() },
            ]
        );
    }

    #[test]
    fn a_name_that_git_takes_for_an_option_is_refused() {
        let refused = changed_files(Path::new("."), "--output=x", &Interrupt::new());
        assert!(matches!(refused, Err(ChangeError::NoRevision(_))));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(@@ -[0-9,]{0,12} \\+[0-9,]{0,12} @@\n|--- a/x\n|\\+\\+\\+ b/x\n|.{0,9}\n){0,20}") {
            let _ = parse(&text);
        }
    }
}
