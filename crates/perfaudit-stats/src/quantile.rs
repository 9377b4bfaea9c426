//! Empirical quantiles and their order-statistic intervals.

use crate::binomial::{RankInterval, TIE_ALLOWANCE, equal_tailed_ranks};
use crate::effective::EffectiveSize;
use crate::probability::{Interval, Level, Probability};
use crate::sample::Sample;

/// The empirical quantile by linear interpolation between order statistics.
///
/// Type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996): the value at position (n -
/// 1) p of the sorted sample, counted from 0. Criterion's median is this one.
pub fn quantile(sample: &Sample, p: Probability) -> f64 {
    interpolate(sample.sorted(), p)
}

/// [`quantile`] of values that are sorted already and at least one.
pub(crate) fn interpolate(sorted: &[f64], p: Probability) -> f64 {
    let position = (sorted.len() - 1) as f64 * p.get();
    let below = position.floor() as usize;
    let share = position - below as f64;
    match sorted.get(below + 1) {
        // Weighted, because the difference of two finite values may be infinite; clamped, because weights
        // round.
        Some(above) => (sorted[below] * (1.0 - share) + above * share).clamp(sorted[below], *above),
        None => sorted[below],
    }
}

/// What can be said of a quantile from a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum QuantileEstimate {
    /// The quantile, with bounds that are two values of the sample.
    Estimated {
        /// The empirical quantile, see [`quantile`].
        value: f64,
        /// Holds the true quantile with probability `achieved_level`.
        interval: Interval,
        /// The level by the binomial distribution, at least the one asked for: ranks are whole numbers, so it
        /// is rarely met exactly.
        achieved_level: f64,
    },
    /// The sample is too small for an interval with two finite ends.
    NotEstimable {
        /// The number of independent values it takes, see [`least_sample_size`].
        needed: usize,
        /// The number of independent values there are, rounded down.
        have: usize,
    },
}

/// The quantile with its equal-tailed binomial order-statistic interval.
///
/// With n independent values, the number that lie below the true quantile is binomial(n, p) whatever the
/// distribution, so two order statistics bound it at a level known in advance (David and Nagaraja, "Order
/// Statistics", 3rd ed., section 7.1). With ties the level is at least the one stated.
///
/// `effective` is the number of independent values the sample is worth, see [`effective_size`]; what exceeds
/// the length of the sample is ignored. The ranks l and u are found for that number m of values, and become
/// floor((l - 1) n / m) + 1 and ceil(u n / m) in the sample of n: the share of values below the true quantile
/// then has to leave the same range of shares, rounded outwards. For m = n nothing changes.
///
/// [`effective_size`]: crate::effective_size
pub fn quantile_estimate(
    sample: &Sample,
    p: Probability,
    level: Level,
    effective: EffectiveSize,
) -> QuantileEstimate {
    let sorted = sample.sorted();
    let have = (effective.get().floor() as usize).min(sorted.len());
    let Some(RankInterval { lower, upper, achieved_level }) = equal_tailed_ranks(have, p, level) else {
        return QuantileEstimate::NotEstimable { needed: least_sample_size(p, level), have };
    };
    let spread = |rank: usize| rank as u128 * sorted.len() as u128;
    let first = (spread(lower - 1) / have as u128) as usize;
    let last = spread(upper).div_ceil(have as u128) as usize - 1;
    QuantileEstimate::Estimated {
        value: quantile(sample, p),
        interval: Interval { lower: sorted[first], upper: sorted[last] },
        achieved_level,
    }
}

/// The least number of independent values for which the equal-tailed interval of a quantile has two finite
/// ends.
///
/// The smallest n with max(p, 1 - p)^n <= (1 - level) / 2: at 95 % that is 6 for the median, 72 for the 95th
/// percentile and 368 for the 99th.
pub fn least_sample_size(p: Probability, level: Level) -> usize {
    let rarer = p.get().min(1.0 - p.get());
    let tail = level.tail() * (1.0 + TIE_ALLOWANCE);
    (tail.ln() / (-rarer).ln_1p()).ceil() as usize
}
