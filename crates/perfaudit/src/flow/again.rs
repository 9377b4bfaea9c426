//! What was measured is run again, to look into it: which of it, in what order, and as far as a budget goes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use perfaudit_bench::{BenchExecutable, CommandSpec};
use perfaudit_exec::Interrupt;
use perfaudit_result::{Samples, StageState, Workload, WorkloadId, WorkloadKind, WorkloadState};

use super::measure::Measuring;
use crate::progress::Progress;

/// What can be looked into.
#[derive(Clone, Copy)]
pub(crate) struct Subjects<'a> {
    pub(crate) workloads: &'a [Workload],
    /// The samples of a workload.
    pub(crate) samples: &'a dyn Fn(&Workload) -> Option<&'a Samples>,
    pub(crate) commands: &'a [CommandSpec],
}

/// A workload that was, or should have been, looked into.
#[derive(Debug)]
pub(crate) struct LookedInto<T> {
    pub(crate) id: WorkloadId,
    /// What was seen, or why nothing was.
    pub(crate) outcome: Result<T, String>,
}

/// How far a stage may go.
#[derive(Clone, Copy)]
pub(super) struct Turns<'a> {
    /// What the stage is called while it runs.
    pub(super) label: &'static str,
    /// What it does to a workload: `profiled`.
    pub(super) done: &'static str,
    /// The time of all workloads together.
    pub(super) budget: Option<Duration>,
    /// How long one is looked into, and what is not worth beginning; none where it takes as long as it takes.
    pub(super) each: Option<TimeOfEach>,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a Progress,
}

/// How long one workload is looked into.
#[derive(Clone, Copy)]
pub(super) struct TimeOfEach {
    /// With no budget, or much of it.
    pub(super) ample: Duration,
    /// Less than this is not worth a process.
    pub(super) least: Duration,
}

impl TimeOfEach {
    /// The time of the next of `remaining` workloads when `left` is left of the budget; none when it is not worth it.
    fn share(self, left: Option<Duration>, remaining: u32) -> Option<Duration> {
        let Some(left) = left else { return Some(self.ample) };
        let time = self.ample.min((left / remaining).max(self.least)).min(left);
        (time >= self.least).then_some(time)
    }
}

/// What came of all turns.
pub(super) struct Outcomes<T> {
    pub(super) workloads: Vec<LookedInto<T>>,
    pub(super) state: StageState,
    pub(super) message: Option<String>,
}

impl Turns<'_> {
    /// Gives each workload that was measured its turn, with the time that it may take.
    pub(super) fn take<T>(
        &self,
        subjects: Subjects<'_>,
        mut look: impl FnMut(&Workload, Duration) -> Result<T, String>,
    ) -> Outcomes<T> {
        let started = Instant::now();
        let mut workloads = Vec::new();
        let wanted = in_turn(subjects.workloads);
        let (mut left_out, mut was_interrupted) = (0, false);
        for (position, workload) in wanted.iter().enumerate() {
            was_interrupted |= self.interrupt.is_set();
            let left = self.budget.map(|budget| budget.saturating_sub(started.elapsed()));
            let remaining = u32::try_from(wanted.len() - position).unwrap_or(u32::MAX);
            let time = match self.each {
                Some(each) => each.share(left, remaining),
                None => left.map_or(Some(Duration::MAX), |left| (!left.is_zero()).then_some(left)),
            };
            let outcome = match time {
                _ if was_interrupted => Err("interrupted before its turn came".to_owned()),
                Some(time) => {
                    let (label, count) = (self.label, wanted.len());
                    self.progress.say(format!("{label:<5} {}/{count}: {}", position + 1, workload.id));
                    look(workload, time)
                }
                None => {
                    left_out += 1;
                    Err("the budget was spent before its turn came: give it more with `--budget`".to_owned())
                }
            };
            workloads.push(LookedInto { id: workload.id.clone(), outcome });
        }
        let done = self.done;
        let failed = workloads.iter().filter(|one| one.outcome.is_err()).count();
        let (state, message) = match (was_interrupted, left_out, failed) {
            (true, ..) => (StageState::Partial, Some("interrupted".to_owned())),
            (_, 1.., _) => (
                StageState::Partial,
                Some(format!("the budget was spent: {left_out} workloads were not {done}")),
            ),
            (_, _, 1..) => (StageState::Partial, Some(format!("{failed} workloads could not be {done}"))),
            _ if wanted.is_empty() => (StageState::Skipped, Some("nothing was measured".to_owned())),
            _ => (StageState::Done, None),
        };
        Outcomes { workloads, state, message }
    }
}

/// What was measured, so that the first of each group come before the second ones: where the budget is short, each
/// group has one.
fn in_turn(workloads: &[Workload]) -> Vec<&Workload> {
    let is_here = |workload: &&Workload| {
        workload.state == WorkloadState::Measured && workload.kind != WorkloadKind::Imported
    };
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &Workload)> = workloads
        .iter()
        .filter(is_here)
        .map(|workload| {
            let group = workload.title.split(workload.kind.separator()).next().unwrap_or_default();
            let rank = seen.entry((&workload.package, &workload.target, group)).or_default();
            *rank += 1;
            (*rank, workload)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, workload)| workload).collect()
}

/// The command that a workload is.
pub(super) fn command_of<'a>(
    workload: &Workload,
    subjects: Subjects<'a>,
) -> Result<&'a CommandSpec, &'static str> {
    let name = workload.id.0.strip_prefix("command/").unwrap_or(&workload.id.0);
    subjects.commands.iter().find(|spec| spec.name == name).ok_or("its command is not known any more")
}

/// The executable that holds a benchmark.
pub(super) fn executable_of<'a>(
    workload: &Workload,
    measuring: Measuring<'a>,
) -> Result<&'a BenchExecutable, &'static str> {
    measuring
        .built
        .executables
        .iter()
        .find(|executable| executable.package == workload.package && executable.target == workload.target)
        .ok_or("its executable is not known")
}

/// Folders for what harnesses write, one for each process, as long as it runs.
pub(crate) struct Homes {
    folder: tempfile::TempDir,
    launches: u32,
}

impl Homes {
    pub(crate) fn within(directory: &perfaudit_run::RunDirectory) -> std::io::Result<Self> {
        Ok(Self { folder: tempfile::tempdir_in(directory.path())?, launches: 0 })
    }

    /// For what belongs to no process.
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A new folder.
    pub(super) fn open(&mut self) -> Result<PathBuf, String> {
        self.launches += 1;
        let home = self.folder.path().join(self.launches.to_string());
        std::fs::create_dir(&home).map_err(|error| format!("cannot make a folder for it: {error}"))?;
        Ok(home)
    }

    /// Nothing of it is kept, and a failure to remove it is mended when the folder of all goes.
    pub(super) fn close(home: PathBuf) {
        let _ = std::fs::remove_dir_all(home);
    }
}
