use std::fs;
use std::path::Path;

use crate::NotesError;

/// Words that somebody reads in a minute.
const WORDS_PER_MINUTE: usize = 220;

/// A note: a head of `key: value` lines between lines of `---`, and a body in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Path below the folder of notes, with forward slashes.
    pub path: String,
    /// From the head, or the first heading, or the path.
    pub title: String,
    /// From the head, in the order given there.
    pub tags: Vec<String>,
    /// All below the head.
    pub body: String,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(root: &Path, path: &str) -> Result<Note, NotesError> {
        let file = root.join(path);
        let text = fs::read_to_string(&file).map_err(NotesError::read(&file))?;
        Ok(Note::parse(path, &text))
    }

    /// Takes a note apart.
    pub fn parse(path: &str, text: &str) -> Note {
        let (head, body) = match text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) {
            Some(parts) => parts,
            None => ("", text),
        };
        let mut title = None;
        let mut tags = Vec::new();
        for line in head.lines() {
            match line.split_once(':') {
                Some(("title", value)) => title = Some(value.trim().to_owned()),
                Some(("tags", value)) => {
                    tags = value
                        .split(',')
                        .map(|tag| tag.trim().to_owned())
                        .filter(|tag| !tag.is_empty())
                        .collect();
                }
                _ => {}
            }
        }
        let heading = || body.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned);
        let title = title.or_else(heading).unwrap_or_else(|| path.to_owned());
        Note { path: path.to_owned(), title, tags, body: body.to_owned() }
    }

    /// What links call the note: its file name without extension.
    pub fn name(path: &str) -> &str {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.split_once('.').map_or(file, |(name, _)| name)
    }
}

/// Minutes it takes to read so many words, at least one.
#[inline]
pub fn minutes_to_read(words: usize) -> usize {
    words.div_ceil(WORDS_PER_MINUTE).max(1)
}

/// A title as part of an address: lower-case letters and digits, with hyphens between the words.
pub fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for c in title.chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_gives_title_and_tags_and_the_body_stands_below() {
        let note = Note::parse("a/b.md", "---\ntitle: On tea\ntags: tea,  cups,\n---\n# Heading\nText.\n");
        assert_eq!((note.title.as_str(), note.body.as_str()), ("On tea", "# Heading\nText.\n"));
        assert_eq!(note.tags, ["tea", "cups"]);
    }

    #[test]
    fn without_a_head_the_title_is_the_first_heading_or_the_path() {
        assert_eq!(Note::parse("a.md", "text\n# Heading\n").title, "Heading");
        assert_eq!(Note::parse("a.md", "text\n").title, "a.md");
    }

    #[test]
    fn a_name_is_the_file_name_without_extension() {
        for (path, name) in [("a/b/tea.md", "tea"), ("tea.md", "tea"), ("a.b/tea", "tea")] {
            assert_eq!(Note::name(path), name);
        }
    }

    #[test]
    fn a_slug_has_one_hyphen_between_words_and_none_at_its_ends() {
        assert_eq!(slug("  On Tea & \u{dc}bung, 2nd part! "), "on-tea-\u{fc}bung-2nd-part");
        assert_eq!(slug("!"), "");
    }

    #[test]
    fn a_started_minute_counts() {
        assert_eq!([0, 1, 220, 221].map(minutes_to_read), [1, 1, 1, 2]);
    }
}
