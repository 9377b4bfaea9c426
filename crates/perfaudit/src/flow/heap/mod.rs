//! What workloads allocate: each is run once more and counted. What comes of it is read in [`summary`].

mod sampled;
mod summary;
mod trust;

use std::time::Duration;

use perfaudit_bench::{
    CommandSpec, IterationCount, IterationRequest, SteppedCommand, has_run, iteration_count, many_iterations,
    one_iteration,
};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces};
use perfaudit_exec::{Command, Finished, Interrupt, OutputLine, Usage};
use perfaudit_heap::{
    AllocationSampling, Counted, Gaps, Iterations, ProcessTotals, SampledTotals, SymbolisedHeap, count,
    sample, symbolise,
};
use perfaudit_result::{StageName, Workload, WorkloadKind};
use perfaudit_run::RunDirectory;

use super::again::{Homes, LookedInto, Outcomes, Subjects, Turns, command_of, executable_of};
use super::cpu::sources;
use super::measure::Measuring;
use super::record::Recorder;
use crate::error::CommandError;
use crate::progress::Progress;
pub(crate) use summary::summarise;

/// How much of a budget is for counting; the rest is for figures and profiles.
pub(crate) const SHARE_OF_BUDGET: f64 = 0.1;
/// The same where nothing else is wanted than allocations.
pub(crate) const SHARE_ALONE: f64 = 0.5;
/// A harness and a fixture that take longer to run two processes would need a limit of their own.
const SLOWEST: u32 = 8;

/// A workload whose allocations were, or should have been, counted.
pub(crate) type CountedWorkload = LookedInto<Taken>;

/// The allocations of a process, before the measured part is cut out of them.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Of a command, or of a benchmark's process with a single iteration.
    pub(crate) heap: SymbolisedHeap,
    /// Of a benchmark's process with many iterations.
    pub(crate) many: Option<(SymbolisedHeap, Iterations)>,
    pub(crate) processes: Vec<ProcessTotals>,
    pub(crate) gaps: Gaps,
    /// Programs whose allocations could not be seen.
    pub(crate) unseen: Vec<String>,
    /// Libraries by which some allocations may not have been seen.
    pub(crate) bypassed: Vec<String>,
    /// What was allocated in all, where only a part was counted by stack.
    pub(crate) sampled: Option<SampledTotals>,
    /// What the run used while it was counted.
    pub(crate) usage: Usage,
    /// How it ended, if not well.
    pub(crate) failure: Option<String>,
}

impl Taken {
    /// Whether every allocation was seen.
    fn is_complete(&self) -> bool {
        self.unseen.is_empty() && self.bypassed.is_empty() && self.gaps.refused_processes == 0
    }
}

/// Counts what the measured workloads allocate, as far as the budget goes.
pub(crate) fn heap_stage(
    measuring: Measuring<'_>,
    subjects: Subjects<'_>,
    budget: Option<Duration>,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<(Vec<CountedWorkload>, perfaudit_result::Stage), CommandError> {
    let recorder = Recorder::begin(StageName::Heap, Some(directory));
    let mut session = Session {
        measuring,
        sources: sources::of_plan(measuring.plan),
        places: SymbolPlaces::of_this_machine(),
        interrupt,
        homes: Homes::within(directory).map_err(CommandError::Scratch)?,
    };
    let turns = Turns { label: "heap", done: "counted", budget, each: None, interrupt, progress };
    let Outcomes { workloads, state, message } =
        turns.take(subjects, |workload, _| session.count(workload, subjects));
    Ok((workloads, recorder.end(directory, state, message)))
}

struct Session<'a> {
    measuring: Measuring<'a>,
    sources: ProjectSources,
    places: SymbolPlaces,
    interrupt: &'a Interrupt,
    /// Also for what is counted where memory is short.
    homes: Homes,
}

impl Session<'_> {
    fn count(&mut self, workload: &Workload, subjects: Subjects<'_>) -> Result<Taken, String> {
        if workload.kind == WorkloadKind::Command {
            return self.count_command(command_of(workload, subjects)?, workload);
        }
        let executable = executable_of(workload, self.measuring)?;
        let limit = self.measuring.arguments.timeout * SLOWEST;
        let homes = [self.homes.open()?, self.homes.open()?];
        let request = |home| IterationRequest { executable, workload, all: subjects.workloads, home, limit };
        let not_found = || {
            "the harness does not run it alone under its name: give it a name that no other benchmark has"
                .to_owned()
        };
        let (mut taken, finished) = self.run(&one_iteration(request(&homes[0]))?, workload)?;
        if let Some(failure) = &taken.failure {
            return Err(format!("a single iteration of it ended with {failure}"));
        }
        if !has_run(workload, &finished) {
            return Err(not_found());
        }
        let request = request(&homes[1]);
        if let Some(command) = many_iterations(request)
            && let (many, finished) = self.run(&command, workload)?
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

    /// A command as a whole, with all that is done around its run.
    fn count_command(&self, spec: &CommandSpec, workload: &Workload) -> Result<Taken, String> {
        let patience = self.measuring.arguments.timeout;
        let limit = spec.timeout.unwrap_or(patience) * SLOWEST;
        SteppedCommand::run(spec, patience, self.interrupt, |stepped| {
            self.run(&stepped.prepared()?.time_limit(limit), workload).map(|(taken, _)| taken)
        })
    }

    fn run(&self, command: &Command, workload: &Workload) -> Result<(Taken, Finished), String> {
        let (folder, ignored) = (self.homes.folder(), &mut |_: OutputLine<'_>| {});
        let counted = match self.measuring.arguments.heap_sample {
            None => count(command, folder, self.interrupt, ignored),
            Some(mean_bytes) => {
                let sampling = AllocationSampling { mean_bytes, seed: self.measuring.seed };
                sample(sampling, command, folder, self.interrupt, ignored)
            }
        };
        let Counted { stacks, unseen, bypassed, finished, written_bytes: _ } =
            counted.map_err(|error| error.to_string())?;
        let taken = Taken {
            heap: symbolise(&stacks, workload.id.clone(), &self.sources, &self.places),
            many: None,
            processes: stacks.processes,
            gaps: stacks.gaps,
            unseen,
            bypassed,
            usage: finished.usage,
            sampled: stacks.sampled,
            failure: (!finished.ending.is_success()).then(|| finished.ending.describe()),
        };
        Ok((taken, finished))
    }
}
