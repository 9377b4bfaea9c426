//! What a package offers, and which of it has a benchmark.

use std::path::{Path, PathBuf};

use perfaudit_exec::Interrupt;
use perfaudit_project::{CargoPackage, CargoProject, Library};
use perfaudit_source::skeleton::{Attempt, Skeleton};
use perfaudit_source::{CfgSet, Edition, LibrarySource, Mention, Mentions, PublicFunction};

use super::NAME;
use crate::error::CommandError;

/// The public functions of a package's library.
pub(super) struct Survey {
    pub(super) source: LibrarySource,
    pub(super) edition: Edition,
    pub(super) benchmarked: Vec<(PublicFunction, Mention)>,
    pub(super) left_out: Vec<Dropped>,
    pub(super) candidates: Vec<Candidate>,
    /// What was not read, and why.
    pub(super) notes: Vec<String>,
}

/// A function without a benchmark, and the one it may get.
pub(super) struct Candidate {
    pub(super) function: PublicFunction,
    pub(super) attempt: Attempt,
    pub(super) skeleton: Skeleton,
}

/// A function that gets no benchmark.
pub(super) struct Dropped {
    pub(super) path: String,
    /// Its file and line, as answers show them.
    pub(super) place: String,
    pub(super) reason: String,
}

impl Dropped {
    pub(super) fn new(function: &PublicFunction, root: &Path, reason: String) -> Self {
        let file = function.location.file.strip_prefix(root).unwrap_or(&function.location.file);
        Self {
            path: function.path.clone(),
            place: format!("{}:{}", file.display(), function.location.line),
            reason,
        }
    }
}

pub(super) fn survey(
    project: &CargoProject,
    package: &CargoPackage,
    library: &Library,
    interrupt: &Interrupt,
) -> Result<Survey, CommandError> {
    let edition = edition(&library.edition);
    let printed = project.compiler_cfg(interrupt)?;
    let cfg = CfgSet::new(&printed, library.features.iter().map(String::as_str));
    let source = LibrarySource::read(&library.name, &library.source, edition, &cfg)?;
    let root = &project.build_root;
    let mut notes: Vec<String> =
        source.unread.iter().map(|error| format!("not read: {}", within(root, &error.to_string()))).collect();
    let mut names: Vec<&str> = source.item_macros.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        notes.push(format!(
            "not seen: what {} between items may define ({})",
            super::counted(source.item_macros.len(), "macro call"),
            names.join(", ")
        ));
    }
    let mut mentions = Vec::new();
    for bench in package.benches.iter().filter(|bench| bench.name != NAME) {
        match Mentions::read(&root.join(&bench.source), &bench.source, edition) {
            Ok(read) => mentions.push(read),
            Err(error) => notes.push(format!("not read: {}", within(root, &error.to_string()))),
        }
    }
    let mut survey = Survey {
        edition,
        benchmarked: Vec::new(),
        left_out: Vec::new(),
        candidates: Vec::new(),
        notes,
        source,
    };
    for function in survey.source.public_functions() {
        if let Some(mention) = mentions.iter().find_map(|mentions| mentions.of_function(&function)) {
            survey.benchmarked.push((function, mention));
            continue;
        }
        match survey.source.skeleton(&function, Attempt::FIRST) {
            Ok(skeleton) => {
                survey.candidates.push(Candidate { function, attempt: Attempt::FIRST, skeleton });
            }
            Err(reason) => survey.left_out.push(Dropped::new(&function, root, reason.to_string())),
        }
    }
    Ok(survey)
}

/// A message without the place of the copy.
fn within(root: &Path, message: &str) -> String {
    message.replace(&format!("{}{}", root.display(), std::path::MAIN_SEPARATOR), "")
}

fn edition(year: &str) -> Edition {
    match year {
        "2015" => Edition::Edition2015,
        "2018" => Edition::Edition2018,
        "2021" => Edition::Edition2021,
        _ => Edition::Edition2024,
    }
}

/// Where the benchmarks of a package are written, below its folder.
pub(super) fn bench_file() -> PathBuf {
    Path::new("benches").join(format!("{NAME}.rs"))
}
