use std::fs;
use std::path::Path;

use regex::Regex;

use crate::NotesError;

/// What notes end in.
const EXTENSIONS: [&str; 3] = ["md", "markdown", "txt"];

/// The notes in a folder and the folders below it, as sorted paths with forward slashes. What begins with a dot is left
/// out, and what matches a pattern of `ignore`.
///
/// # Errors
/// A folder that cannot be read, or a pattern that is none.
pub fn note_files(root: &Path, ignore: &[String]) -> Result<Vec<String>, NotesError> {
    let mut files = Vec::new();
    walk(root, "", ignore, &mut files)?;
    files.sort_unstable();
    Ok(files)
}

fn walk(root: &Path, below: &str, ignore: &[String], files: &mut Vec<String>) -> Result<(), NotesError> {
    let folder = root.join(below);
    let wrong = |error| NotesError::read(&folder)(error);
    for entry in fs::read_dir(&folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || is_ignored(&name, ignore)? {
            continue;
        }
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().map_err(wrong)?.is_dir() {
            walk(root, &path, ignore, files)?;
        } else if path.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension)) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_ignored(name: &str, ignore: &[String]) -> Result<bool, NotesError> {
    for pattern in ignore {
        let expression = Regex::new(&to_expression(pattern))
            .map_err(|source| NotesError::Pattern { pattern: pattern.clone(), source })?;
        if expression.is_match(name) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn to_expression(pattern: &str) -> String {
    format!("(?s)^{}$", regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        let ignored = |name| is_ignored(name, &["*.draft.md".to_owned(), "t?mp+".to_owned()]).unwrap();
        assert!(["a.draft.md", ".draft.md", "temp+"].into_iter().all(ignored));
        assert!(!["a.md", "a.draft.mdx", "tmp+", "temp"].into_iter().any(ignored));
    }

    #[test]
    fn notes_are_listed_in_order_without_hidden_and_ignored_ones() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["b.md", "a/z.txt", "a/old/x.md", ".git/c.md", "a/n.draft.md", "a/p.png", "skip/s.md"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let files = note_files(folder.path(), &["*.draft.md".to_owned(), "skip".to_owned()]).unwrap();
        assert_eq!(files, ["a/old/x.md", "a/z.txt", "b.md"]);
    }
}
