use std::collections::{BTreeMap, HashMap, HashSet};

struct Volume {
    counts: BTreeMap<u64, u64>,
}

impl Volume {
    fn add(&mut self, bucket: u64) {
        if !self.counts.contains_key(&bucket) { //~ lookup-then-insert
            self.counts.insert(bucket, 0);
        }
    }
}

fn otherwise(counts: &mut HashMap<u64, u32>, word: u64) {
    if let Some(count) = counts.get_mut(&word) { //~ lookup-then-insert
        *count += 1;
    } else {
        counts.insert(word, 1);
    }
}

// An entry needs an owned key, each time.
fn borrowed(counts: &mut HashMap<String, u32>, word: &str) {
    if let Some(count) = counts.get_mut(word) {
        *count += 1;
    } else {
        counts.insert(word.to_owned(), 1);
    }
}

struct Folder {
    cache: HashMap<u64, u64>,
    names: HashMap<u64, u64>,
}

impl Folder {
    // What makes the value uses all of what the map is a field of.
    fn fold(&mut self, ty: u64) -> u64 {
        if let Some(known) = self.cache.get(&ty) {
            *known
        } else {
            let folded = fold_with(self, ty);
            self.cache.insert(ty, folded);
            folded
        }
    }

    fn other_field(&mut self, ty: u64) -> u64 {
        match self.cache.get(&ty) { //~ lookup-then-insert
            Some(known) => *known,
            None => {
                let made = self.names.len() as u64;
                self.cache.insert(ty, made);
                made
            }
        }
    }
}

fn counted(ids: &mut HashMap<u32, usize>, id: u32) {
    if !ids.contains_key(&id) { //~ lookup-then-insert
        let next = ids.len();
        ids.insert(id, next);
    }
}

// The map is needed for the value.
fn summed(ids: &mut HashMap<u32, usize>, id: u32) {
    if !ids.contains_key(&id) {
        let next = ids.values().sum();
        ids.insert(id, next);
    }
}

fn read_again(numbers: &mut HashMap<String, usize>, word: &str) -> usize {
    if !numbers.contains_key(word) { //~ lookup-then-insert
        numbers.insert(word.to_owned(), 0);
    }
    numbers[word]
}

fn matched(counts: &mut HashMap<u32, u32>, id: u32) {
    match counts.get(&id) { //~ lookup-then-insert
        Some(_) => {}
        None => {
            counts.insert(id, 1);
        }
    }
}

fn set(seen: &mut HashSet<u32>, ids: &[u32]) -> usize {
    let mut n = 0;
    for id in ids {
        if seen.contains(id) { //~ lookup-then-insert, siphash
            continue;
        }
        seen.insert(*id);
        n += 1;
    }
    n
}

fn none(cache: &mut HashMap<String, u32>, key: String) {
    if cache.get(&key).is_none() { //~ lookup-then-insert
        cache.insert(key.clone(), 3); //~ redundant-clone
    }
}

// Another key, another map.
fn other_key(counts: &mut HashMap<u32, u32>, id: u32) {
    if !counts.contains_key(&id) {
        counts.insert(id + 1, 0);
    }
}

fn other_map(known: &HashSet<u32>, fresh: &mut HashSet<u32>, id: u32) {
    if !known.contains(&id) {
        fresh.insert(id);
    }
}

fn entry(counts: &mut HashMap<u32, u32>, id: u32) {
    *counts.entry(id).or_default() += 1;
}

fn only_asked(counts: &HashMap<u32, u32>, id: u32) -> bool {
    if counts.contains_key(&id) {
        return true;
    }
    false
}

async fn fetched(cache: &mut HashMap<u32, String>, id: u32) {
    if !cache.contains_key(&id) {
        let text = fetch(id).await;
        cache.insert(id, text);
    }
}

fn replaced(counts: &mut HashMap<u32, u32>, id: u32) {
    if counts.contains_key(&id) {
        counts.insert(id, 0);
    }
}

// An entry would copy the key each time: it is borrowed, or needed afterwards.
fn borrowed_key(groups: &mut HashMap<String, Vec<u32>>, rows: &[(String, u32)]) {
    for (name, row) in rows {
        if let Some(group) = groups.get_mut(name) {
            group.push(*row);
        } else {
            groups.insert(name.clone(), vec![*row]);
        }
    }
}

fn needed_key(numbers: &mut HashMap<String, u32>, name: String) -> String {
    if !numbers.contains_key(&name) {
        numbers.insert(name.clone(), 0);
    }
    name
}

fn both_ways(forward: &mut HashMap<String, u32>, back: &mut HashMap<u32, String>, name: String) {
    if forward.get(&name).is_none() {
        let next = back.len() as u32;
        forward.insert(name.clone(), next);
        back.insert(next, name);
    }
}
