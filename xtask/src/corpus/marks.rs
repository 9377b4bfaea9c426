//! The marked lines of the corpus, and how well a tool finds them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::error::TaskError;

/// A line that a rule must find: the rule, the file and the line.
type Mark = (String, String, u32);

/// Something that a tool said.
#[derive(Debug)]
pub(super) struct Hit {
    /// The rules that it may stand for.
    pub(super) rules: Vec<String>,
    pub(super) file: String,
    /// First and last line.
    pub(super) lines: (u32, u32),
}

/// All marked lines.
#[derive(Debug)]
pub(super) struct Marks(BTreeSet<Mark>);

impl Marks {
    pub(super) fn read(folder: &Path) -> Result<Self, TaskError> {
        let mut marks = BTreeSet::new();
        for (file, text) in files(folder)? {
            for (line, number) in text.lines().zip(1..) {
                let Some((_, rules)) = line.split_once("//~ ") else { continue };
                marks.extend(rules.split(',').map(|rule| (rule.trim().to_owned(), file.clone(), number)));
            }
        }
        Ok(Self(marks))
    }

    pub(super) fn without(&self, is_dropped: impl Fn(&str, u32) -> bool) -> Self {
        Self(self.0.iter().filter(|(_, file, line)| !is_dropped(file, *line)).cloned().collect())
    }

    pub(super) fn rules(&self) -> BTreeSet<&str> {
        self.0.iter().map(|(rule, _, _)| rule.as_str()).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn count_of(&self, rule: &str) -> usize {
        self.0.iter().filter(|(of, _, _)| of == rule).count()
    }

    /// A hit is right if a line of one of its rules is in its lines; else it is wrong, and counts for its first rule.
    pub(super) fn score(&self, hits: &[Hit]) -> Score {
        let mut found: BTreeSet<&Mark> = BTreeSet::new();
        let mut wrong: BTreeMap<String, BTreeSet<(String, u32)>> = BTreeMap::new();
        for hit in hits {
            let mut meant = self.0.iter().filter(|(rule, file, line)| {
                hit.rules.contains(rule) && *file == hit.file && (hit.lines.0..=hit.lines.1).contains(line)
            });
            match meant.next() {
                Some(first) => {
                    found.insert(first);
                    found.extend(meant);
                }
                None => {
                    let rule = hit.rules.first().cloned().unwrap_or_default();
                    wrong.entry(rule).or_default().insert((hit.file.clone(), hit.lines.0));
                }
            }
        }
        let mut by_rule: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (rule, _, _) in found {
            by_rule.entry(rule.clone()).or_default().0 += 1;
        }
        for (rule, places) in wrong {
            by_rule.entry(rule).or_default().1 = places.len();
        }
        Score(by_rule)
    }
}

/// Marked lines that were found, and places that are not marked, by rule.
#[derive(Debug)]
pub(super) struct Score(BTreeMap<String, (usize, usize)>);

impl Score {
    pub(super) fn of(&self, rule: &str) -> (usize, usize) {
        self.0.get(rule).copied().unwrap_or_default()
    }

    pub(super) fn total(&self) -> (usize, usize) {
        self.0.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

/// The files of a folder by name, with their texts.
pub(super) fn files(folder: &Path) -> Result<BTreeMap<String, String>, TaskError> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(TaskError::file(folder))? {
        let path = entry.map_err(TaskError::file(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path).map_err(TaskError::file(&path))?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_right_where_a_line_of_its_rules_is_marked_and_wrong_elsewhere() {
        let mark = |rule: &str, line| (rule.to_owned(), "a.rs".to_owned(), line);
        let marks = Marks([mark("one", 3), mark("two", 7)].into());
        let hit = |rules: &[&str], lines| Hit {
            rules: rules.iter().map(|&rule| rule.to_owned()).collect(),
            file: "a.rs".to_owned(),
            lines,
        };
        let score = marks.score(&[
            hit(&["one"], (2, 4)),
            hit(&["one"], (3, 3)),
            hit(&["one", "two"], (7, 7)),
            hit(&["two"], (3, 3)),
        ]);
        assert_eq!((score.of("one"), score.of("two"), score.total()), ((1, 0), (1, 1), (2, 1)));
    }
}
