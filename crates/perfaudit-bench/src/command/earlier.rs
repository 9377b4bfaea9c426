//! What a run that was cut short had measured of commands.
//!
//! Commands take turns, so that an interrupt leaves most of them half measured. The runs that were made count, and
//! those that are missing are added in turns, as if there had been no interruption.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use perfaudit_result::{ArtifactKind, Mode, WorkloadId, WorkloadState};
use perfaudit_run::{OpenedRun, sha256, sha256_of_file};
use serde::Serialize;

use super::cold::{find_program, named_files, program};
use super::runs::CommandRuns;
use super::spec::CommandSpec;

/// The runs of a command that an earlier session made.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) runs: CommandRuns,
    /// Its place in the order of measuring.
    pub(super) order: u32,
}

impl Earlier {
    /// When its last run ended, in seconds since the first command was measured.
    pub(super) fn end_s(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "times are below 2^53 ns")]
        self.runs.runs.last().map_or(0.0, |run| run.at_s + run.wall_ns as f64 / 1e9)
    }
}

/// The commands of a run that did not fail.
pub(super) fn of(run: &OpenedRun) -> BTreeMap<WorkloadId, Earlier> {
    let kept = run.result.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::CommandRuns);
    let read = kept.filter_map(|artifact| {
        let runs: CommandRuns = serde_json::from_slice(&run.content(artifact)?).ok()?;
        let row = run.result.workloads.iter().find(|row| row.id == runs.workload)?;
        let is_sound = matches!(row.state, WorkloadState::Measured | WorkloadState::NotRun);
        let is_plausible = runs.runs.iter().all(|run| run.at_s.is_finite() && run.at_s >= 0.0);
        let order = row.order.filter(|_| is_sound && is_plausible && !runs.runs.is_empty())?;
        Some((runs.workload.clone(), Earlier { runs, order }))
    });
    read.collect()
}

/// What tells whether two commands are the same.
#[derive(Serialize)]
struct Identity<'a> {
    spec: &'a CommandSpec,
    mode: Mode,
    program_sha256: Option<String>,
    files: Vec<Stamp>,
}

/// What tells whether a file is the same, without reading it: inputs may be large, and reading them would put them into
/// the page cache.
#[derive(Serialize)]
struct Stamp {
    path: PathBuf,
    bytes: u64,
    /// When its content last changed, in nanoseconds since 1970.
    modified_ns: Option<u128>,
}

/// A digest of all that was asked, of the program, and of the files that the command names. What a command reads
/// without naming it is not seen.
pub(super) fn identity(spec: &CommandSpec, mode: Mode) -> String {
    let programs: Vec<PathBuf> =
        spec.run.words().iter().filter_map(|word| find_program(word, spec)).collect();
    let identity = Identity {
        spec,
        mode,
        program_sha256: program(spec).and_then(|path| sha256_of_file(&path).ok()),
        files: named_files(spec, &programs).iter().filter_map(|path| stamp(path)).collect(),
    };
    sha256(&serde_json::to_vec(&identity).unwrap_or_default())
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.metadata().ok()?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Some(Stamp {
        path: path.to_owned(),
        bytes: metadata.len(),
        modified_ns: modified.map(|duration| duration.as_nanos()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::CommandLine;

    fn spec(line: &str, directory: &Path) -> CommandSpec {
        CommandSpec::new("x", CommandLine::Line(line.to_owned()), directory.to_owned())
    }

    #[test]
    fn a_command_is_another_when_its_settings_or_its_files_are() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("data"), "x").unwrap();
        let of = |spec: &CommandSpec| identity(spec, Mode::Quick);
        let first = of(&spec("cat data | wc", folder.path()));
        assert_eq!(of(&spec("cat data | wc", folder.path())), first);
        assert_ne!(of(&spec("cat data | wc -l", folder.path())), first);
        assert_ne!(identity(&spec("cat data | wc", folder.path()), Mode::Full), first);
        let warmer = CommandSpec { warmup: 7, ..spec("cat data | wc", folder.path()) };
        assert_ne!(of(&warmer), first);
        std::fs::write(folder.path().join("data"), "longer").unwrap();
        assert_ne!(of(&spec("cat data | wc", folder.path())), first);
    }
}
