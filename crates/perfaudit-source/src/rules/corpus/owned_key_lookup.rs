use std::collections::{HashMap, HashSet};

fn text(counts: &HashMap<String, u32>, word: &str) -> Option<u32> {
    counts.get(&word.to_string()).copied() //~ owned-key-lookup
}

fn owned(seen: &HashSet<String>, word: &str) -> bool {
    seen.contains(&word.to_owned()) //~ owned-key-lookup
}

fn from(counts: &mut HashMap<String, u32>) {
    counts.remove(&String::from("total")); //~ owned-key-lookup
}

fn cloned(counts: &HashMap<String, u32>, words: &[String]) -> usize {
    words.iter().filter(|word| counts.contains_key(&word.clone())).count() //~ owned-key-lookup
}

fn bytes(map: &HashMap<Vec<u8>, u32>, key: &[u8]) -> bool {
    map.contains_key(&key.to_vec()) //~ owned-key-lookup
}

fn roundabout(counts: &HashMap<String, u32>, word: &str) -> Option<u32> {
    counts.get(word.to_string().as_str()).copied() //~ owned-key-lookup
}

// A number becomes text.
fn number(counts: &HashMap<String, u32>, id: u64) -> Option<u32> {
    counts.get(&id.to_string()).copied()
}

fn made(counts: &HashMap<String, u32>, id: u64) -> bool {
    counts.contains_key(&format!("id-{id}"))
}

// The key is kept.
fn kept(counts: &mut HashMap<String, u32>, word: &str) {
    counts.insert(word.to_string(), 1);
    *counts.entry(word.to_owned()).or_default() += 1;
}

fn borrowed(counts: &HashMap<String, u32>, word: &str) -> Option<u32> {
    counts.get(word).copied()
}

fn index(list: &[u32], at: &usize) -> Option<u32> {
    list.get(at.clone()).copied()
}

fn lower(counts: &HashMap<String, u32>, word: &str) -> bool {
    counts.contains_key(&word.to_lowercase())
}
