use std::collections::HashMap;

use crate::{Entry, Index, Note, NotesError};

/// A note that can be reached by links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Path below the folder of notes.
    pub path: String,
    /// Title of the note.
    pub title: String,
    /// Links on the shortest way.
    pub distance: u32,
}

/// Which note links to which.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    entries: &'a [Entry],
    by_name: HashMap<&'a str, usize>,
    links: Vec<Vec<usize>>,
}

struct Step {
    note: usize,
    distance: u32,
}

impl<'a> Graph<'a> {
    /// Follows the links of all notes of an index; of notes with the same name the first counts.
    pub fn new(index: &'a Index) -> Graph<'a> {
        let entries = index.entries();
        let mut by_name = HashMap::with_capacity(entries.len());
        for (note, entry) in entries.iter().enumerate() {
            by_name.entry(Note::name(&entry.path)).or_insert(note);
        }
        let mut links = Vec::new();
        for entry in entries {
            let mut targets = Vec::new();
            for link in &entry.links {
                if let Some(&target) = by_name.get(link.as_str()) {
                    targets.push(target);
                }
            }
            links.push(targets);
        }
        Graph { entries, by_name, links }
    }

    /// The notes that can be reached from one, the nearest first, in the order of the links.
    ///
    /// # Errors
    /// There is no note of this name.
    pub fn related(&self, name: &str) -> Result<Vec<Related>, NotesError> {
        let no_note = || NotesError::NoSuchNote { name: name.to_owned() };
        let start = *self.by_name.get(name).ok_or_else(no_note)?;
        let mut seen = vec![false; self.entries.len()];
        let mut related = Vec::new();
        let mut queue = Vec::from([Step { note: start, distance: 0 }]);
        seen[start] = true;
        while !queue.is_empty() {
            let step = queue.remove(0);
            for target in self.links[step.note].iter().cloned() {
                if !seen[target] {
                    seen[target] = true;
                    queue.push(Step { note: target, distance: step.distance + 1 });
                }
            }
            if step.note != start {
                related.push(self.at(step));
            }
        }
        Ok(related)
    }

    fn at(&self, step: Step) -> Related {
        let entry = &self.entries[step.note];
        Related { path: entry.path.clone(), title: entry.title.clone(), distance: step.distance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digest;

    #[test]
    fn the_nearest_come_first_in_the_order_of_the_links() {
        let mut index = Index::default();
        for (path, body) in [
            ("a.md", "[[c]] [[b]] [[nowhere]] [[a]]"),
            ("x/b.md", "[[d]]"),
            ("c.md", "[[b]] [[d]] [[e]]"),
            ("d.md", "[[a]]"),
            ("e.md", ""),
            ("f.md", "[[a]]"),
        ] {
            index.add(Digest::of(&Note::parse(path, body), 1));
        }
        let graph = Graph::new(&index);
        let found = |name| graph.related(name).unwrap().into_iter().map(|one| (one.path, one.distance));
        let expected = [("c.md", 1), ("x/b.md", 1), ("d.md", 2), ("e.md", 2)];
        assert!(found("a").eq(expected.map(|(path, distance)| (path.to_owned(), distance))));
        assert_eq!(found("e").count(), 0);
        assert!(matches!(graph.related("nowhere"), Err(NotesError::NoSuchNote { .. })));
    }
}
