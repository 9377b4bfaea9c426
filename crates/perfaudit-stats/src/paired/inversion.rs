//! Estimate, test and interval of one sample of differences, which cannot contradict each other.

use super::log_ratio::{LogInterval, LogRatio};
use super::signed_rank::{SignedRank, score};

/// What the signed-rank test says when each shift is taken off the differences.
///
/// The sum of the scores of the positive ones falls as the shift grows, and it changes only where the shift passes an
/// average of two differences, or of one with itself (a Walsh average): there two of them change ranks, or one its sign.
/// The shifts that the test does not reject therefore form an interval between two such averages (Bauer, "Constructing
/// Confidence Sets Using Rank Statistics", 1972), and the shift where both sums are equal is the estimate (Hodges and
/// Lehmann, "Estimates of Location Based on Rank Tests", 1963).
#[derive(Debug, Clone)]
pub(super) struct Inversion {
    differences: Vec<f64>,
    /// The Walsh averages from the smallest to the largest, each once.
    averages: Vec<f64>,
    null: SignedRank,
}

impl Inversion {
    /// `None` without differences.
    pub(super) fn of(differences: &[LogRatio]) -> Option<Self> {
        if differences.is_empty() {
            return None;
        }
        let differences: Vec<f64> = differences.iter().map(|difference| difference.get()).collect();
        let mut averages: Vec<f64> = differences
            .iter()
            .enumerate()
            .flat_map(|(index, one)| differences[index..].iter().map(|other| f64::midpoint(*one, *other)))
            .collect();
        averages.sort_unstable_by(f64::total_cmp);
        averages.dedup();
        let null = SignedRank::new(differences.len());
        Some(Self { differences, averages, null })
    }

    /// Where the sums of both signs are equal; the middle of such shifts.
    pub(super) fn estimate(&self) -> LogRatio {
        let (last_below, first_above) = self.ends(self.null.total() / 2);
        finite(f64::midpoint(last_below, first_above))
    }

    /// The two-sided p-value of no change. Zeros count for both signs, and of equal sizes the sign tested against ranks
    /// last: with such ties the test errs less often than it says, never more often.
    pub(super) fn p_value(&self) -> f64 {
        self.null.two_sided(self.sum(0.0, Side::Above).min(self.sum(0.0, Side::Below)))
    }

    /// The closed interval that holds the true difference except with probability `alpha`: it leaves out zero exactly
    /// when the p-value is at most `alpha`. `None` where the differences are too few for that level.
    pub(super) fn interval(&self, alpha: f64) -> Option<LogInterval> {
        let (lower, upper) = self.ends(self.null.critical(alpha)?);
        Some(LogInterval { lower: finite(lower), upper: finite(upper) })
    }

    /// The largest average below which those below sum up to no more than `critical`, and the smallest above which those
    /// above do.
    fn ends(&self, critical: usize) -> (f64, f64) {
        let last = self.averages.len() - 1;
        let between = |index: usize| f64::midpoint(self.averages[index], self.averages[index + 1]);
        let upper = first(last, |index| self.sum(between(index), Side::Above) <= critical);
        let lower = last - first(last, |index| self.sum(between(last - index - 1), Side::Below) <= critical);
        (self.averages[lower], self.averages[upper])
    }

    /// The sum of the scores of the differences on one side of the shift, those on it included.
    fn sum(&self, shift: f64, side: Side) -> usize {
        let n = self.differences.len();
        let mut moved: Vec<(f64, bool)> = self
            .differences
            .iter()
            .map(|difference| {
                let rest = difference - shift;
                (rest.abs(), if side == Side::Above { rest >= 0.0 } else { rest <= 0.0 })
            })
            .collect();
        moved.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        moved.iter().zip(1..).filter(|((_, counts), _)| *counts).map(|(_, rank)| score(rank, n)).sum()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

/// The first of 0..`end` from which on the condition holds; `end` where it never does.
fn first(end: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// What lies between finite values.
fn finite(value: f64) -> LogRatio {
    LogRatio::new(value).expect("the average of finite values is finite")
}
