use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::links::links;
use crate::note::{Note, minutes_to_read};
use crate::words::words;

/// What the index needs to know of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Path below the folder of notes.
    pub path: String,
    /// Title of the note.
    pub title: String,
    /// Tags of the note.
    pub tags: Vec<String>,
    /// Names of the notes it links to.
    pub links: Vec<String>,
    /// Each word in lower case with its number, in order of first appearance.
    pub words: Vec<(String, u32)>,
    /// Minutes it takes to read.
    pub minutes: usize,
}

impl Digest {
    /// Reads a note for the index; words shorter than `shortest_word` characters are left out.
    pub fn of(note: &Note, shortest_word: usize) -> Digest {
        let all: Vec<String> = words(&note.body).map(str::to_lowercase).collect();
        let mut distinct: Vec<&str> = Vec::new();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for word in &all {
            if word.chars().count() < shortest_word {
                continue;
            }
            if !distinct.contains(&word.as_str()) {
                distinct.push(word);
            }
            *counts.entry(word).or_default() += 1;
        }
        Digest {
            path: note.path.clone(),
            title: note.title.clone(),
            tags: note.tags.clone(),
            links: links(&note.body),
            words: distinct.iter().map(|word| ((*word).to_owned(), counts[word])).collect(),
            minutes: minutes_to_read(all.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_lower_case_and_in_order_of_appearance() {
        let note = Note::parse("tea.md", "Tea or a cup of tea? See [[cup]].\n");
        let digest = Digest::of(&note, 2);
        let words: Vec<_> = digest.words.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        assert_eq!(words, [("tea", 2), ("or", 1), ("cup", 2), ("of", 1), ("see", 1)]);
        assert_eq!(digest.links, ["cup"]);
    }

    #[test]
    fn length_is_in_characters_and_short_words_count_for_the_time_to_read() {
        let note = Note::parse("a.md", &"\u{fc}x ab abc ".repeat(100));
        let digest = Digest::of(&note, 3);
        assert_eq!(digest.words, [("abc".to_owned(), 100)]);
        assert_eq!(digest.minutes, 2);
    }
}
