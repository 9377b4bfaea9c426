use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use crate::{Digest, NotesError};

/// Bytes that are written at once.
const BUFFER: usize = 64;

/// What a digest depends on; when all of it is the same, so is the digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Path of the note.
    pub path: String,
    /// Length of its file.
    pub bytes: u64,
    /// When it was changed last, in nanoseconds since the Unix epoch.
    pub modified: u64,
    /// The setting of that name.
    pub shortest_word: usize,
}

/// Digests from run to run.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    stored: BTreeMap<String, String>,
    used: BTreeMap<String, String>,
    hits: usize,
}

impl Cache {
    /// Reads what [`Cache::save`] wrote; a file that is missing or damaged holds nothing.
    pub fn load(path: &Path) -> Cache {
        let text = fs::read_to_string(path).unwrap_or_default();
        Cache { stored: serde_json::from_str(&text).unwrap_or_default(), ..Cache::default() }
    }

    /// The digest that was kept for this key.
    pub fn get(&mut self, key: &Key) -> Option<Digest> {
        let (key, value) = self.stored.remove_entry(&text(key))?;
        let digest = serde_json::from_str(&value).ok()?;
        self.used.insert(key, value);
        self.hits += 1;
        Some(digest)
    }

    /// Keeps a digest.
    pub fn put(&mut self, key: &Key, digest: &Digest) {
        self.used.insert(text(key), text(digest));
    }

    /// How many digests were found.
    pub fn hits(&self) -> usize {
        self.hits
    }

    /// Writes what was found or kept in this run; what was not asked for is forgotten.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), NotesError> {
        self.save_by(path, BUFFER)
    }

    /// [`Cache::save`] with a buffer of so many bytes.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save_by(&self, path: &Path, buffer: usize) -> Result<(), NotesError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(NotesError::write(folder))?;
        }
        let file = File::create(path).map_err(NotesError::write(path))?;
        let mut output = BufWriter::with_capacity(buffer, file);
        serde_json::to_writer(&mut output, &self.used)
            .map_err(|error| NotesError::write(path)(error.into()))?;
        output.flush().map_err(NotesError::write(path))
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("keys and digests have names and plain values only")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Note;

    fn key(bytes: u64) -> Key {
        Key { path: "a \"b\".md".to_owned(), bytes, modified: u64::MAX, shortest_word: 2 }
    }

    #[test]
    fn what_was_kept_is_found_again_and_what_changed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/cache.json");
        let digest = Digest::of(&Note::parse("a \"b\".md", "Tea, \u{fc}ber [[cup]]\n"), 2);
        let mut cache = Cache::default();
        cache.put(&key(1), &digest);
        cache.save(&path).unwrap();

        let mut cache = Cache::load(&path);
        assert_eq!((cache.get(&key(2)), cache.hits()), (None, 0));
        assert_eq!((cache.get(&key(1)), cache.hits()), (Some(digest), 1));
    }

    #[test]
    fn what_was_not_asked_for_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.json");
        let digest = Digest::of(&Note::parse("a.md", "tea"), 2);
        let mut cache = Cache::default();
        cache.put(&key(1), &digest);
        cache.put(&key(2), &digest);
        cache.save(&path).unwrap();
        let mut cache = Cache::load(&path);
        cache.get(&key(2)).unwrap();
        cache.save(&path).unwrap();
        let mut cache = Cache::load(&path);
        assert_eq!((cache.get(&key(1)), cache.get(&key(2))), (None, Some(digest)));
    }

    #[test]
    fn a_damaged_file_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.json");
        fs::write(&path, "{\"a\": ").unwrap();
        assert_eq!(Cache::load(&path).get(&key(1)), None);
    }
}
