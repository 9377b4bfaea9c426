//! The rule by which Criterion 0.8 prints "Performance has regressed" or "improved" (`analysis/compare.rs`, `report.rs`).

use crate::random::Random;

/// Criterion's default is 100,000; the answer hardly depends on it.
const RESAMPLES: usize = 4_000;
const SIGNIFICANCE: f64 = 0.05;
const CONFIDENCE: f64 = 0.95;
const NOISE: f64 = 0.01;

/// A t statistic against its distribution when both samples are drawn from their union, p < 0.05, and a 95 % bootstrap
/// interval of the relative difference of means that lies beyond 1 % on one side.
pub(crate) fn finds_change(base: &[f64], new: &[f64], seed: u64) -> bool {
    let mut random = Random::new(seed);
    let mut resample = |from: &[&[f64]], n: usize| -> Vec<f64> {
        let total: usize = from.iter().map(|part| part.len()).sum();
        let value =
            |index: usize| from[0].get(index).copied().unwrap_or_else(|| from[1][index - from[0].len()]);
        (0..n).map(|_| value(random.below(total))).collect()
    };
    let seen = t(new, base);
    let below = (0..RESAMPLES)
        .filter(|_| t(&resample(&[new, base], new.len()), &resample(&[new, base], base.len())) < seen)
        .count();
    let p = 2.0 * below.min(RESAMPLES - below) as f64 / RESAMPLES as f64;
    if p >= SIGNIFICANCE {
        return false;
    }
    let mut changes: Vec<f64> = (0..RESAMPLES)
        .map(|_| mean(&resample(&[new], new.len())) / mean(&resample(&[base], base.len())) - 1.0)
        .collect();
    changes.sort_unstable_by(f64::total_cmp);
    let quantile = |p: f64| changes[(p * (RESAMPLES - 1) as f64).round() as usize];
    let (lower, upper) = (quantile(0.5 * (1.0 - CONFIDENCE)), quantile(0.5 * (1.0 + CONFIDENCE)));
    lower > NOISE || upper < -NOISE
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn t(one: &[f64], other: &[f64]) -> f64 {
    let error = |values: &[f64]| {
        let mean = mean(values);
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        squares / (values.len() - 1) as f64 / values.len() as f64
    };
    (mean(one) - mean(other)) / (error(one) + error(other)).sqrt()
}
