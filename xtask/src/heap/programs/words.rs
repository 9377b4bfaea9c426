//! A command-line program: reads a file, counts its words, sorts them. One thread.

use std::collections::BTreeMap;

fn main() {
    let path = std::env::args().nth(1).expect("a file is named");
    let text = std::fs::read_to_string(path).expect("the file is text");
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, word) in text.split_whitespace().enumerate() {
        places.entry(word.to_lowercase()).or_default().push(place);
    }
    let mut words: Vec<(String, Vec<usize>)> = places.into_iter().collect();
    words.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    for (word, places) in words.iter().take(3) {
        println!("{word}: {}", places.len());
    }
}
