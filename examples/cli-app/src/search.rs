use std::collections::HashMap;

use regex::Regex;

use crate::{Index, words};

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    words: Vec<String>,
    tag: Option<String>,
    title: Option<Regex>,
}

impl Query {
    /// Notes with one or more of the words of a text.
    pub fn new(text: &str) -> Query {
        Query { words: words(text).map(str::to_lowercase).collect(), tag: None, title: None }
    }

    /// Only notes with this tag.
    pub fn tagged(self, tag: &str) -> Query {
        Query { tag: Some(tag.to_owned()), ..self }
    }

    /// Only notes whose title matches.
    ///
    /// # Errors
    /// The expression is none.
    pub fn titled(self, expression: &str) -> Result<Query, regex::Error> {
        Ok(Query { title: Some(Regex::new(expression)?), ..self })
    }
}

/// A note that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// How often the words stand in it.
    pub score: u32,
    /// Path below the folder of notes.
    pub path: String,
    /// Title of the note.
    pub title: String,
}

impl Index {
    /// The notes in which the words stand most often, at most so many; notes with the same score by their paths.
    pub fn search(&self, query: &Query, results: usize) -> Vec<Hit> {
        let mut scores: HashMap<u32, u32> = HashMap::new();
        for word in &query.words {
            for posting in self.postings(word) {
                *scores.entry(posting.note).or_default() += posting.count;
            }
        }
        let mut hits = Vec::new();
        for (note, score) in scores {
            let entry = self.entries()[note as usize].clone();
            if query.tag.as_ref().is_some_and(|tag| !entry.tags.contains(tag)) {
                continue;
            }
            if query.title.as_ref().is_some_and(|title| !title.is_match(&entry.title)) {
                continue;
            }
            hits.push(Hit { score, path: entry.path, title: entry.title });
        }
        hits.sort_unstable_by(|a, b| b.score.cmp(&a.score).then_with(|| a.path.cmp(&b.path)));
        hits.truncate(results);
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, Note};

    fn index() -> Index {
        let mut index = Index::default();
        for (path, text) in [
            ("c.md", "---\ntitle: Cups\ntags: cup\n---\ntea cup"),
            ("b.md", "---\ntitle: Bags\ntags: tea, bag\n---\ntea tea bag"),
            ("a.md", "---\ntitle: All\ntags: tea\n---\nTea: cup"),
            ("d.md", "milk"),
        ] {
            index.add(Digest::of(&Note::parse(path, text), 1));
        }
        index
    }

    fn paths(query: &Query, results: usize) -> Vec<(String, u32)> {
        index().search(query, results).into_iter().map(|hit| (hit.path, hit.score)).collect()
    }

    fn expected(hits: &[(&str, u32)]) -> Vec<(String, u32)> {
        hits.iter().map(|(path, score)| ((*path).to_owned(), *score)).collect()
    }

    #[test]
    fn the_best_come_first_and_equal_ones_by_path() {
        assert_eq!(paths(&Query::new("TEA"), 9), expected(&[("b.md", 2), ("a.md", 1), ("c.md", 1)]));
        assert_eq!(paths(&Query::new("tea cup"), 2), expected(&[("a.md", 2), ("b.md", 2)]));
        assert!(paths(&Query::new("coffee"), 9).is_empty());
    }

    #[test]
    fn tag_and_title_restrict_what_is_found() {
        assert_eq!(paths(&Query::new("tea").tagged("tea"), 9), expected(&[("b.md", 2), ("a.md", 1)]));
        assert_eq!(paths(&Query::new("tea").titled("^[AC]").unwrap(), 1), expected(&[("a.md", 1)]));
        assert!(Query::new("tea").titled("(").is_err());
    }
}
