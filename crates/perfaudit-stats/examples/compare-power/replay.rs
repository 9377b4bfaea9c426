//! Comparisons made of recorded processes, as they would have been made while these ran.

use std::num::NonZeroUsize;

use perfaudit_stats::{Design, Judgement, LogRatio, Verdict};

use crate::random::Random;
use crate::traces::{Process, Trace, median};
use crate::wilcoxon;

/// Differences within half a percent do not matter.
const DELTA: f64 = 0.005;

const SEED: u64 = 1;

/// A process for A, and one for B.
type Pair<'a> = [&'a Process; 2];

/// Times of batches: of A, and of B.
pub(crate) type Batches = [Vec<f64>; 2];

/// One comparison.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// At the look that ended it.
    pub(crate) judgement: Judgement,
    /// Whether the intervals at all its looks hold the injected difference.
    pub(crate) holds_truth: bool,
    /// What the stated formula says that as many pairs as the last look takes find nine times of ten, from these pairs on.
    pub(crate) detectable: LogRatio,
    /// The differences of its pairs.
    pub(crate) differences: Vec<LogRatio>,
    /// The batches of its pairs.
    pub(crate) interleaved: Batches,
    /// The batches of the same processes, the first half of them taken for A.
    pub(crate) one_after_the_other: Batches,
}

impl Comparison {
    pub(crate) fn is(&self, verdict: Verdict) -> bool {
        self.judgement.verdict == verdict
    }
}

/// No noise floor: what is called a change is one for the test alone.
pub(crate) fn design(family: usize) -> Design {
    Design::new(change(DELTA), NonZeroUsize::new(family).expect("at least one comparison"))
}

pub(crate) fn change(change: f64) -> LogRatio {
    LogRatio::of_change(change).expect("more than nothing remains")
}

/// Comparisons of a program with itself, B slowed down, one after the other until the trace ends: each takes as many of
/// the next pairs as it needs, so that no process serves twice.
pub(crate) fn replay(trace: &Trace, slowdown: f64, design: &Design) -> Vec<Comparison> {
    let pairs = pairs(trace);
    let mut comparisons = Vec::new();
    let mut rest = &pairs[..];
    while let Some(comparison) = compare(rest, change(slowdown), design) {
        rest = &rest[comparison.judgement.pairs..];
        comparisons.push(comparison);
    }
    comparisons
}

/// Each two processes in a row, in random order.
fn pairs(trace: &Trace) -> Vec<Pair<'_>> {
    let mut random = Random::new(SEED);
    let two = trace.processes.chunks_exact(2);
    two.map(|two| if random.coin() { [&two[1], &two[0]] } else { [&two[0], &two[1]] }).collect()
}

fn difference([a, b]: &Pair<'_>, injected: LogRatio) -> LogRatio {
    LogRatio::new(median(b) + injected.get() - median(a)).expect("finite")
}

/// `None` where the pairs end before the last look, whether it is needed or not.
fn compare(pairs: &[Pair<'_>], injected: LogRatio, design: &Design) -> Option<Comparison> {
    let window = pairs.get(..last_look(design))?;
    let differences: Vec<LogRatio> = window.iter().map(|pair| difference(pair, injected)).collect();
    let mut holds_truth = true;
    let mut measured = 0;
    loop {
        measured = design.next_look(measured)?;
        let judgement = design.judge(&differences[..measured])?;
        holds_truth &= judgement.interval?.contains(injected);
        if judgement.verdict != Verdict::Inconclusive || design.next_look(measured).is_none() {
            let pairs = &pairs[..measured];
            let side = |side: usize| times(pairs.iter().map(|pair| pair[side]), side, injected);
            return Some(Comparison {
                judgement,
                holds_truth,
                detectable: design.judge(&differences)?.minimum_detectable_effect?,
                differences: differences[..measured].to_vec(),
                interleaved: [side(0), side(1)],
                one_after_the_other: one_after_the_other(pairs, injected),
            });
        }
    }
}

fn last_look(design: &Design) -> usize {
    *design.looks().pairs().last().expect("a design has looks")
}

fn one_after_the_other(pairs: &[Pair<'_>], injected: LogRatio) -> Batches {
    let (first, second) = pairs.split_at(pairs.len() / 2);
    [(first, 0), (second, 1)].map(|(pairs, side)| times(pairs.iter().flatten().copied(), side, injected))
}

fn times<'a>(processes: impl Iterator<Item = &'a Process>, side: usize, injected: LogRatio) -> Vec<f64> {
    let slower = if side == 1 { injected.get() } else { 0.0 };
    processes.flatten().map(|log| (log + slower).exp()).collect()
}

/// What as many pairs as the last look takes tell of a trace when nothing is injected: medians over the trace, as
/// fractions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Precision {
    /// What is found nine times of ten.
    pub(crate) detectable: f64,
    /// Half of the interval.
    pub(crate) half: f64,
    /// The same of Wilcoxon's test, whose ranks have no cap.
    pub(crate) half_of_wilcoxon: f64,
}

impl Precision {
    pub(crate) fn of(trace: &Trace, design: &Design) -> Self {
        let differences: Vec<LogRatio> =
            pairs(trace).iter().map(|pair| difference(pair, LogRatio::ZERO)).collect();
        let alpha = design.alpha().get() / (design.looks().pairs().len() * design.family().get()) as f64;
        let median = |of: &dyn Fn(&[LogRatio]) -> Option<f64>| {
            let mut all: Vec<f64> = differences.chunks_exact(last_look(design)).filter_map(of).collect();
            all.sort_unstable_by(f64::total_cmp);
            all[all.len() / 2]
        };
        Self {
            detectable: median(&|pairs| Some(design.judge(pairs)?.minimum_detectable_effect?.change())),
            half: median(&|pairs| {
                let interval = design.judge(pairs)?.interval?;
                Some(0.5 * (interval.upper.get() - interval.lower.get()))
            }),
            half_of_wilcoxon: median(&|pairs| Some(wilcoxon::half_interval(pairs, alpha))),
        }
    }
}
