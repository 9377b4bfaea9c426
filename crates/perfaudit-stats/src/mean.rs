//! Bootstrap interval of the mean.

use crate::effective::EffectiveSize;
use crate::probability::{Interval, Level};
use crate::random::Draws;
use crate::sample::Sample;

/// Fewer values say too little about the tails of a mean.
const LEAST_LENGTH: usize = 10;

/// (RESAMPLES + 1) (1 - level) / 2 is a whole number for the usual levels, as an exact bootstrap quantile
/// needs.
const RESAMPLES: usize = 1_999;

/// Resampling blocks means little with fewer of them.
const LEAST_BLOCKS: usize = 8;

/// Relative size of what rounding leaves of a 0.
const NEGLIGIBLE: f64 = 1e-12;

/// The bootstrap interval of the mean: studentised (bootstrap-t), equal-tailed, 1,999 resamples.
///
/// Davison and Hinkley, "Bootstrap Methods and their Application" (1997), section 5.2.1. It follows the skew
/// of the sample, where an interval that is symmetric around the mean does not; it is not a cure for tails so
/// heavy that the variance is infinite, where no interval of the mean covers at its level.
///
/// When `effective` is below the length of the sample, circular moving blocks of 2 n / `effective` values (at
/// most n / 8) are drawn instead of single values, each resample is studentised by the spread of its own
/// blocks, and the standard error is the larger of the blocks' and sd / sqrt(`effective`).
///
/// `None` below 10 values, for a level above 0.999 (1,999 resamples do not reach further), and when so many
/// values are equal that the resamples give no finite bound.
pub fn mean_interval(sample: &Sample, level: Level, effective: EffectiveSize, seed: u64) -> Option<Interval> {
    let n = sample.len();
    let std_dev = sample.std_dev()?;
    let rank = ((RESAMPLES + 1) as f64 * level.tail()).round() as usize;
    if n < LEAST_LENGTH || rank == 0 {
        return None;
    }
    let mean = sample.mean();
    if sample.min() == sample.max() {
        return Some(Interval { lower: mean, upper: mean });
    }
    let worth = effective.get().clamp(1.0, n as f64);
    let length = block_length(n, worth);
    let blocks = centred_block_means(sample.in_order(), mean, length);
    let drawn = n / length;

    let variance = blocks.iter().map(|block| block * block).sum::<f64>() / n as f64;
    let error = (variance / (drawn - 1) as f64).sqrt().max(std_dev / worth.sqrt());

    let mut ratios = studentised_means(&blocks, drawn, NEGLIGIBLE * std_dev, seed);
    ratios.sort_unstable_by(f64::total_cmp);
    let interval =
        Interval { lower: mean - ratios[RESAMPLES - rank] * error, upper: mean - ratios[rank - 1] * error };
    (interval.lower.is_finite() && interval.upper.is_finite()).then_some(interval)
}

/// Twice the integrated autocorrelation time, close to the length that estimates the variance of the mean
/// best for a first-order process of a hundred values (Politis and White, 2004: 8 at a correlation of 0.6).
fn block_length(n: usize, effective: f64) -> usize {
    let time = n as f64 / effective;
    if time <= 1.0 { 1 } else { ((2.0 * time).ceil() as usize).min(n / LEAST_BLOCKS).max(1) }
}

/// For each value, the mean of the `length` values that start there, around the end if need be, less the mean
/// of all.
fn centred_block_means(values: &[f64], mean: f64, length: usize) -> Vec<f64> {
    let n = values.len();
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let block = |start: usize| (start..start + length).map(|index| centred[index % n]).sum::<f64>();
    (0..n).map(|start| block(start) / length as f64).collect()
}

/// For each resample of `drawn` blocks, the mean divided by its own standard error: infinite when all blocks
/// drawn are equal, 0 when they are equal to the mean. What is `negligible` is the rounding of a 0.
fn studentised_means(blocks: &[f64], drawn: usize, negligible: f64, seed: u64) -> Vec<f64> {
    let mut draws = Draws::new(seed);
    let count = drawn as f64;
    let ratio = |_| {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..drawn {
            let block = blocks[draws.index(blocks.len())];
            sum += block;
            squares += block * block;
        }
        let mean = sum / count;
        let variance = squares / count - mean * mean;
        if mean.abs() <= negligible {
            0.0
        } else if variance <= NEGLIGIBLE * (squares / count) {
            mean.signum() * f64::INFINITY
        } else {
            mean / (variance / (count - 1.0)).sqrt()
        }
    };
    (0..RESAMPLES).map(ratio).collect()
}
