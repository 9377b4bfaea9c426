//! The test: signed ranks that count no more than a quarter of the pairs.

use crate::binomial::TIE_ALLOWANCE;

/// Ranks beyond this share of the pairs count as much as the one at it.
///
/// Wilcoxon's test lets the largest difference weigh as much as all the smallest together; where a third of the pairs
/// fell into a slow phase of the machine, these decide. The sign test (no ranks) ignores sizes and needs half as many
/// pairs again on a quiet machine. In between, capped scores (Policello and Hettmansperger, "Adaptive Robust Procedures
/// for the One-Sample Location Problem", 1976) need 29 % more pairs than Wilcoxon's for normal noise, and half as many
/// or fewer on 16 of 21 traces recorded among other work: see `docs/benchmarks.md`.
const CAP: usize = 4;

/// What the rank of a difference counts, rank 1 being the smallest of `n`.
pub(super) fn score(rank: usize, n: usize) -> usize {
    rank.min(n.div_ceil(CAP))
}

/// P(T <= t) for t from 0 to the middle, T being the sum of the scores of the ranks 1..=n that a fair coin each takes:
/// what those of one sign sum up to when nothing changed.
#[derive(Debug, Clone)]
pub(super) struct SignedRank {
    below: Vec<f64>,
    total: usize,
}

impl SignedRank {
    /// For `n` pairs: the ranks are added one by one.
    pub(super) fn new(n: usize) -> Self {
        let total = (1..=n).map(|rank| score(rank, n)).sum::<usize>();
        let mut probabilities = vec![0.0; total / 2 + 1];
        probabilities[0] = 1.0;
        for score in (1..=n).map(|rank| score(rank, n)) {
            for sum in (0..=total / 2).rev() {
                let with = if sum >= score { probabilities[sum - score] } else { 0.0 };
                probabilities[sum] = 0.5 * (probabilities[sum] + with);
            }
        }
        let mut below = 0.0;
        for probability in &mut probabilities {
            below += *probability;
            *probability = below;
        }
        Self { below: probabilities, total }
    }

    /// The sum of all scores.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// The two-sided p-value where the smaller of both sums is `t`.
    pub(super) fn two_sided(&self, t: usize) -> f64 {
        self.below.get(t).map_or(1.0, |below| (2.0 * below).min(1.0))
    }

    /// The largest sum whose two-sided p-value is at most `alpha`; `None` when there is none.
    pub(super) fn critical(&self, alpha: f64) -> Option<usize> {
        let allowed = alpha * (1.0 + TIE_ALLOWANCE);
        self.below.partition_point(|below| 2.0 * below <= allowed).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rank_counts_more_than_a_quarter_of_the_pairs() {
        assert_eq!((1..=10).map(|rank| score(rank, 10)).collect::<Vec<_>>(), [1, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(SignedRank::new(10).total(), 27);
    }

    #[test]
    fn four_pairs_or_fewer_make_the_sign_test() {
        // P(at most one of four) = 5 / 16.
        assert!((SignedRank::new(4).two_sided(1) - 0.625).abs() < 1e-15);
    }

    #[test]
    fn a_sum_in_the_middle_is_no_evidence() {
        let null = SignedRank::new(10);
        assert_eq!((null.two_sided(14), null.two_sided(27)), (1.0, 1.0));
        assert!((null.two_sided(0) - 2.0 / 1024.0).abs() < 1e-15);
        assert_eq!((null.critical(0.0025), null.critical(0.001)), (Some(0), None));
    }
}
