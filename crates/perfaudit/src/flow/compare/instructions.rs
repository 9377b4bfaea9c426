//! The instructions of both sides beside each other: a change of time that comes from more work shows in them, one that
//! comes from where code and data lie in memory does not.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use perfaudit_cpu::instructions::Callgrind;
use perfaudit_prove::{Both, Contested, Side, witness};
use perfaudit_result::{Estimate, Figure, Method, MetricName, PairedRow, PairedVerdict, Unit, Witness};
use perfaudit_run::{RunDirectory, sha256};

use super::Sides;
use super::again::{Looking, Measured};
use super::witnesses::{COUNTS, whole};
use crate::flow::again::Homes;
use crate::flow::instructions::{InstructionCounting, SLOWEST};

/// Why instructions were not counted.
#[derive(Debug, Clone)]
pub(super) enum Uncounted {
    /// There was no time left for it, or the user interrupted.
    NoTime(String),
    /// They cannot be counted here.
    Impossible(String),
}

/// Counts what both sides run, what changed first, as far as the time goes. Why something was not counted is told in the
/// row.
pub(super) fn count(
    looking: Looking<'_>,
    sides: &mut Sides,
    measured: &mut [Measured<'_, '_>],
    directory: &RunDirectory,
) {
    let mut counter = Counter::new(looking, sides, directory);
    let is_counted = |row: &PairedRow| row.witnesses.iter().any(|one| one.metric == MetricName::INSTRUCTIONS);
    let mut wanted: Vec<&mut Measured<'_, '_>> =
        measured.iter_mut().filter(|(_, row)| row.pairs > 0 && !is_counted(row)).collect();
    wanted.sort_by_key(|(_, row)| turn(row.verdict));
    let of = wanted.len();
    for (index, (contested, row)) in wanted.into_iter().enumerate() {
        looking.progress.say(format!("instr {}/{of}: {}", index + 1, row.id));
        match counter.count(contested) {
            Ok((witness, _)) => row.witnesses.push(witness),
            Err(Uncounted::NoTime(why) | Uncounted::Impossible(why)) => {
                row.remarks.push(format!("instructions were not counted: {why}"));
            }
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

/// Counts the instructions of both sides.
pub(super) struct Counter<'a> {
    looking: Looking<'a>,
    sides: &'a mut Sides,
    counting: Result<InstructionCounting<'a>, String>,
    /// How long one process may be counted; none where that was asked for, however long it takes.
    longest: Option<Duration>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(looking: Looking<'a>, sides: &'a mut Sides, directory: &RunDirectory) -> Self {
        Self { looking, sides, counting: counting(looking, directory), longest: None }
    }

    /// The same for whoever did not ask for it: a process may be counted for so long.
    pub(super) fn at_most(self, longest: Duration) -> Self {
        Self { longest: Some(longest), ..self }
    }

    /// What both sides run, and whether it is the code of the same files.
    pub(super) fn count(&mut self, contested: &Contested<'_>) -> Result<(Witness, IsSameCode), Uncounted> {
        if let Some(why) = self.looking.refusal() {
            return Err(Uncounted::NoTime(why));
        }
        let left = self.looking.until.map(|until| until.saturating_duration_since(Instant::now()));
        let limit = self.longest.map(|longest| left.map_or(longest, |left| left.min(longest)));
        if let (Some(limit), Ok(counting)) = (limit, &mut self.counting) {
            counting.patience = limit / SLOWEST;
        }
        let began = Instant::now();
        self.both(contested).map_err(|why| match limit {
            _ if self.looking.interrupt.is_set() => Uncounted::NoTime("interrupted".to_owned()),
            Some(limit) if began.elapsed() >= limit => Uncounted::NoTime(format!(
                "a process under callgrind takes more than {} s: `--witness callgrind` waits for it, within `--budget`",
                limit.as_secs()
            )),
            _ => Uncounted::Impossible(why),
        })
    }

    /// By turns, each side as often as allocations are counted.
    fn both(&mut self, contested: &Contested<'_>) -> Result<(Witness, IsSameCode), String> {
        let mut both = Both::<Vec<u64>>::default();
        let mut code = Both::<BTreeSet<String>>::default();
        let mut method = None;
        for _ in 0..COUNTS {
            for side in Side::BOTH {
                let letter = |why| format!("{}: {why}", side.letter());
                let counted = self.one(contested, side).map_err(letter)?;
                both.get_mut(side).extend(counted.range);
                code.get_mut(side).extend(counted.code);
                method = Some(counted.method);
            }
        }
        let counted = method
            .and_then(|method| witness(MetricName::INSTRUCTIONS, Unit::Count, method, &both.a, &both.b));
        let counts = u32::try_from(COUNTS).unwrap_or(u32::MAX);
        let is_same_code = IsSameCode(!code.a.is_empty() && code.a == code.b);
        let counted = counted.map(|witness| (Witness { counts, ..witness }, is_same_code));
        counted.ok_or_else(|| "nothing was counted".to_owned())
    }

    fn one(&mut self, contested: &Contested<'_>, side: Side) -> Result<OfOneSide, String> {
        let counting = self.counting.as_mut().map_err(|why| why.clone())?;
        self.looking.seat(self.sides, side)?;
        match contested.subject.held(side) {
            // Both sides of a benchmark are two files: equal ones are not timed.
            Some((executable, workload, all)) => {
                let figure = counting.benchmark(executable, workload, all)?;
                Ok(OfOneSide { range: of_each(&figure)?, code: BTreeSet::new(), method: figure.method })
            }
            None => {
                let command = self.looking.command(contested, side)?;
                let (count, files) = counting.command_and_code(command, counting.patience)?;
                let method = "callgrind: every instruction of user code, in all processes";
                let code = files.iter().map(|file| digest(file)).collect();
                Ok(OfOneSide { range: [count; 2], code, method: Method(method.into()) })
            }
        }
    }
}

/// What was counted of one side.
struct OfOneSide {
    /// The least and the most that it may have run.
    range: [u64; 2],
    /// The digests of the files whose code ran, where they are known.
    code: BTreeSet<String>,
    /// How that was counted.
    method: Method,
}

/// Whether both sides ran code of the same files, so that none lies elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IsSameCode(pub(super) bool);

/// Of what can be read its content, since both arms of trees lie at one path; else its name.
fn digest(file: &Path) -> String {
    std::fs::read(file).map_or_else(|_| file.to_string_lossy().into_owned(), |content| sha256(&content))
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
