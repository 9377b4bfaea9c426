//! What there is to try settings with: the project's own ones, what merges profiles, allocators.

use perfaudit_exec::Interrupt;
use perfaudit_project::{CargoProject, benchmark_settings, shipped_settings};
use perfaudit_result::BuildSetting;

use super::cells::{Circumstances, Hindrance, MatrixCellName};
use super::profdata::{Merger, NoMerger};
use super::{CompareError, allocators, training};
use crate::error::CommandError;
use crate::progress::Progress;

/// The variables that hide the flags of a configuration.
const FLAGS: [&str; 3] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"];

/// What is to be tried.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) cells: &'a [MatrixCellName],
    /// The profile whose settings are tried.
    pub(super) profile: &'a str,
    /// Whether benchmarks are measured, and not a command.
    pub(super) is_of_benchmarks: bool,
    /// What trains programs, where that is not what is measured.
    pub(super) train: Option<&'a str>,
}

/// What there is to try it with.
pub(super) struct Means {
    pub(super) circumstances: Circumstances,
    /// What merges profiles, where a cell needs it and there is one.
    pub(super) merger: Option<Merger>,
}

/// Looks for what the cells need, and for nothing else.
pub(super) fn means(
    project: &CargoProject,
    asked: Asked<'_>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Means, CommandError> {
    let own = if asked.is_of_benchmarks {
        benchmark_settings(&project.cargo, asked.profile)
    } else {
        shipped_settings(&project.cargo, asked.profile)
    };
    let own = own.unwrap_or_default().into_iter();
    let is_wanted = |what: fn(&MatrixCellName) -> bool| asked.cells.iter().any(what);
    let (merger, no_training) = if is_wanted(MatrixCellName::is_trained) {
        progress.say("look  for what merges profiles".to_owned());
        merger(project, asked, interrupt)?
    } else {
        (None, None)
    };
    let allocators = match is_wanted(MatrixCellName::has_allocator) {
        true => allocators::installed(interrupt),
        false => Vec::new(),
    };
    let circumstances = Circumstances {
        own: own.map(|(key, value)| BuildSetting { key: key.to_owned(), value }).collect(),
        is_of_benchmarks: asked.is_of_benchmarks,
        flags_in: FLAGS.into_iter().find(|name| std::env::var_os(name).is_some()),
        no_training,
        allocators,
    };
    Ok(Means { circumstances, merger })
}

/// What merges profiles, or why programs cannot be trained.
fn merger(
    project: &CargoProject,
    asked: Asked<'_>,
    interrupt: &Interrupt,
) -> Result<(Option<Merger>, Option<Hindrance>), CommandError> {
    if let Some(hindrance) = training::unreadable(asked.train, asked.is_of_benchmarks) {
        return Ok((None, Some(hindrance)));
    }
    match Merger::find(project, interrupt) {
        Ok(merger) => Ok((Some(merger), None)),
        Err(NoMerger::Interrupted) => Err(CompareError::Interrupted.into()),
        Err(why) => {
            let remedy = why.remedy().to_owned();
            Ok((None, Some(Hindrance { reason: why.to_string(), remedy })))
        }
    }
}

/// The profile that a line builds with.
pub(super) fn profile_of_line(line: &str) -> String {
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let named =
            word.strip_prefix("--profile=").or_else(|| (word == "--profile").then(|| words.next())?);
        match (named, word) {
            (Some(name), _) => return name.to_owned(),
            (None, "--release" | "-r") => return "release".to_owned(),
            _ => {}
        }
    }
    "dev".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_of_a_line_is_the_one_that_cargo_takes() {
        for (line, profile) in [
            ("cargo build --release", "release"),
            ("cargo build -r --bins", "release"),
            ("cargo build --profile dist", "dist"),
            ("cargo build --profile=dist --locked", "dist"),
            ("cargo build", "dev"),
        ] {
            assert_eq!(profile_of_line(line), profile);
        }
    }
}
