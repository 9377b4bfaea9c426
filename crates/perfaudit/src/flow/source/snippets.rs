//! The lines of source that findings show.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use perfaudit_result::Snippet;

/// Longer places are cut: the report names their lines.
const MOST_LINES: usize = 12;
/// Longer lines are cut.
const MOST_CHARS: usize = 160;

/// Reads files as they are needed, each once.
pub(super) struct Snippets {
    root: PathBuf,
    files: HashMap<String, Vec<String>>,
}

impl Snippets {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), files: HashMap::new() }
    }

    /// Lines `first` to `last` of a file, from 1; none where the file is gone or has changed so that it has no such lines.
    pub(super) fn lines(&mut self, path: &str, (first, last): (u32, u32)) -> Option<Snippet> {
        let root = &self.root;
        let lines = self.files.entry(path.to_owned()).or_insert_with(|| {
            let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
            text.lines().map(|line| line.chars().take(MOST_CHARS).collect()).collect()
        });
        let from = first.checked_sub(1)? as usize;
        let to = (last as usize).min(lines.len()).min(from + MOST_LINES);
        let lines = lines.get(from..to).filter(|lines| !lines.is_empty())?;
        Some(Snippet { first_line: first, lines: lines.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shown_as_they_stand_and_lines_that_are_not_there_are_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.rs"), "fn a() {\n    b();\n}\n").unwrap();
        let mut snippets = Snippets::new(folder.path());
        let found = snippets.lines("a.rs", (2, 3)).unwrap();
        assert_eq!((found.first_line, found.lines), (2, vec!["    b();".to_owned(), "}".to_owned()]));
        assert_eq!(snippets.lines("a.rs", (9, 9)), None);
        assert_eq!(snippets.lines("gone.rs", (1, 1)), None);
    }
}
