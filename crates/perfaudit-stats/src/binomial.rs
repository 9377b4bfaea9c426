//! Ranks whose order statistics bound a quantile, from exact binomial tails.

use crate::probability::{Level, Probability};

/// A tail that equals the allowed probability but for rounding counts as allowed (0.5^3 against 0.125).
pub(crate) const TIE_ALLOWANCE: f64 = 1e-12;

/// Terms this much smaller than the largest one change no tail that a [`Level`] can ask for (at least 5e-17).
const NEGLIGIBLE: f64 = 1e-40;

/// Ranks, counted from 1, of the two order statistics that bound a quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RankInterval {
    pub(crate) lower: usize,
    pub(crate) upper: usize,
    /// P(lower <= B < upper) for B binomial(n, p).
    pub(crate) achieved_level: f64,
}

/// The largest `lower` with P(B < lower) <= (1 - level) / 2 and the smallest `upper` with P(B >= upper) <=
/// (1 - level) / 2, for B binomial(n, p); `None` when one of them does not lie in 1..=n.
pub(crate) fn equal_tailed_ranks(n: usize, p: Probability, level: Level) -> Option<RankInterval> {
    let Binomial { first, probabilities } = Binomial::new(n, p);
    let allowed = level.tail() * (1.0 + TIE_ALLOWANCE);

    let mut below = 0.0;
    let mut lower = first;
    for probability in &probabilities {
        if below + probability > allowed {
            break;
        }
        below += probability;
        lower += 1;
    }
    let mut above = 0.0;
    let mut upper = first + probabilities.len();
    for probability in probabilities.iter().rev() {
        if above + probability > allowed {
            break;
        }
        above += probability;
        upper -= 1;
    }
    let exists = lower >= 1 && upper <= n;
    exists.then_some(RankInterval { lower, upper, achieved_level: 1.0 - below - above })
}

/// The least rank r, counted from 1, with P(B < r) >= level for B binomial(n, p), and that probability: the r-th of n
/// independent values is then not below their quantile p. `None` when even the largest is not enough.
pub(crate) fn upper_rank(n: usize, p: Probability, level: Level) -> Option<(usize, f64)> {
    if n == 0 {
        return None;
    }
    let Binomial { first, probabilities } = Binomial::new(n, p);
    let mut below = 0.0;
    for (index, probability) in probabilities.iter().enumerate() {
        below += probability;
        if below >= level.get() * (1.0 - TIE_ALLOWANCE) {
            // B < r is B <= r - 1.
            let rank = first + index + 1;
            return (rank <= n).then_some((rank, below));
        }
    }
    None
}

/// The probabilities of a binomial distribution, without those too small to matter.
struct Binomial {
    /// The value the first probability belongs to.
    first: usize,
    probabilities: Vec<f64>,
}

impl Binomial {
    /// Goes outwards from the mode by the ratio of neighbouring terms and divides by the sum, which needs
    /// neither factorials nor powers: the relative error grows by about one rounding per step, 1e-12 at n =
    /// 1e6.
    fn new(n: usize, p: Probability) -> Self {
        let odds = p.get() / (1.0 - p.get());
        let mode = (((n as f64 + 1.0) * p.get()).floor() as usize).min(n);
        let mut down = Vec::new();
        let mut weight = 1.0;
        for k in (1..=mode).rev() {
            weight *= k as f64 / ((n - k + 1) as f64 * odds);
            if weight < NEGLIGIBLE {
                break;
            }
            down.push(weight);
        }
        let first = mode - down.len();
        let mut probabilities: Vec<f64> = down.into_iter().rev().collect();
        probabilities.push(1.0);
        weight = 1.0;
        for k in mode..n {
            weight *= (n - k) as f64 * odds / (k + 1) as f64;
            if weight < NEGLIGIBLE {
                break;
            }
            probabilities.push(weight);
        }
        let total: f64 = probabilities.iter().sum();
        for probability in &mut probabilities {
            *probability /= total;
        }
        Self { first, probabilities }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// P(B = k) for k in 0..=n by Pascal's triangle: no factorials, no powers, no ratios of neighbours.
    fn by_convolution(n: usize, p: f64) -> Vec<f64> {
        let mut probabilities = vec![1.0];
        for _ in 0..n {
            let mut next = vec![0.0; probabilities.len() + 1];
            for (k, probability) in probabilities.iter().enumerate() {
                next[k] += probability * (1.0 - p);
                next[k + 1] += probability * p;
            }
            probabilities = next;
        }
        probabilities
    }

    proptest! {
        #[test]
        fn ranks_equal_those_found_by_summing_the_whole_distribution(
            n in 1_usize..150, p in 0.01_f64..0.99, level in 0.5_f64..0.999,
        ) {
            let tail = (1.0 - level) / 2.0;
            let exact = by_convolution(n, p);
            let below = |rank: usize| exact[..rank].iter().sum::<f64>();
            let above = |rank: usize| exact[rank..].iter().sum::<f64>();
            let lower = (1..=n).rev().find(|&rank| below(rank) <= tail);
            let upper = (1..=n).find(|&rank| above(rank) <= tail);
            let found = equal_tailed_ranks(n, Probability::new(p).unwrap(), Level::new(level).unwrap());
            match (lower, upper) {
                (Some(lower), Some(upper)) => {
                    let found = found.unwrap();
                    prop_assert_eq!((found.lower, found.upper), (lower, upper));
                    let achieved = exact[lower..upper].iter().sum::<f64>();
                    prop_assert!((found.achieved_level - achieved).abs() < 1e-12);
                }
                _ => prop_assert!(found.is_none()),
            }
        }
    }

    #[test]
    fn a_million_values_keep_accurate_tails_at_p99() {
        // Another way to the same probabilities: logarithms of factorials, summed term by term.
        let (n, p) = (1_000_000_usize, 0.99_f64);
        let mut ln_factorial = vec![0.0_f64; n + 1];
        let mut lost = 0.0;
        for k in 1..=n {
            // Kahan's sum: the plain one loses 1e-10 relative after a million logarithms.
            let term = (k as f64).ln() - lost;
            let sum = ln_factorial[k - 1] + term;
            lost = (sum - ln_factorial[k - 1]) - term;
            ln_factorial[k] = sum;
        }
        let exact = |k: usize| {
            let rest = n - k;
            (ln_factorial[n] - ln_factorial[k] - ln_factorial[rest]
                + k as f64 * p.ln()
                + rest as f64 * (-p).ln_1p())
            .exp()
        };
        let found = equal_tailed_ranks(n, Probability::P99, Level::P95).unwrap();
        let below: f64 = (980_000..found.lower).map(exact).sum();
        let next = below + exact(found.lower);
        assert!(below <= 0.025 && next > 0.025, "{below} {next}");
        let above: f64 = (found.upper..=n).map(exact).sum();
        let next = above + exact(found.upper - 1);
        assert!(above <= 0.025 && next > 0.025, "{above} {next}");
        assert!((found.achieved_level - (1.0 - below - above)).abs() < 1e-8);
    }

    #[test]
    fn a_tail_that_equals_the_allowance_counts_as_allowed() {
        let found = equal_tailed_ranks(3, Probability::MEDIAN, Level::new(0.75).unwrap()).unwrap();
        assert_eq!((found.lower, found.upper), (1, 3));
        assert!((found.achieved_level - 0.75).abs() < 1e-12);
    }
}
