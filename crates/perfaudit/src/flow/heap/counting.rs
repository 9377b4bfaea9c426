//! Counting what one workload allocates.

use std::time::Duration;

use perfaudit_bench::{
    BenchExecutable, IterationCount, IterationRequest, has_run, iteration_count, many_iterations,
    one_iteration,
};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces};
use perfaudit_exec::{Command, Finished, Interrupt, OutputLine};
use perfaudit_heap::{AllocationSampling, Counted, Iterations, count, sample, symbolise};
use perfaudit_result::{Workload, WorkloadId, WorkloadKind};

use super::Taken;
use crate::flow::again::Homes;

/// A harness and a fixture that take longer to run two processes would need a limit of their own.
pub(super) const SLOWEST: u32 = 8;

/// What is needed to count.
pub(crate) struct Counting<'a> {
    pub(crate) sources: ProjectSources,
    pub(crate) places: SymbolPlaces,
    pub(crate) interrupt: &'a Interrupt,
    /// Also for what is counted where memory is short.
    pub(crate) homes: Homes,
    /// How long a process may take that is not counted.
    pub(crate) patience: Duration,
    /// Counts a part only.
    pub(crate) sampling: Option<AllocationSampling>,
}

impl Counting<'_> {
    /// A benchmark: one process with a single iteration, and one with many where its harness tells how many.
    pub(crate) fn benchmark(
        &mut self,
        executable: &BenchExecutable,
        workload: &Workload,
        all: &[Workload],
    ) -> Result<Taken, String> {
        let limit = self.patience * SLOWEST;
        let homes = [self.homes.open()?, self.homes.open()?];
        let request = |home| IterationRequest { executable, workload, all, home, limit };
        let not_found = || {
            "the harness does not run it alone under its name: give it a name that no other benchmark has"
                .to_owned()
        };
        let (mut taken, finished) = self.run(&one_iteration(request(&homes[0]))?, &workload.id)?;
        if let Some(failure) = &taken.failure {
            return Err(format!("a single iteration of it ended with {failure}"));
        }
        if !has_run(workload, &finished) {
            return Err(not_found());
        }
        let request = request(&homes[1]);
        if let Some(command) = many_iterations(request)
            && let (many, finished) = self.run(&command, &workload.id)?
            && many.failure.is_none()
        {
            let iterations = iteration_count(request, &finished).map(|count| match count {
                IterationCount::Exactly(n) => Iterations::Known(n),
                IterationCount::AfterDoubling(n) => Iterations::AfterDoubling(n),
            });
            if iterations.is_none() && workload.kind == WorkloadKind::Divan {
                return Err(not_found());
            }
            taken.many = iterations.map(|iterations| (many.heap, iterations));
        }
        homes.into_iter().for_each(Homes::close);
        Ok(taken)
    }

    /// A command as a whole, with how it ended.
    pub(crate) fn run(&self, command: &Command, id: &WorkloadId) -> Result<(Taken, Finished), String> {
        let (folder, ignored) = (self.homes.folder(), &mut |_: OutputLine<'_>| {});
        let counted = match self.sampling {
            None => count(command, folder, self.interrupt, ignored),
            Some(sampling) => sample(sampling, command, folder, self.interrupt, ignored),
        };
        let Counted { mut stacks, unseen, bypassed, finished, held_bytes: _ } =
            counted.map_err(|error| error.to_string())?;
        let taken = Taken {
            processes: std::mem::take(&mut stacks.processes),
            gaps: stacks.gaps,
            sampled: stacks.sampled,
            heap: symbolise(stacks, id.clone(), &self.sources, &self.places),
            many: None,
            unseen,
            bypassed,
            usage: finished.usage,
            failure: (!finished.ending.is_success()).then(|| finished.ending.describe()),
        };
        Ok((taken, finished))
    }
}
