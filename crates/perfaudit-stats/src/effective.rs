//! How many independent values a sample is worth.

use crate::autocorrelation::{integrated_time, lagged_products};
use crate::random::Draws;
use crate::ranks::mid_ranks;
use crate::sample::Sample;

/// The number of independent values that would tell as much about the distribution as the sample does.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct EffectiveSize(f64);

impl EffectiveSize {
    /// All `n` values are independent.
    pub fn all(n: usize) -> Self {
        Self(n as f64)
    }

    /// The number, between 1 and the length of the sample it was made from.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// Autocorrelation below this many values goes unnoticed, so it is not looked for.
const LEAST_LENGTH: usize = 10;

/// The sum over lags ends here at the latest, which bounds the time at 1,000 n.
const MOST_LAGS: usize = 1_000;

/// Lags the test for autocorrelation adds up: powers of two, so that both a quick and a slow decay stand out.
const WINDOWS: [usize; 5] = [1, 2, 4, 8, 16];

/// The test keeps independent values apart from correlated ones at the level (ALLOWED + 1) / (PERMUTATIONS +
/// 1): 1 %.
const PERMUTATIONS: usize = 199;
const ALLOWED: usize = 1;

/// The statistic, times sqrt(n), hardly depends on n beyond this length, so longer samples are permuted at
/// this one.
const MOST_PERMUTED: usize = 1_024;

/// The test is part of a pure function of the sample, so its permutations are fixed.
const SEED: u64 = 0x6175_746f_636f_7272;

/// The effective sample size, n / integrated autocorrelation time of the ranks.
///
/// Ranks, because one outlier would hide the dependence of all other values. It equals n unless a permutation
/// test finds positive autocorrelation at the 1 % level, so that independent values keep their n in 99 % of
/// samples; for a sample of fewer than 10 values or of equal values; and where the autocorrelation is
/// negative, which would make the sample worth more than its length. A sample that drifts is strongly
/// autocorrelated and therefore worth few values. Dependence that reaches further than 1,000 values is
/// underestimated.
pub fn effective_size(sample: &Sample) -> EffectiveSize {
    let n = sample.len();
    let all = EffectiveSize::all(n);
    if n < LEAST_LENGTH || sample.min() == sample.max() {
        return all;
    }
    let mut ranks = mid_ranks(sample.in_order());
    let middle = (n + 1) as f64 / 2.0;
    for rank in &mut ranks {
        *rank -= middle;
    }
    if !is_autocorrelated(&ranks) {
        return all;
    }
    let square: f64 = ranks.iter().map(|rank| rank * rank).sum();
    let autocorrelation = lagged_products(&ranks, MOST_LAGS.min(n / 2)).map(|products| products / square);
    EffectiveSize((n as f64 / integrated_time(autocorrelation, n, 1)).max(1.0))
}

/// Whether the order of the centred ranks is further from a random one, towards positive autocorrelation,
/// than 99 % of their permutations.
fn is_autocorrelated(ranks: &[f64]) -> bool {
    let observed = persistence(ranks);
    // Every k-th of the sorted ranks: the same distribution, ties included.
    let mut permuted = ranks.to_vec();
    if permuted.len() > MOST_PERMUTED {
        permuted.sort_unstable_by(f64::total_cmp);
        permuted = (0..MOST_PERMUTED).map(|index| permuted[index * ranks.len() / MOST_PERMUTED]).collect();
        let mean = permuted.iter().sum::<f64>() / MOST_PERMUTED as f64;
        for rank in &mut permuted {
            *rank -= mean;
        }
    }
    let mut draws = Draws::new(SEED);
    let mut as_persistent = 0;
    for _ in 0..PERMUTATIONS {
        draws.shuffle(&mut permuted);
        as_persistent += usize::from(persistence(&permuted) >= observed);
        if as_persistent > ALLOWED {
            return false;
        }
    }
    true
}

/// sqrt(n) times the largest of the sums of the first h autocorrelations, each divided by sqrt(h).
fn persistence(centred: &[f64]) -> f64 {
    let n = centred.len();
    let square: f64 = centred.iter().map(|value| value * value).sum();
    if square == 0.0 {
        return 0.0;
    }
    let most_lags = WINDOWS[WINDOWS.len() - 1].min(n / 4);
    let mut sum = 0.0;
    let mut largest = f64::NEG_INFINITY;
    for (lag, products) in lagged_products(centred, most_lags).enumerate().skip(1) {
        sum += products / square;
        if WINDOWS.contains(&lag) {
            largest = largest.max(sum / (lag as f64).sqrt());
        }
    }
    largest * (n as f64).sqrt()
}
