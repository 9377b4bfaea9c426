//! The exact distribution of Wilcoxon's signed-rank statistic.

use crate::binomial::TIE_ALLOWANCE;

/// P(T <= t) for t from 0 to the middle, T being the sum of the ranks 1..=n that a fair coin each takes: what one of
/// the two rank sums is when nothing changed (Wilcoxon, "Individual Comparisons by Ranking Methods", 1945).
#[derive(Debug, Clone)]
pub(super) struct SignedRank {
    below: Vec<f64>,
}

impl SignedRank {
    /// For `n` pairs: the ranks are added one by one, n^3 / 4 steps in all.
    pub(super) fn new(n: usize) -> Self {
        let middle = n * (n + 1) / 4;
        let mut probabilities = vec![0.0; middle + 1];
        probabilities[0] = 1.0;
        for rank in 1..=n {
            for sum in (0..=middle).rev() {
                let with = if sum >= rank { probabilities[sum - rank] } else { 0.0 };
                probabilities[sum] = 0.5 * (probabilities[sum] + with);
            }
        }
        let mut total = 0.0;
        for probability in &mut probabilities {
            total += *probability;
            *probability = total;
        }
        Self { below: probabilities }
    }

    /// The two-sided p-value where the smaller of both rank sums is `t`.
    pub(super) fn two_sided(&self, t: usize) -> f64 {
        self.below.get(t).map_or(1.0, |below| (2.0 * below).min(1.0))
    }

    /// The largest rank sum whose two-sided p-value is at most `alpha`; `None` when there is none.
    pub(super) fn critical(&self, alpha: f64) -> Option<usize> {
        let allowed = alpha * (1.0 + TIE_ALLOWANCE);
        self.below.partition_point(|below| 2.0 * below <= allowed).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_rank_sums_agree_with_wilcoxons_table() {
        // Wilcoxon and Wilcox, "Some Rapid Approximate Statistical Procedures" (1964), two-sided 1 %.
        let table = [(7, None), (8, Some(0)), (10, Some(3)), (15, Some(15)), (20, Some(37)), (25, Some(68))];
        for (n, expected) in table {
            assert_eq!(SignedRank::new(n).critical(0.01), expected, "{n}");
        }
    }

    #[test]
    fn a_rank_sum_in_the_middle_is_no_evidence() {
        let null = SignedRank::new(10);
        assert_eq!((null.two_sided(27), null.two_sided(55)), (1.0, 1.0));
        assert!((null.two_sided(0) - 2.0 / 1024.0).abs() < 1e-15);
    }
}
