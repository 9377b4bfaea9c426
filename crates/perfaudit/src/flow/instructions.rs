//! How many instructions workloads run: each is run again, and counted.

mod counting;

use perfaudit_bench::SteppedCommand;
use perfaudit_cpu::instructions::{Callgrind, of_command};
use perfaudit_exec::Interrupt;
use perfaudit_result::{
    Direction, Figure, Limit, Metric, MetricName, Stage, StageName, StageState, Workload, WorkloadKind,
};
use perfaudit_run::RunDirectory;

use super::again::{Homes, LookedInto, Outcomes, Subjects, Turns, command_of, executable_of};
use super::measure::Measuring;
use super::record::Recorder;
use crate::arguments::WitnessArgument;
use crate::error::CommandError;
use crate::progress::Progress;
pub(super) use counting::{InstructionCounting, SLOWEST};

/// How often a command is run, to see whether it repeats.
const COMMAND_RUNS: usize = 2;

/// A workload whose instructions were, or should have been, counted.
pub(crate) type CountedInstructions = LookedInto<Figure>;

/// Counts the instructions of what was measured.
pub(crate) fn instructions_stage(
    witness: WitnessArgument,
    measuring: Measuring<'_>,
    subjects: Subjects<'_>,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<(Vec<CountedInstructions>, Stage), CommandError> {
    let recorder = Recorder::begin(StageName::Instructions, Some(directory));
    let WitnessArgument::Callgrind = witness;
    let callgrind = match Callgrind::find() {
        Ok(callgrind) => callgrind,
        Err(error) => {
            let stage = recorder.end(directory, StageState::Skipped, Some(error.to_string()));
            return Ok((Vec::new(), stage));
        }
    };
    let homes = Homes::within(directory).map_err(CommandError::Scratch)?;
    let patience = measuring.arguments.timeout;
    let mut session =
        Session { measuring, counting: InstructionCounting { callgrind, interrupt, homes, patience } };
    let turns = Turns { label: "count", done: "counted", budget: None, each: None, interrupt, progress };
    let Outcomes { workloads, state, message } =
        turns.take(subjects, |workload, _| session.count(workload, subjects));
    Ok((workloads, recorder.end(directory, state, message)))
}

/// Adds what was counted to the workloads, and says what was not.
pub(crate) fn add(counted: Vec<CountedInstructions>, workloads: &mut [Workload]) -> Vec<Limit> {
    let mut limits = Vec::new();
    for one in counted {
        let workload = workloads.iter_mut().find(|workload| workload.id == one.id);
        match (one.outcome, workload) {
            (Ok(figure), Some(workload)) => workload.metrics.push(Metric {
                name: MetricName::INSTRUCTIONS,
                direction: Direction::LowerIsBetter,
                figure,
            }),
            (Ok(_), None) => {}
            (Err(why), _) => limits.push(Limit {
                code: "instructions-not-counted".to_owned(),
                message: format!("the instructions of `{}` were not counted: {why}", one.id),
                remedy: None,
            }),
        }
    }
    limits
}

struct Session<'a> {
    measuring: Measuring<'a>,
    counting: InstructionCounting<'a>,
}

impl Session<'_> {
    fn count(&mut self, workload: &Workload, subjects: Subjects<'_>) -> Result<Figure, String> {
        if workload.kind != WorkloadKind::Command {
            let executable = executable_of(workload, self.measuring)?;
            return self.counting.benchmark(executable, workload, subjects.workloads);
        }
        let spec = command_of(workload, subjects)?;
        let InstructionCounting { patience, interrupt, .. } = self.counting;
        SteppedCommand::run(spec, patience, interrupt, |stepped| {
            let counts: Vec<u64> = (0..COMMAND_RUNS)
                .map(|_| self.counting.command(stepped.prepared()?, spec.timeout.unwrap_or(patience)))
                .collect::<Result<_, _>>()?;
            of_command(&counts).ok_or_else(|| "nothing was counted".to_owned())
        })
    }
}
