//! The instructions of both sides beside each other: a change of time that comes from more work shows in them, one that
//! comes from where code and data lie in memory does not.

use perfaudit_cpu::instructions::Callgrind;
use perfaudit_prove::{Both, Contested, Side, witness};
use perfaudit_result::{Estimate, Figure, Method, MetricName, PairedRow, PairedVerdict, Unit, Witness};
use perfaudit_run::RunDirectory;

use super::Sides;
use super::again::{Looking, Measured};
use super::witnesses::{COUNTS, whole};
use crate::flow::again::Homes;
use crate::flow::instructions::InstructionCounting;

/// Counts what both sides run, what changed first, as far as the time goes. Why something was not counted is told in the
/// row.
pub(super) fn count(
    looking: Looking<'_>,
    sides: &mut Sides,
    measured: &mut [Measured<'_, '_>],
    directory: &RunDirectory,
) {
    let mut counter = counting(looking, directory).map(|counting| Counter { looking, sides, counting });
    let is_counted = |row: &PairedRow| row.witnesses.iter().any(|one| one.metric == MetricName::INSTRUCTIONS);
    let mut wanted: Vec<&mut Measured<'_, '_>> =
        measured.iter_mut().filter(|(_, row)| row.pairs > 0 && !is_counted(row)).collect();
    wanted.sort_by_key(|(_, row)| turn(row.verdict));
    let of = wanted.len();
    for (index, (contested, row)) in wanted.into_iter().enumerate() {
        looking.progress.say(format!("instr {}/{of}: {}", index + 1, row.id));
        let counted = match &mut counter {
            Ok(counter) => looking.refusal().map_or_else(|| counter.both(contested), Err),
            Err(why) => Err(why.clone()),
        };
        match counted {
            Ok(witness) => row.witnesses.push(witness),
            Err(why) => row.remarks.push(format!("instructions were not counted: {why}")),
        }
    }
}

/// What changed is asked about first, and then what did not; what is open has no use of it.
fn turn(verdict: PairedVerdict) -> u8 {
    match verdict {
        PairedVerdict::Worse | PairedVerdict::Better => 0,
        PairedVerdict::Equivalent => 1,
        PairedVerdict::Inconclusive | PairedVerdict::Identical | PairedVerdict::NotMeasured => 2,
    }
}

fn counting<'a>(looking: Looking<'a>, directory: &RunDirectory) -> Result<InstructionCounting<'a>, String> {
    let callgrind = Callgrind::find().map_err(|error| error.to_string())?;
    let homes = Homes::within(directory).map_err(|error| format!("there is no folder for it: {error}"))?;
    Ok(InstructionCounting { callgrind, interrupt: looking.interrupt, homes, patience: looking.patience })
}

struct Counter<'a> {
    looking: Looking<'a>,
    sides: &'a mut Sides,
    counting: InstructionCounting<'a>,
}

impl Counter<'_> {
    /// By turns, each side as often as allocations are counted.
    fn both(&mut self, contested: &Contested<'_>) -> Result<Witness, String> {
        let mut both = Both::<Vec<u64>>::default();
        let mut method = None;
        for _ in 0..COUNTS {
            for side in Side::BOTH {
                let letter = |why| format!("{}: {why}", side.letter());
                let (counted, how) = self.one(contested, side).map_err(letter)?;
                both.get_mut(side).extend(counted);
                method = Some(how);
            }
        }
        let counted = method
            .and_then(|method| witness(MetricName::INSTRUCTIONS, Unit::Count, method, &both.a, &both.b));
        let counts = u32::try_from(COUNTS).unwrap_or(u32::MAX);
        counted.map(|witness| Witness { counts, ..witness }).ok_or_else(|| "nothing was counted".to_owned())
    }

    /// The least and the most that one side may have run, and how that was counted.
    fn one(&mut self, contested: &Contested<'_>, side: Side) -> Result<([u64; 2], Method), String> {
        self.looking.seat(self.sides, side)?;
        match contested.subject.held(side) {
            Some((executable, workload, all)) => {
                let figure = self.counting.benchmark(executable, workload, all)?;
                Ok((of_each(&figure)?, figure.method))
            }
            None => {
                let command = self.looking.command(contested, side)?;
                let count = self.counting.command(command, self.looking.patience)?;
                let method = "callgrind: every instruction of user code, in all processes";
                Ok(([count; 2], Method(method.into())))
            }
        }
    }
}

/// Whole numbers around the mean of iterations, both the same where each of them ran as many. A single iteration holds
/// what the harness does around it, in which a change of the iteration drowns.
fn of_each(figure: &Figure) -> Result<[u64; 2], String> {
    match &figure.estimate {
        Estimate::WithInterval { value, .. } => Ok([whole(*value); 2]),
        Estimate::WithoutInterval { value, .. } if figure.n > 1 => {
            Ok([whole(value.floor()), whole(value.ceil())])
        }
        _ => Err("how many iterations a process of it runs is not known".to_owned()),
    }
}
