//! Measuring pair by pair until each subject is decided, or the time is over.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use perfaudit_host::CpuTicks;
use perfaudit_result::{WorkloadId, WorkloadKind};
use perfaudit_stats::{Design, LayoutJudgement, LogRatio, Verdict};

use crate::pair::{Observation, Pair};
use crate::schedule::{self, Progress};
use crate::subject::{Means, ObserveError, Subject};
use crate::workbench::{Both, Side, WorkbenchError};

/// Environments are padded by less than this: a page.
pub const PADDING_BELOW: u16 = 4096;
/// A pair during which more of the time of all CPUs was counted as stolen is measured again. The kernel counts in steps
/// of 10 ms: of a pair that takes less than half a second on two CPUs, one step is more.
pub const STOLEN_LIMIT: f64 = 0.01;
/// A machine that takes its CPUs away during more than so many pairs for each that counts is no place to measure.
const MOST_DISCARDED: usize = 2;

/// How subjects are measured.
#[derive(Debug)]
pub struct ContestRequest<'a> {
    /// How they are judged.
    pub design: &'a Design,
    /// Decides the order of sides and subjects, and paddings.
    pub seed: u64,
    /// How long all of it may take.
    pub budget: Option<Duration>,
    /// How many layouts each program is measured in at most; from pair to pair in the next one.
    pub layouts: NonZeroU32,
    /// As many pairs of each command are measured whatever is decided sooner; a far quantile takes a number that is
    /// fixed beforehand. Zero where none is wanted.
    pub pairs_of_commands: usize,
}

/// A subject with what was measured of it.
#[derive(Debug)]
pub struct Contested<'a> {
    /// The subject.
    pub subject: Subject<'a>,
    /// The pairs that count.
    pub pairs: Vec<Pair>,
    /// Of how many of them, from the first on, the verdict is: what is measured after it must not bend it.
    pub judged: usize,
    /// Those that were measured again.
    pub discarded: Vec<Pair>,
    /// Why it ended.
    pub ended: Ended,
}

impl Contested<'_> {
    /// The pairs that the verdict is of; none of a subject that failed.
    #[must_use]
    pub fn compared(&self) -> &[Pair] {
        match self.ended {
            Ended::Failed { .. } => &[],
            _ => &self.pairs[..self.judged.min(self.pairs.len())],
        }
    }
}

/// Why no more pairs of a subject were measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// A look decided it.
    Decided,
    /// All looks were taken.
    LooksOver,
    /// The budget was spent.
    BudgetSpent,
    /// The user interrupted.
    Interrupted,
    /// The hypervisor took the CPUs away too often.
    Disturbed,
    /// A process of this side failed.
    Failed {
        /// The side.
        side: Side,
        /// What happened.
        message: String,
    },
}

/// How it stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The subject that is measured.
    pub id: &'a WorkloadId,
    /// Its pairs.
    pub pairs: usize,
    /// The number of pairs at which it is judged next.
    pub next_look: usize,
    /// What its pairs say, for people who wait: it decides nothing.
    pub judgement: Option<LayoutJudgement>,
    /// How many subjects are decided or over.
    pub done: usize,
    /// How many there are.
    pub of: usize,
}

/// What the pairs of a subject say.
#[must_use]
pub fn judge(design: &Design, pairs: &[Pair]) -> Option<LayoutJudgement> {
    design.judge_layouts(&differences(pairs))
}

/// The difference of each pair with its layout.
pub(crate) fn differences(pairs: &[Pair]) -> Vec<(usize, LogRatio)> {
    pairs.iter().map(|pair| (pair.layout as usize, pair.difference())).collect()
}

/// Measures all subjects.
///
/// # Errors
/// When nothing can be measured any more. What a subject does is its [`Ended`].
pub fn contest<'a>(
    request: &ContestRequest<'_>,
    subjects: Vec<Subject<'a>>,
    means: &mut Means<'_>,
    observe: &mut dyn FnMut(Standing<'_>),
) -> Result<Vec<Contested<'a>>, WorkbenchError> {
    let started = Instant::now();
    let mut states: Vec<State<'a>> = (0_u64..)
        .zip(subjects)
        .map(|(index, subject)| State::new(subject, request.seed.wrapping_add(index)))
        .collect();
    loop {
        let left = request.budget.map(|budget| budget.saturating_sub(started.elapsed()));
        if means.interrupt.is_set() || left == Some(Duration::ZERO) {
            break;
        }
        let progress: Vec<Option<Progress>> = states.iter().map(|state| state.progress(request)).collect();
        let order = round(request.seed, &states);
        let Some(turn) = schedule::next(&progress, left, &order) else { break };
        let (done, of) = (progress.iter().filter(|one| one.is_none()).count(), progress.len());
        let state = &states[turn];
        observe(Standing {
            id: &state.subject.id,
            pairs: state.pairs.len(),
            next_look: progress[turn].map_or(0, |progress| progress.next_look),
            judgement: judge(request.design, &state.pairs),
            done,
            of,
        });
        states[turn].measure(request, means)?;
    }
    let over = if means.interrupt.is_set() { Ended::Interrupted } else { Ended::BudgetSpent };
    Ok(states.into_iter().map(|state| state.end(request, &over)).collect())
}

/// The order of subjects in the present round: a round is over when each has had a turn.
fn round(seed: u64, states: &[State<'_>]) -> Vec<usize> {
    let turns: usize = states.iter().map(|state| state.pairs.len() + state.discarded.len()).sum();
    let mut order: Vec<usize> = (0..states.len()).collect();
    perfaudit_stats::shuffle(&mut order, seed ^ (turns / states.len().max(1)) as u64);
    order
}

/// How a subject ends that cannot be measured on a side.
fn ended(side: Side, error: ObserveError) -> Result<Ended, WorkbenchError> {
    match error {
        ObserveError::Workbench(error) => Err(error),
        ObserveError::Interrupted => Ok(Ended::Interrupted),
        error => Ok(Ended::Failed { side, message: error.to_string() }),
    }
}

struct State<'a> {
    subject: Subject<'a>,
    pairs: Vec<Pair>,
    discarded: Vec<Pair>,
    ended: Option<Ended>,
    /// The pairs at which it was decided, or over.
    judged: Option<usize>,
    /// As the last look told.
    to_decision: Option<usize>,
    spent: Duration,
    seed: u64,
    paddings: Vec<u16>,
}

impl<'a> State<'a> {
    fn new(subject: Subject<'a>, seed: u64) -> Self {
        let mut paddings: Vec<u16> = (0..PADDING_BELOW).collect();
        perfaudit_stats::shuffle(&mut paddings, seed);
        Self {
            subject,
            pairs: Vec::new(),
            discarded: Vec::new(),
            ended: None,
            judged: None,
            to_decision: None,
            spent: Duration::ZERO,
            seed,
            paddings,
        }
    }

    fn turns(&self) -> usize {
        self.pairs.len() + self.discarded.len()
    }

    fn progress(&self, request: &ContestRequest<'_>) -> Option<Progress> {
        let least = if self.subject.kind == WorkloadKind::Command { request.pairs_of_commands } else { 0 };
        let next_look = match self.ended {
            None => request.design.next_look(self.pairs.len())?,
            Some(Ended::Decided | Ended::LooksOver) if self.pairs.len() < least => least,
            Some(_) => return None,
        };
        let turns = u32::try_from(self.turns()).unwrap_or(u32::MAX);
        Some(Progress {
            pairs: self.pairs.len(),
            next_look,
            to_decision: self.to_decision,
            pair: self.spent.checked_div(turns).unwrap_or_default(),
        })
    }

    /// Of two consecutive turns one begins with A and one with B, in random order: whoever runs first has no advantage
    /// in the end.
    fn first(&self) -> Side {
        let (block, within) = (self.turns() / 2, self.turns() % 2);
        let mut sides = Side::BOTH;
        perfaudit_stats::shuffle(&mut sides, self.seed.wrapping_mul(31).wrapping_add(block as u64));
        sides[within]
    }

    fn measure(&mut self, request: &ContestRequest<'_>, means: &mut Means<'_>) -> Result<(), WorkbenchError> {
        let first = self.first();
        let padding = self.paddings[self.turns() % self.paddings.len()];
        // Layouts take turns by the pairs that count, so that all have as many.
        let layout = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX) % request.layouts;
        // Nothing is linked while a pair is measured; the side that runs first is seated last.
        for side in [first.other(), first] {
            if let Err(error) = self.subject.program(side, layout, means) {
                self.ended = Some(ended(side, error)?);
                return Ok(());
            }
        }
        let began = Instant::now();
        let ticks = CpuTicks::now();
        // Both sides take as many samples: what decides that must not differ between them.
        let known = self.pairs.last().map(|pair| pair.sides.a.value_ns);
        let mut one = |side: Side| -> Result<Result<Observation, Ended>, WorkbenchError> {
            let observation = self.subject.observe(side, layout, padding, known, means);
            observation.map_or_else(|error| ended(side, error).map(Err), |one| Ok(Ok(one)))
        };
        let both = match one(first)? {
            Ok(observation) => one(first.other())?.map(|other| (observation, other)),
            Err(ended) => Err(ended),
        };
        let (one, other) = match both {
            Ok(both) => both,
            Err(ended) => {
                self.ended = Some(ended);
                return Ok(());
            }
        };
        let stolen = ticks.zip(CpuTicks::now()).map(|(before, after)| after.meanwhile(before, 0.0).stolen());
        let sides = if first == Side::A { Both { a: one, b: other } } else { Both { a: other, b: one } };
        let pair = Pair { first, padding, layout, stolen, sides };
        self.spent += began.elapsed();
        if stolen.is_some_and(|stolen| stolen > STOLEN_LIMIT) {
            self.discarded.push(pair);
            if self.discarded.len() > MOST_DISCARDED * (self.pairs.len() + 5) {
                self.ended = Some(Ended::Disturbed);
            }
            return Ok(());
        }
        self.pairs.push(pair);
        if self.ended.is_none() && request.design.looks().pairs().contains(&self.pairs.len()) {
            self.look(request.design);
        }
        Ok(())
    }

    fn look(&mut self, design: &Design) {
        let Some(LayoutJudgement { judgement, .. }) = judge(design, &self.pairs) else { return };
        self.to_decision = judgement.pairs_to_decision;
        if judgement.verdict != Verdict::Inconclusive {
            self.ended = Some(Ended::Decided);
        } else if design.next_look(self.pairs.len()).is_none() {
            self.ended = Some(Ended::LooksOver);
        }
        self.judged = self.ended.is_some().then_some(self.pairs.len());
    }

    fn end(self, request: &ContestRequest<'_>, over: &Ended) -> Contested<'a> {
        let is_over = request.design.next_look(self.pairs.len()).is_none();
        let ended = self.ended.unwrap_or_else(|| if is_over { Ended::LooksOver } else { over.clone() });
        let judged = self.judged.unwrap_or(self.pairs.len());
        Contested { subject: self.subject, pairs: self.pairs, judged, discarded: self.discarded, ended }
    }
}
