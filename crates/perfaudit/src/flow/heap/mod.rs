//! What workloads allocate: each is run once more and counted. What comes of it is read in [`summary`].

mod counting;
mod sampled;
mod summary;
mod trust;

use std::time::Duration;

use perfaudit_bench::{CommandSpec, SteppedCommand};
use perfaudit_cpu::symbols::SymbolPlaces;
use perfaudit_exec::{Interrupt, Usage};
use perfaudit_heap::{AllocationSampling, Gaps, Iterations, ProcessTotals, SampledTotals, SymbolisedHeap};
use perfaudit_result::{StageName, Workload, WorkloadKind};
use perfaudit_run::RunDirectory;

use super::again::{Homes, LookedInto, Outcomes, Subjects, Turns, command_of, executable_of};
use super::cpu::sources;
use super::measure::Measuring;
use super::record::Recorder;
use crate::error::CommandError;
use crate::progress::Progress;
pub(crate) use counting::Counting;
use counting::SLOWEST;
pub(crate) use summary::{row, summarise};

/// How much of a budget is for counting; the rest is for figures and profiles.
pub(crate) const SHARE_OF_BUDGET: f64 = 0.1;
/// The same where nothing else is wanted than allocations.
pub(crate) const SHARE_ALONE: f64 = 0.5;
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
    let sampling = measuring.arguments.heap_sample;
    let counting = Counting {
        sources: sources::of_plan(measuring.plan),
        places: SymbolPlaces::of_this_machine(),
        interrupt,
        homes: Homes::within(directory).map_err(CommandError::Scratch)?,
        patience: measuring.arguments.timeout,
        sampling: sampling.map(|mean_bytes| AllocationSampling { mean_bytes, seed: measuring.seed }),
    };
    let mut session = Session { measuring, counting };
    let turns = Turns { label: "heap", done: "counted", budget, each: None, interrupt, progress };
    let Outcomes { workloads, state, message } =
        turns.take(subjects, |workload, _| session.count(workload, subjects));
    Ok((workloads, recorder.end(directory, state, message)))
}

struct Session<'a> {
    measuring: Measuring<'a>,
    counting: Counting<'a>,
}

impl Session<'_> {
    fn count(&mut self, workload: &Workload, subjects: Subjects<'_>) -> Result<Taken, String> {
        if workload.kind == WorkloadKind::Command {
            return self.count_command(command_of(workload, subjects)?, workload);
        }
        let executable = executable_of(workload, self.measuring)?;
        self.counting.benchmark(executable, workload, subjects.workloads)
    }

    /// A command as a whole, with all that is done around its run.
    fn count_command(&self, spec: &CommandSpec, workload: &Workload) -> Result<Taken, String> {
        let Counting { patience, interrupt, .. } = self.counting;
        let limit = spec.timeout.unwrap_or(patience) * SLOWEST;
        SteppedCommand::run(spec, patience, interrupt, |stepped| {
            let command = stepped.prepared()?.time_limit(limit);
            self.counting.run(&command, &workload.id).map(|(taken, _)| taken)
        })
    }
}
