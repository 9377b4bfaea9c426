//! `perfaudit init --bench`: benchmarks for public functions that have none.
//!
//! Everything is made in a copy of the project, compiled there and run once. What is written into the tree are the files
//! that worked: the benchmarks, the manifest, and the lockfile if there is one.

mod answer;
mod change;
mod manifest;
mod survey;
mod verify;

use std::fs;
use std::path::Path;

use perfaudit_exec::Interrupt;
use perfaudit_project::{CargoPackage, CargoProject, ProjectRoot, Selection};
use perfaudit_source::skeleton::FileOptions;

use crate::arguments::InitArguments;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;
use crate::progress::Progress;
use answer::Answer;
use change::Change;
use survey::{Survey, bench_file, survey};
use verify::{Verification, lockfile};

/// The benchmark target that is written.
const NAME: &str = "perfaudit_generated";

/// A package with what came of it.
struct Outcome {
    package: String,
    survey: Survey,
}

pub(crate) fn run(arguments: &InitArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let progress = Progress::start();
    let place = ProjectRoot::locate(&arguments.path, &interrupt)?;
    let selection = Selection { packages: arguments.packages.clone(), ..Selection::default() };
    progress.say("copy the project".to_owned());
    let project = CargoProject::discover_in_copy(place, &selection, arguments.offline, &interrupt)?;
    let libraries: Vec<_> = project
        .packages
        .iter()
        .filter_map(|package| package.library.as_ref().map(|library| (package, library)))
        .collect();
    if libraries.is_empty() {
        return Err(CommandError::Skeletons(
            "no selected package has a library whose functions a benchmark could call".to_owned(),
        ));
    }
    for (package, _) in &libraries {
        let path = project.root.join(&package.relative).join(bench_file());
        if path.exists() && !arguments.force {
            return Err(CommandError::Generated { path });
        }
    }
    let work = project.work_directory()?;
    let build = work.build();
    let mut changes = Vec::new();
    let mut outcomes = Vec::new();
    for (package, library) in libraries {
        progress.say(format!("read  {}", package.name));
        let mut survey = survey(&project, package, library, &interrupt)?;
        if !survey.candidates.is_empty() {
            let edit = edit_manifest(&project, package)?;
            let options = FileOptions {
                library: library.name.clone(),
                criterion: edit.criterion.clone(),
                edition: survey.edition,
            };
            let verification = Verification {
                project: &project,
                package,
                target_directory: &build,
                options,
                interrupt: &interrupt,
                progress: &progress,
            };
            if let Some(text) = verification.run(&mut survey)? {
                let folder = project.root.join(&package.relative);
                changes.push(Change::of(folder.join("Cargo.toml"), edit.text, what_is_added(edit.added))?);
                let count = counted(survey.candidates.len(), "benchmark");
                changes.push(Change::of(folder.join(bench_file()), text, count)?);
            }
        }
        outcomes.push(Outcome { package: package.name.clone(), survey });
    }
    if !changes.is_empty()
        && let Some((path, text)) = lockfile(&project)?
    {
        changes.push(Change::of(path, text, "what the benchmarks depend on".to_owned())?);
    }
    changes.retain(Change::is_one);
    progress.finish();
    if !arguments.dry_run {
        change::write(&changes, arguments.force)?;
    }
    output::result(
        &Answer { outcomes: &outcomes, changes: &changes, dry_run: arguments.dry_run }.to_string(),
    );
    let found = outcomes.iter().any(|outcome| !outcome.survey.candidates.is_empty());
    let nothing_to_do = outcomes.iter().all(|outcome| outcome.survey.left_out.is_empty());
    Ok(if found || nothing_to_do { Exit::Pass } else { Exit::Inconclusive })
}

/// Adds what the benchmarks need to the manifest in the copy.
fn edit_manifest(project: &CargoProject, package: &CargoPackage) -> Result<manifest::Edited, CommandError> {
    let path = package.directory.join("Cargo.toml");
    let shown = project.root.join(&package.relative).join("Cargo.toml");
    let text = read(&path)?;
    let edited = manifest::edited(&text, NAME, &project.toolchain.versions.rustc)
        .map_err(|why| CommandError::Skeletons(format!("{}: {why}", shown.display())))?;
    fs::write(&path, &edited.text).map_err(|source| CommandError::Write { path, source })?;
    Ok(edited)
}

fn what_is_added(criterion: Option<&str>) -> String {
    match criterion {
        Some(version) => format!("criterion {version} as a dev-dependency, target {NAME}"),
        None => format!("target {NAME}"),
    }
}

/// `1 benchmark`, `2 benchmarks`.
fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn read(path: &Path) -> Result<String, CommandError> {
    fs::read_to_string(path).map_err(|source| CommandError::Read { path: path.to_owned(), source })
}
