//! A benchmark target of skeletons.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use ra_ap_syntax::Edition;

use super::generators::GENERATORS;
use super::render::{Skeleton, snake};

/// What a file is written for.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// The library, as its users name it.
    pub library: String,
    /// The name that Criterion has among the dependencies.
    pub criterion: String,
    /// The edition of the package.
    pub edition: Edition,
}

/// The text of a benchmark target, and which lines are whose.
#[derive(Debug, Clone)]
pub struct BenchFile {
    /// The text.
    pub text: String,
    lines: Vec<RangeInclusive<usize>>,
}

impl BenchFile {
    /// A file with a function for each skeleton.
    #[must_use]
    pub fn new<'a>(options: &FileOptions, skeletons: impl IntoIterator<Item = &'a Skeleton>) -> Self {
        let skeletons: Vec<&Skeleton> = skeletons.into_iter().collect();
        let mut bodies = String::new();
        let mut names = BTreeSet::new();
        let mut in_order = Vec::new();
        let mut starts = Vec::new();
        for skeleton in &skeletons {
            let name = unique(&identifier(&skeleton.path), &mut names);
            let start = bodies.lines().count();
            write!(bodies, "fn {name}(c: &mut Criterion) {{\n{}}}\n\n", skeleton.body)
                .expect("writing to a string cannot fail");
            starts.push((start, bodies.lines().count()));
            in_order.push(name);
        }
        let generators = generators_for(&bodies);
        let mut text = header(options, &bodies);
        let above = text.lines().count();
        let lines = starts.into_iter().map(|(start, end)| above + start + 1..=above + end).collect();
        text.push_str(&bodies);
        for generator in generators {
            text.push_str(generator);
            text.push('\n');
        }
        writeln!(
            text,
            "criterion_group!(\n    benches,\n    {},\n);\ncriterion_main!(benches);",
            in_order.join(",\n    ")
        )
        .expect("writing to a string cannot fail");
        Self { text, lines }
    }

    /// The skeleton, by its position, whose code holds a line (from 1).
    #[must_use]
    pub fn function_at(&self, line: usize) -> Option<usize> {
        self.lines.iter().position(|lines| lines.contains(&line))
    }
}

fn header(options: &FileOptions, bodies: &str) -> String {
    let FileOptions { library, criterion, edition } = options;
    let mut text = format!(
        "//! Benchmarks of public functions of `{library}` that had none; `perfaudit init --bench` wrote them.
//!
//! The input is synthetic: pseudo-random text, bytes and numbers, the same in every run. Figures hold for such input
//! and for no other. Replace it by data as your users have it, and remove the benchmarks that matter to nobody.

#![allow(missing_docs)] // of what the macros of Criterion define

"
    );
    if *edition == Edition::Edition2015 {
        write!(text, "#[macro_use]\nextern crate {criterion};\nextern crate {library};\n\n")
            .expect("writing to a string cannot fail");
    }
    text.push_str("use std::hint::black_box;\n\n");
    let macros = if *edition == Edition::Edition2015 { "" } else { ", criterion_group, criterion_main" };
    let used: Vec<&str> = ["BatchSize", "BenchmarkId", "Criterion", "Throughput"]
        .into_iter()
        .filter(|name| bodies.contains(name) || *name == "Criterion")
        .collect();
    writeln!(text, "use {criterion}::{{{}{macros}}};\n", used.join(", "))
        .expect("writing to a string cannot fail");
    if bodies.contains("SIZES") {
        text.push_str("/// The sizes of input: bytes of text, elements of a list.\nconst SIZES: [usize; 3] = [16, 256, 4096];\n\n");
    }
    text
}

/// The helpers that these functions use, and that those use in turn.
fn generators_for(bodies: &str) -> Vec<&'static str> {
    let mut used: Vec<&'static str> = Vec::new();
    for generator in &GENERATORS {
        let call = format!("{}(", generator.name);
        let in_bodies = bodies.match_indices(&call).any(|(at, _)| {
            !bodies[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.')
        });
        if in_bodies || used.iter().any(|text| text.contains(&call)) {
            used.push(generator.text);
        }
    }
    used
}

fn identifier(path: &str) -> String {
    let parts: Vec<String> = path.split("::").skip(1).map(snake).collect();
    format!("bench_{}", parts.join("_"))
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut unique = name.to_owned();
    let mut n = 1;
    while !taken.insert(unique.clone()) {
        n += 1;
        unique = format!("{name}_{n}");
    }
    unique
}
