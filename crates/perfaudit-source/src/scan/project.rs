//! What all files together tell of a project.

use std::collections::BTreeMap;

use super::{LongFunction, Place, ScannedFile};
use crate::rules::Hit;

/// Async code of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncModule {
    /// The file.
    pub path: String,
    /// `async fn`s.
    pub functions: u32,
    /// Those that never await.
    pub never_await: u32,
    /// `.await`s.
    pub awaits: u32,
    /// Calls that make the thread wait.
    pub blocking: u32,
    /// Locks held across an await.
    pub locks: u32,
}

/// One module imports another of the same package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleImport {
    /// The package, by its place in the request.
    pub package: usize,
    /// The module that imports: the first name below the crate's root, or `crate`.
    pub from: String,
    /// The module that is imported.
    pub to: String,
    /// How many files do so.
    pub files: u32,
}

/// What all files together tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectFacts {
    /// Files of Rust by what they are for.
    pub files: BTreeMap<Place, u32>,
    /// All lines.
    pub lines: u64,
    /// Lines of code that ships.
    pub source_code: u64,
    /// Lines of code of tests, benchmarks and examples, tests within source files included.
    pub test_code: u64,
    /// Lines that hold nothing but a comment.
    pub comments: u64,
    /// Functions with a body.
    pub functions: u64,
    /// The most complex functions that ship, most first, with their files.
    pub complex: Vec<(String, LongFunction)>,
    /// How many functions that ship have at least [`COMPLEX`](super::analysis::COMPLEX) paths.
    pub complex_count: u64,
    /// Async code by file.
    pub asynchronous: Vec<AsyncModule>,
    /// Which modules import which.
    pub imports: Vec<ModuleImport>,
}

impl ProjectFacts {
    /// Adds up what files hold; lists `most` of the most complex functions.
    #[must_use]
    pub fn of(files: &[ScannedFile], most: usize) -> Self {
        let mut facts = Self::default();
        let mut imports: BTreeMap<(usize, String, String), u32> = BTreeMap::new();
        for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
            let analysis = &file.analysis;
            *facts.files.entry(file.place).or_default() += 1;
            facts.lines += u64::from(analysis.lines.all);
            facts.comments += u64::from(analysis.lines.comment);
            facts.functions += u64::from(analysis.functions);
            let (code, tests) = (u64::from(analysis.lines.code), u64::from(analysis.lines.test_code));
            if file.place == Place::Production {
                facts.source_code += code - tests;
                facts.test_code += tests;
                facts
                    .complex
                    .extend(analysis.complex.iter().map(|function| (file.path.clone(), function.clone())));
            } else if file.place != Place::Generated {
                facts.test_code += code;
            }
            let counts = analysis.asynchronous;
            let count =
                |rule: &str| analysis.hits.iter().filter(|hit: &&Hit| hit.rule == rule).count() as u32;
            if counts.functions + counts.awaits > 0 {
                facts.asynchronous.push(AsyncModule {
                    path: file.path.clone(),
                    functions: counts.functions,
                    never_await: counts.never_await,
                    awaits: counts.awaits,
                    blocking: count("blocking-in-async"),
                    locks: count("lock-across-await"),
                });
            }
            let module = module_of(&file.path);
            for imported in analysis.imports.iter().filter(|imported| **imported != module) {
                if let (Some(package), Place::Production) = (file.package, file.place) {
                    *imports.entry((package, module.clone(), imported.clone())).or_default() += 1;
                }
            }
        }
        facts.complex_count = facts.complex.len() as u64;
        facts.complex.sort_by(|a, b| {
            b.1.complexity.cmp(&a.1.complexity).then_with(|| (&a.0, a.1.line).cmp(&(&b.0, b.1.line)))
        });
        facts.complex.truncate(most);
        facts.imports = imports
            .into_iter()
            .map(|((package, from, to), files)| ModuleImport { package, from, to, files })
            .collect();
        facts
    }
}

/// The first name below `src`.
fn module_of(path: &str) -> String {
    let within = path.rsplit_once("src/").map_or(path, |(_, within)| within);
    let first = within.split('/').next().unwrap_or(within);
    match first.trim_end_matches(".rs") {
        "lib" | "main" => "crate".to_owned(),
        name => name.to_owned(),
    }
}
