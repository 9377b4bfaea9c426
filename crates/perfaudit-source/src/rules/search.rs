//! Finding rules by words.

/// What is known of a rule to be found by.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its name.
    pub id: &'a str,
    /// What it looks for.
    pub title: &'a str,
    /// What it is about.
    pub category: &'a str,
    /// Everything else that is said of it.
    pub text: &'a str,
}

/// A rule that was found: its place in the list that was searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The place in the list.
    pub index: usize,
    /// How well it fits; higher is better, and no scale.
    pub relevance: f64,
}

/// The entries that hold at least one of the words, best first. Words count by how rare they are among all entries (inverse
/// document frequency), by where they stand (name, title and category before text), and less where only their beginning
/// fits.
#[must_use]
pub fn search(entries: &[Entry<'_>], words: &[String]) -> Vec<Ranked> {
    let queries: Vec<String> = words.iter().flat_map(|words| tokens(words)).collect();
    let scores: Vec<Vec<f64>> =
        entries.iter().map(|entry| queries.iter().map(|query| fit(entry, query)).collect()).collect();
    let weights: Vec<f64> = (0..queries.len())
        .map(|query| {
            let with = scores.iter().filter(|scores| scores[query] > 0.0).count();
            ((entries.len() + 1) as f64 / (with + 1) as f64).ln() + 0.1
        })
        .collect();
    let mut ranked: Vec<Ranked> = scores
        .iter()
        .enumerate()
        .map(|(index, scores)| Ranked {
            index,
            relevance: scores.iter().zip(&weights).map(|(score, weight)| score * weight).sum(),
        })
        .filter(|ranked| ranked.relevance > 0.0)
        .collect();
    ranked.sort_by(|a, b| b.relevance.total_cmp(&a.relevance).then(a.index.cmp(&b.index)));
    ranked
}

/// How well one word fits one entry.
fn fit(entry: &Entry<'_>, query: &str) -> f64 {
    let fields = [(entry.id, 6.0), (entry.title, 4.0), (entry.category, 8.0), (entry.text, 1.0)];
    let in_field = |text: &str| {
        let best = tokens(text).map(|token| match () {
            () if token == query => 1.0,
            () if stem(&token) == stem(query) => 0.9,
            () if query.len() >= 3 && token.starts_with(query) => 0.6,
            () => 0.0,
        });
        best.fold(0.0, f64::max)
    };
    fields.iter().map(|(text, weight)| in_field(text) * weight).sum()
}

fn tokens(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).map(str::to_lowercase)
}

/// Without the usual endings.
fn stem(word: &str) -> &str {
    let ends = ["ations", "ation", "ings", "ing", "ies", "es", "ed", "s", "e"];
    let cut = ends.iter().find_map(|end| word.strip_suffix(end)).filter(|stem| stem.len() >= 4);
    cut.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::ALL;

    fn found(words: &str) -> Vec<&'static str> {
        let entries: Vec<Entry<'_>> = ALL
            .iter()
            .map(|rule| Entry {
                id: rule.id,
                title: rule.title,
                category: rule.category.as_str(),
                text: rule.explanation,
            })
            .collect();
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        search(&entries, &words).into_iter().map(|ranked| ALL[ranked.index].id).collect()
    }

    #[test]
    fn a_rule_is_found_by_its_subject_before_others_that_mention_it() {
        assert_eq!(found("regex")[0], "regex-per-call");
        assert_eq!(found("cloning in loops")[0], "clone-in-loop");
        assert_eq!(found("SipHash")[0], "siphash");
        assert_eq!(found("environment variable")[0], "setting-per-call");
        assert_eq!(found("unbuffered file")[0], "unbuffered-io");
    }

    #[test]
    fn a_category_finds_all_its_rules_first() {
        let of_async = ALL.iter().filter(|rule| rule.category.as_str() == "async").count();
        let first: Vec<&str> = found("async").into_iter().take(of_async).collect();
        for rule in ALL.iter().filter(|rule| rule.category.as_str() == "async") {
            assert!(first.contains(&rule.id), "{}: {first:?}", rule.id);
        }
    }

    #[test]
    fn words_that_no_rule_holds_find_nothing() {
        assert!(found("zebra").is_empty());
    }
}
