use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use crate::{Cache, Config, Digest, Key, Log, Note, NotesError, Overrides, Words, note_files};

/// A note as the index knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path below the folder of notes.
    pub path: String,
    /// Title of the note.
    pub title: String,
    /// Tags of the note.
    pub tags: Vec<String>,
    /// Names of the notes it links to.
    pub links: Vec<String>,
    /// Minutes it takes to read.
    pub minutes: usize,
}

/// That a word stands in a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Place of the note in the index.
    pub note: u32,
    /// How often the word stands in it.
    pub count: u32,
}

/// Which words stand in which notes.
#[derive(Clone, Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
    words: Arc<Mutex<Words>>,
    /// By the number of the word.
    postings: Vec<Vec<Posting>>,
}

impl Index {
    /// An empty index that numbers words along with others.
    pub fn sharing(words: &Arc<Mutex<Words>>) -> Index {
        Index { words: Arc::clone(words), ..Index::default() }
    }

    /// Adds a note at the end.
    pub fn add(&mut self, digest: Digest) {
        let note = self.entries.len() as u32;
        for (word, count) in &digest.words {
            let number = self.words.lock().unwrap_or_else(PoisonError::into_inner).number(word) as usize;
            if number >= self.postings.len() {
                self.postings.resize_with(number + 1, Vec::new);
            }
            self.postings[number].push(Posting { note, count: *count });
        }
        self.entries.push(Entry {
            path: digest.path,
            title: digest.title,
            tags: digest.tags,
            links: digest.links,
            minutes: digest.minutes,
        });
    }

    /// All notes, in the order in which they were added.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where a word stands, given in lower case; in the order of the notes.
    pub fn postings(&self, word: &str) -> &[Posting] {
        let number = self.words.lock().unwrap_or_else(PoisonError::into_inner).get(word);
        number.and_then(|number| self.postings.get(number as usize)).map_or(&[], Vec::as_slice)
    }

    /// How many words stand in the notes.
    pub fn distinct_words(&self) -> usize {
        self.postings.iter().filter(|postings| !postings.is_empty()).count()
    }
}

/// Indexes all notes of a folder in the order of their paths.
///
/// # Errors
/// A file that cannot be read, or settings that are not valid.
pub fn index_folder(
    root: &Path,
    overrides: &Overrides,
    cache: &mut Cache,
    log: &mut Log,
) -> Result<Index, NotesError> {
    let config = Config::load(root, overrides)?;
    let mut index = Index::default();
    for path in note_files(root, &config.ignore)? {
        let digest = digest_file(root, &path, overrides, cache)?;
        log.debug(|| format!("{path}: {} words, {} links", digest.words.len(), digest.links.len()));
        index.add(digest.clone());
    }
    Ok(index)
}

fn digest_file(
    root: &Path,
    path: &str,
    overrides: &Overrides,
    cache: &mut Cache,
) -> Result<Digest, NotesError> {
    let config = Config::load(root, overrides)?;
    let key = key(root, path, config.shortest_word)?;
    if let Some(digest) = cache.get(&key) {
        return Ok(digest);
    }
    let digest = Digest::of(&Note::read(root, path)?, config.shortest_word);
    cache.put(&key, &digest);
    Ok(digest)
}

fn key(root: &Path, path: &str, shortest_word: usize) -> Result<Key, NotesError> {
    let file = root.join(path);
    let metadata = fs::metadata(&file).map_err(NotesError::read(&file))?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = modified.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    Ok(Key { path: path.to_owned(), bytes: metadata.len(), modified, shortest_word })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(path: &str, body: &str) -> Digest {
        Digest::of(&Note::parse(path, body), 1)
    }

    #[test]
    fn postings_tell_in_which_notes_a_word_stands_and_how_often() {
        let mut index = Index::default();
        index.add(digest("a.md", "tea cup tea"));
        index.add(digest("b.md", "cup"));
        assert_eq!(index.postings("tea"), [Posting { note: 0, count: 2 }]);
        assert_eq!(index.postings("cup"), [Posting { note: 0, count: 1 }, Posting { note: 1, count: 1 }]);
        assert_eq!((index.postings("milk"), index.distinct_words()), (&[][..], 2));
    }

    #[test]
    fn indices_that_share_words_keep_their_notes_apart() {
        let words = Arc::default();
        let (mut first, mut second) = (Index::sharing(&words), Index::sharing(&words));
        first.add(digest("a.md", "tea cup"));
        second.add(digest("b.md", "cup"));
        assert_eq!((first.distinct_words(), second.distinct_words()), (2, 1));
        assert_eq!(second.postings("cup"), [Posting { note: 0, count: 1 }]);
        assert!(second.postings("tea").is_empty());
        assert_eq!(words.lock().unwrap().len(), 2);
    }
}
