//! Counting the instructions of one workload.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use perfaudit_bench::{
    BenchExecutable, IterationCount, IterationRequest, has_run, iteration_count, many_iterations,
    one_iteration,
};
use perfaudit_cpu::analyse::Harness;
use perfaudit_cpu::instructions::{Callgrind, Counted, of_iteration};
use perfaudit_exec::{Command, Ending, Interrupt};
use perfaudit_result::{Figure, Workload, WorkloadKind};

use crate::flow::again::Homes;
use crate::flow::cpu::harness_source::harness;

/// A program under callgrind may take so many times as long before it is ended.
pub(crate) const SLOWEST: u32 = 50;

/// What is needed to count.
pub(crate) struct InstructionCounting<'a> {
    pub(crate) callgrind: Callgrind,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) homes: Homes,
    /// How long a process may take that is not counted.
    pub(crate) patience: Duration,
}

impl InstructionCounting<'_> {
    /// What an iteration of a benchmark runs.
    pub(crate) fn benchmark(
        &mut self,
        executable: &BenchExecutable,
        workload: &Workload,
        all: &[Workload],
    ) -> Result<Figure, String> {
        let limit = self.patience * SLOWEST;
        let homes = [self.homes.open()?, self.homes.open()?];
        let request = |home| IterationRequest { executable, workload, all, home, limit };
        let requests = [request(&homes[0]), request(&homes[1])];
        let figure = match workload.kind {
            WorkloadKind::Criterion => self.below_its_function(requests),
            _ => Err(
                "calls of its harness's measuring function are not seen, as they are inlined; those of Criterion are"
                    .to_owned(),
            ),
        };
        homes.into_iter().for_each(Homes::close);
        figure
    }

    /// All that a command runs, in all its processes; `patience` is how long it may take that is not counted.
    pub(crate) fn command(&self, command: Command, patience: Duration) -> Result<u64, String> {
        self.command_and_code(command, patience).map(|(count, _)| count)
    }

    /// The same, and the files whose code ran.
    pub(crate) fn command_and_code(
        &self,
        command: Command,
        patience: Duration,
    ) -> Result<(u64, BTreeSet<PathBuf>), String> {
        let Counted { count, code, finished } = self.run(&command.time_limit(patience * SLOWEST), None)?;
        if finished.ending.is_success() { Ok((count.total, code)) } else { Err(ended(finished.ending)) }
    }

    /// Of a harness that measures by a function of its own.
    fn below_its_function(&self, [once, often]: [IterationRequest<'_>; 2]) -> Result<Figure, String> {
        let harness = harness(once.workload.kind);
        let one = self.run(&one_iteration(once)?, harness)?;
        if !one.finished.ending.is_success() {
            return Err(ended(one.finished.ending));
        }
        if !has_run(once.workload, &one.finished) {
            return Err("the harness does not run it alone under its name".to_owned());
        }
        let many = match many_iterations(often) {
            Some(command) => {
                let many = self.run(&command, harness)?;
                match iteration_count(often, &many.finished) {
                    Some(IterationCount::Exactly(n)) => Some((many.count.below, n)),
                    Some(IterationCount::AfterDoubling(_)) | None => None,
                }
            }
            None => None,
        };
        of_iteration(one.count.below, many)
            .ok_or_else(|| "the harness's measuring function is in no call that was counted".to_owned())
    }

    fn run(&self, command: &Command, harness: Option<Harness>) -> Result<Counted, String> {
        self.callgrind.count(command, harness, self.interrupt).map_err(|error| error.to_string())
    }
}

fn ended(ending: Ending) -> String {
    format!("it ended with {} while it was counted", ending.describe())
}
