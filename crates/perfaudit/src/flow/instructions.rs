//! How many instructions workloads run: each is run again, and counted.

use perfaudit_bench::{
    IterationCount, IterationRequest, SteppedCommand, has_run, iteration_count, many_iterations,
    one_iteration,
};
use perfaudit_cpu::instructions::{Callgrind, Counted, of_command, of_iteration};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_result::{
    Direction, Figure, Limit, Metric, MetricName, Stage, StageName, StageState, Workload, WorkloadKind,
};
use perfaudit_run::RunDirectory;

use super::again::{Homes, LookedInto, Outcomes, Subjects, Turns, command_of, executable_of};
use super::cpu::harness_source::harness;
use super::measure::Measuring;
use super::record::Recorder;
use crate::arguments::WitnessArgument;
use crate::error::CommandError;
use crate::progress::Progress;

/// How often a command is run, to see whether it repeats.
const COMMAND_RUNS: usize = 2;
/// A program under callgrind may take so many times as long before it is ended.
const SLOWEST: u32 = 50;

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
    let mut session = Session { callgrind, measuring, interrupt, homes };
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
    callgrind: Callgrind,
    measuring: Measuring<'a>,
    interrupt: &'a Interrupt,
    homes: Homes,
}

impl Session<'_> {
    fn count(&mut self, workload: &Workload, subjects: Subjects<'_>) -> Result<Figure, String> {
        if workload.kind == WorkloadKind::Command {
            let spec = command_of(workload, subjects)?;
            let patience = self.measuring.arguments.timeout;
            let limit = spec.timeout.unwrap_or(patience) * SLOWEST;
            return SteppedCommand::run(spec, patience, self.interrupt, |stepped| {
                let mut counts = Vec::new();
                for _ in 0..COMMAND_RUNS {
                    let counted = self.run(&stepped.prepared()?.time_limit(limit), workload)?;
                    counts.push(counted.count.total);
                }
                of_command(&counts).ok_or_else(|| "nothing was counted".to_owned())
            });
        }
        let executable = executable_of(workload, self.measuring)?;
        let limit = self.measuring.arguments.timeout * SLOWEST;
        let homes = [self.homes.open()?, self.homes.open()?];
        let request = |home| IterationRequest { executable, workload, all: subjects.workloads, home, limit };
        let one = self.run(&one_iteration(request(&homes[0]))?, workload)?;
        if !one.finished.ending.is_success() || !has_run(workload, &one.finished) {
            return Err("the harness does not run it alone under its name".to_owned());
        }
        let many = match many_iterations(request(&homes[1])) {
            Some(command) => {
                let many = self.run(&command, workload)?;
                match iteration_count(request(&homes[1]), &many.finished) {
                    Some(IterationCount::Exactly(n)) => Some((many.count.below, n)),
                    Some(IterationCount::AfterDoubling(_)) | None => None,
                }
            }
            None => None,
        };
        homes.into_iter().for_each(Homes::close);
        of_iteration(one.count.below, many).ok_or_else(|| {
            "the harness's measuring function is inlined, so that its calls are not seen; those of Criterion are"
                .to_owned()
        })
    }

    fn run(&self, command: &Command, workload: &Workload) -> Result<Counted, String> {
        let counted = self.callgrind.count(command, harness(workload.kind), self.interrupt);
        counted.map_err(|error| error.to_string())
    }
}
