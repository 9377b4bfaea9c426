use std::collections::{BTreeMap, HashMap, HashSet};

struct Scorer {
    weights: HashMap<&'static str, u32>,
    seen: HashSet<u64>,
    names: HashMap<String, u32>,
    fast: HashMap<u64, u32, BuildFx>,
}

impl Scorer {
    fn score(&self, words: &[String]) -> u32 {
        let mut score = 0;
        for word in words {
            score += self.weights.get(word.as_str()).copied().unwrap_or(0); //~ siphash
        }
        score
    }

    fn fresh(&mut self, ids: &[u64]) -> usize {
        ids.iter().filter(|id| self.seen.insert(**id)).count() //~ siphash
    }

    fn named(&self, words: &[String]) -> usize {
        words.iter().filter(|word| self.names.contains_key(*word)).count()
    }

    fn other_hasher(&self, ids: &[u64]) -> usize {
        ids.iter().filter(|id| self.fast.contains_key(id)).count()
    }

    fn once(&self, id: u64) -> bool {
        self.seen.contains(&id)
    }
}

fn counted(ids: &[u32]) -> HashMap<u32, u32> {
    let mut counts: HashMap<u32, u32> = HashMap::with_capacity(ids.len());
    for id in ids {
        *counts.entry(*id).or_default() += 1; //~ siphash
    }
    counts
}

fn made(ids: &[u32]) -> usize {
    let mut places = HashMap::<u32, usize>::new();
    for (at, id) in ids.iter().enumerate() {
        if at % 2 == 0 {
            places.insert(*id, at); //~ siphash
        }
    }
    places.len()
}

fn parameter(index: &HashMap<usize, String>, ids: &[usize]) -> usize {
    let mut n = 0;
    for id in ids {
        n += index.get(id).map_or(0, String::len); //~ siphash
        n += usize::from(index.contains_key(id));
    }
    n
}

fn tree(ids: &[u32], map: &BTreeMap<u32, u32>) -> usize {
    ids.iter().filter(|id| map.contains_key(id)).count()
}

fn borrowed<'a>(words: &[&'a str]) -> HashMap<&'a str, u32> {
    let mut counts: HashMap<&'a str, u32> = HashMap::new();
    for word in words {
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
}

// The map is dropped with the function: told where it was measured to be hot.
fn distinct<'a>(words: &[&'a str]) -> usize {
    let mut counts: HashMap<&'a str, u32> = HashMap::new();
    for word in words {
        if word.len() > 3 {
            *counts.entry(word).or_default() += 1; //~ siphash
        }
    }
    counts.values().filter(|count| **count > 1).count()
}

fn commonest(words: &[String]) -> u32 {
    let mut counts: HashMap<String, u32> = HashMap::with_capacity(words.len());
    for word in words {
        *counts.entry(word.clone()).or_default() += 1; //~ siphash
    }
    counts["the"]
}

// Handed on, in a macro that is not read, or moved into an iterator: others may hold it longer.
fn handed_on(words: &[&str]) -> usize {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in words {
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    report(&counts)
}

fn shown_by_macro(words: &[&str]) {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in words {
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    show_table!(counts);
}

fn by_count(words: &[&str]) -> BTreeMap<String, u32> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in words {
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect()
}

fn text_once(words: &[&str]) -> bool {
    let known: HashSet<&str> = HashSet::from(["the", "a"]);
    known.contains(words[0])
}
