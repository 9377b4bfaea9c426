//! How far medians of the same thing lie apart when it is measured against itself (A/A).

use crate::binomial::upper_rank;
use crate::effective::effective_size;
use crate::paired::{LogRatio, StandardErrors, errors_away, estimate};
use crate::probability::{Level, Probability};
use crate::sample::{Sample, SampleError};

/// An upper bound of a quantile of the size of differences between two measurements of the same thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AaBound<T> {
    /// The bound.
    pub bound: T,
    /// The number of comparisons that were made.
    pub comparisons: usize,
    /// How often the procedure gives a bound that is not below the quantile. Less than asked for when there are too
    /// few comparisons, or they hang together; the bound is then the largest difference that was seen.
    pub achieved_level: f64,
}

/// Compares as one compares two builds: each block of `block` consecutive pairs gives one difference, that of the
/// logarithms of the two medians, and the bound is one of the quantile `p` of its absolute value.
///
/// The bound is the r-th smallest difference, r being the least rank with P(B < r) >= `level` for B binomial(m, p): a
/// distribution-free tolerance limit (Wilks, "Determination of Sample Sizes for Setting Tolerance Limits", 1941). At
/// p = 0.95 and 95 % it takes m = 59 independent differences, of which it is then the largest. m is the
/// [`effective_size`] of the differences, since noise comes in bursts.
///
/// Pairs at the end that fill no block are left out; so is a block whose medians are not both positive.
///
/// # Errors
/// When there is no whole block, or a difference is not finite.
pub fn aa_bound(
    pairs: &[(f64, f64)],
    block: usize,
    p: Probability,
    level: Level,
) -> Result<AaBound<LogRatio>, SampleError> {
    let differences: Vec<f64> = pairs
        .chunks_exact(block.max(1))
        .filter_map(|pairs| {
            let one = Sample::new(pairs.iter().map(|pair| pair.0).collect()).ok()?.median();
            let other = Sample::new(pairs.iter().map(|pair| pair.1).collect()).ok()?.median();
            (one > 0.0 && other > 0.0).then(|| (one / other).ln().abs())
        })
        .collect();
    Ok(bound(differences, p, level)?.map(log_ratio))
}

/// The same for estimates that a [`crate::Design`] makes: of each block of `block` consecutive pairs, given by the
/// logarithms of their ratios, the size of the estimate.
///
/// # Errors
/// When there is no whole block.
pub fn aa_estimate_bound(
    differences: &[LogRatio],
    block: usize,
    p: Probability,
    level: Level,
) -> Result<AaBound<LogRatio>, SampleError> {
    let estimates = differences.chunks_exact(block.max(1)).filter_map(estimate);
    Ok(bound(estimates.map(|estimate| estimate.abs().get()).collect(), p, level)?.map(log_ratio))
}

/// The same in standard errors, each estimate in those that its own pairs tell: how much further than the noise within a
/// comparison lets expect do estimates lie from nothing?
///
/// # Errors
/// When there is no whole block of five pairs or more.
pub fn aa_error_bound(
    differences: &[LogRatio],
    block: usize,
    p: Probability,
    level: Level,
) -> Result<AaBound<StandardErrors>, SampleError> {
    let away = differences.chunks_exact(block.max(1)).filter_map(errors_away);
    let found = bound(away.map(StandardErrors::get).collect(), p, level)?;
    Ok(found.map(|errors| StandardErrors::new(errors).expect("one of those that were counted")))
}

fn bound(differences: Vec<f64>, p: Probability, level: Level) -> Result<AaBound<f64>, SampleError> {
    let sample = Sample::new(differences)?;
    let comparisons = sample.len();
    let worth = effective_size(&sample).get().floor() as usize;
    let (bound, achieved_level) = match upper_rank(worth, p, level) {
        Some((rank, achieved)) => {
            // The rank among the independent ones becomes one in the whole sample, rounded upwards.
            let rank = (rank * comparisons).div_ceil(worth).min(comparisons);
            (sample.sorted()[rank - 1], achieved)
        }
        None => (sample.max(), 1.0 - p.get().powf(worth as f64)),
    };
    Ok(AaBound { bound, comparisons, achieved_level })
}

impl AaBound<f64> {
    fn map<T>(self, of: impl FnOnce(f64) -> T) -> AaBound<T> {
        AaBound { bound: of(self.bound), comparisons: self.comparisons, achieved_level: self.achieved_level }
    }
}

fn log_ratio(value: f64) -> LogRatio {
    LogRatio::new(value).expect("values of a sample are finite")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(pairs: &[(f64, f64)], block: usize) -> Result<AaBound<LogRatio>, SampleError> {
        aa_bound(pairs, block, Probability::P95, Level::P95)
    }

    /// Pairs whose logarithms differ by a scrambled 1..=n per mille.
    fn scrambled(n: u32) -> Vec<(f64, f64)> {
        (0..n).map(|i| (1.0, (f64::from(i * 37 % n + 1) / 1000.0).exp())).collect()
    }

    #[test]
    fn of_59_comparisons_the_largest_bounds_p95_at_the_level() {
        let found = bound(&scrambled(59), 1).unwrap();
        assert!((found.bound.get() - 0.059).abs() < 1e-12);
        assert!((found.achieved_level - (1.0 - 0.95_f64.powi(59))).abs() < 1e-9);
        let found = bound(&scrambled(93), 1).unwrap();
        assert!((found.bound.get() - 0.092).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn fewer_comparisons_give_the_largest_difference_and_say_how_little_that_holds() {
        let found = bound(&scrambled(20), 1).unwrap();
        assert!((found.bound.get() - 0.020).abs() < 1e-12);
        assert!((found.achieved_level - (1.0 - 0.95_f64.powi(20))).abs() < 1e-9);
    }

    #[test]
    fn one_slow_run_of_a_block_moves_no_median() {
        let mut pairs = vec![(100.0, 100.0); 300];
        for slow in pairs.iter_mut().step_by(5) {
            slow.1 = 900.0;
        }
        let found = bound(&pairs, 5).unwrap();
        assert_eq!((found.bound.get(), found.comparisons), (0.0, 60));
    }

    #[test]
    fn the_estimate_of_many_pairs_differs_less_from_nothing_than_that_of_few() {
        let differences: Vec<LogRatio> =
            (0..590).map(|i| LogRatio::new(f64::from(i * 373 % 590 - 295) / 29_500.0).unwrap()).collect();
        let floor = |block| aa_estimate_bound(&differences, block, Probability::P95, Level::P95).unwrap();
        let (few, many) = (floor(1), floor(10));
        assert_eq!((few.comparisons, many.comparisons), (590, 59));
        assert!(many.bound.get() < 0.75 * few.bound.get(), "{few:?} {many:?}");
    }

    #[test]
    fn without_a_whole_block_there_is_nothing_to_say() {
        assert!(bound(&[(1.0, 1.0); 4], 5).is_err());
    }
}
