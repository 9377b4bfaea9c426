//! The averages of all two differences of a sample: estimate, test and interval in one.

use super::log_ratio::{LogInterval, LogRatio};
use super::signed_rank::SignedRank;

/// The averages of each two of n differences, and of each with itself, sorted: n (n + 1) / 2 of them (Walsh, 1949).
///
/// As many averages are positive as the ranks of the positive differences sum up to (Tukey, 1949). That makes the order
/// statistics of the averages the bounds that the signed-rank test inverts to (Hollander, Wolfe and Chicken,
/// "Nonparametric Statistical Methods", 2014, sections 3.2 and 3.3).
#[derive(Debug, Clone)]
pub(super) struct Walsh {
    sorted: Vec<f64>,
    null: SignedRank,
}

impl Walsh {
    /// `None` without differences.
    pub(super) fn of(differences: &[LogRatio]) -> Option<Self> {
        if differences.is_empty() {
            return None;
        }
        let averages = differences.iter().enumerate().flat_map(|(index, one)| {
            differences[index..].iter().map(|other| f64::midpoint(one.get(), other.get()))
        });
        let mut sorted: Vec<f64> = averages.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Some(Self { sorted, null: SignedRank::new(differences.len()) })
    }

    /// The median of the averages (Hodges and Lehmann, 1963).
    pub(super) fn estimate(&self) -> LogRatio {
        let (low, high) = (self.sorted[(self.sorted.len() - 1) / 2], self.sorted[self.sorted.len() / 2]);
        finite(f64::midpoint(low, high))
    }

    /// The two-sided p-value of no change. Averages of zero count against a change on both sides: with equal or
    /// opposite differences the test errs less often than it says, never more often.
    pub(super) fn p_value(&self) -> f64 {
        let not_above = self.sorted.partition_point(|average| *average <= 0.0);
        let not_below = self.sorted.len() - self.sorted.partition_point(|average| *average < 0.0);
        self.null.two_sided(not_above.min(not_below))
    }

    /// The closed interval that holds the true difference except with probability `alpha`: it leaves out zero exactly
    /// when the p-value is at most `alpha`. `None` where the differences are too few for that level.
    pub(super) fn interval(&self, alpha: f64) -> Option<LogInterval> {
        let outside = self.null.critical(alpha)?;
        let lower = finite(self.sorted[outside]);
        let upper = finite(self.sorted[self.sorted.len() - 1 - outside]);
        Some(LogInterval { lower, upper })
    }
}

/// What lies between finite values.
fn finite(value: f64) -> LogRatio {
    LogRatio::new(value).expect("the average of finite values is finite")
}
