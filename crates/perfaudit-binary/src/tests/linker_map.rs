//! Crate totals beside what the linker says that it took from each crate.

use std::collections::BTreeMap;

use super::workbench::{Workbench, package, weighed};
use crate::Detail;

/// A crate without generics: whatever is called after it is compiled in it.
fn plain_crate(name: &str, functions: usize) -> String {
    (0..functions)
        .map(|number| {
            format!(
                "#[inline(never)] pub fn {name}_{number}(a: &mut [u64], b: u64) -> u64 {{
                    let mut i = 0; let mut s = b;
                    while i < a.len() {{ s = s.rotate_left({}) ^ a[i]; a[i] = s >> {}; i += {}; }}
                    s
                }}\n",
                number % 60 + 1,
                number % 31,
                number % 5 + 1
            )
        })
        .collect()
}

/// Code by the archive or object that it was taken from, as GNU ld tells in its map.
fn code_by_origin(map: &str) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    // A long name of a section stands on a line of its own.
    let joined = map.replace("\n                0x", " 0x");
    let placed = joined.split("Linker script and memory map").nth(1).unwrap();
    for line in placed.lines().filter(|line| line.starts_with(" .text")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let &[_, _, length, origin, ..] = words.as_slice() else { continue };
        let Some(length) = length.strip_prefix("0x").and_then(|hex| u64::from_str_radix(hex, 16).ok()) else {
            continue;
        };
        *found.entry(origin.to_owned()).or_default() += length;
    }
    found
}

#[test]
fn code_of_crates_is_within_two_per_cent_of_the_linker_map() {
    let bench = Workbench::new();
    for (name, functions) in [("apples", 40), ("pears", 15)] {
        bench.write(&format!("{name}.rs"), plain_crate(name, functions).as_bytes());
        bench.rustc(&["--crate-type=rlib", "-O", &format!("{name}.rs"), "-o", &format!("lib{name}.rlib")]);
    }
    let calls = |name: &str, functions: usize| {
        (0..functions).map(|number| format!("s ^= {name}::{name}_{number}(&mut a, s);\n")).collect::<String>()
    };
    let source = format!(
        "fn main() {{ let mut a: Vec<u64> = std::env::args().map(|a| a.len() as u64).collect(); let mut s = 1;\n{}{} println!(\"{{s}}\"); }}",
        calls("apples", 40),
        calls("pears", 15)
    );
    let path = bench.rust(
        &source,
        &[
            "-O",
            "-Clinker-features=-lld",
            "-Zunstable-options",
            "-Clink-arg=-Wl,-Map=program.map",
            "--extern=apples=libapples.rlib",
            "--extern=pears=libpears.rlib",
        ],
    );
    let size = weighed(&path, Detail::default());
    let map = code_by_origin(&std::fs::read_to_string(bench.at("program.map")).unwrap());
    for name in ["apples", "pears"] {
        let file = format!("lib{name}.rlib");
        let told: u64 =
            map.iter().filter(|(origin, _)| origin.contains(&file)).map(|(_, length)| length).sum();
        let ours = package(&size, name).text_bytes;
        assert!(told > 1000, "{map:?}");
        assert!(ours.abs_diff(told) * 50 <= told, "{name}: {ours} beside {told} of the map");
    }
}
