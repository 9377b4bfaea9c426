//! Scans a folder and tells how long it took: `cargo run --release -p perfaudit-source --example scan -- FOLDER [CACHE]`.

#![expect(clippy::print_stdout, reason = "it talks to who started it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use perfaudit_source::scan::{ProjectFacts, ScanRequest, scan};

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let root = arguments.next().expect("the folder is named");
    let cache = arguments.next();
    let show = std::env::var("SHOW").unwrap_or_default();
    let request =
        ScanRequest { root: &root, packages: &[], skip: &[], exclude: &[], cache: cache.as_deref() };
    let started = Instant::now();
    let found = scan(&request).expect("threads can be started");
    let took = started.elapsed();
    let facts = ProjectFacts::of(&found.files, 5);
    println!(
        "{} files, {} lines, {} unread in {took:.2?}; {:?}",
        found.files.len(),
        facts.lines,
        found.unread.len(),
        found.cache
    );
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &found.files {
        for hit in file.analysis.hits.iter().filter(|hit| !hit.is_guess && !hit.is_test) {
            *rules.entry(&hit.rule).or_default() += 1;
            if hit.rule == show {
                println!("{}:{} {:?} {}", file.path, hit.line, hit.confidence, hit.message);
            }
        }
    }
    println!("{rules:?}");
}
