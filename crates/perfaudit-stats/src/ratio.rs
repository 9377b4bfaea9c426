//! How two quantities that were measured in turns relate.

use crate::probability::{Interval, Level};
use crate::random::Draws;
use crate::sample::Sample;

/// Fewer rounds give intervals that are too narrow.
const LEAST_ROUNDS: usize = 10;

/// (RESAMPLES + 1) (1 - level) / 2 is a whole number for the usual levels, as an exact bootstrap quantile needs.
const RESAMPLES: usize = 1_999;

/// The ratio of two medians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MedianRatio {
    /// The median of the numerator over that of the denominator.
    pub value: f64,
    /// The interval; none below 10 rounds, and for a level above 0.999.
    pub interval: Option<Interval>,
    /// How many rounds were resampled.
    pub rounds: usize,
}

/// The ratio of the medians of two samples of positive values that were measured in turns, with a bootstrap interval
/// over rounds: percentile method, 1,999 resamples (Davison and Hinkley, 1997, section 5.3.1).
///
/// A round holds what was measured at about the same time: one value of the smaller sample, and the values of the
/// larger one that fall to the same share of it. Rounds are drawn whole, so that what slows both alike is in both
/// medians of a resample and drops out of their ratio.
///
/// `None` where a value is not positive.
#[must_use]
pub fn median_ratio(
    numerator: &Sample,
    denominator: &Sample,
    level: Level,
    seed: u64,
) -> Option<MedianRatio> {
    if numerator.min() <= 0.0 || denominator.min() <= 0.0 {
        return None;
    }
    let value = numerator.median() / denominator.median();
    let rounds = numerator.len().min(denominator.len());
    let rank = ((RESAMPLES + 1) as f64 * level.tail()).round() as usize;
    if rounds < LEAST_ROUNDS || rank == 0 {
        return Some(MedianRatio { value, interval: None, rounds });
    }
    let mut draws = Draws::new(seed);
    let (mut above, mut below) = (Vec::new(), Vec::new());
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            above.clear();
            below.clear();
            for _ in 0..rounds {
                let round = draws.index(rounds);
                above.extend_from_slice(of_round(numerator.in_order(), round, rounds));
                below.extend_from_slice(of_round(denominator.in_order(), round, rounds));
            }
            median(&mut above) / median(&mut below)
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let interval =
        Interval { lower: ratios[rank - 1].min(value), upper: ratios[RESAMPLES - rank].max(value) };
    Some(MedianRatio { value, interval: Some(interval), rounds })
}

/// The values that belong to a round: those of its share of the sample.
fn of_round(values: &[f64], round: usize, rounds: usize) -> &[f64] {
    &values[round * values.len() / rounds..(round + 1) * values.len() / rounds]
}

/// The median; puts the values into another order.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if is_even => f64::midpoint(lower, upper),
        _ => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn what_slows_both_alike_drops_out_of_the_ratio() {
        // Both become ten times slower on the way, and one is always twice the other.
        let slow: Vec<f64> = (0..40).map(|round| 10.0 + f64::from(round) * 2.25).collect();
        let twice: Vec<f64> = slow.iter().map(|value| 2.0 * value).collect();
        let ratio = median_ratio(&sample(&twice), &sample(&slow), Level::P95, 1).unwrap();
        let interval = ratio.interval.unwrap();
        assert!((interval.lower - 2.0).abs() < 1e-9 && (interval.upper - 2.0).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn few_rounds_have_no_interval_and_times_of_zero_no_ratio() {
        let few = median_ratio(&sample(&[2.0; 9]), &sample(&[1.0; 100]), Level::P95, 1).unwrap();
        assert_eq!(few, MedianRatio { value: 2.0, interval: None, rounds: 9 });
        assert_eq!(median_ratio(&sample(&[1.0]), &sample(&[0.0]), Level::P95, 1), None);
    }

    proptest! {
        #[test]
        fn rounds_hold_every_value_once(n in 1_usize..60, more in 0_usize..200) {
            let values: Vec<f64> = (0..n + more).map(|value| value as f64).collect();
            let all: Vec<f64> = (0..n).flat_map(|round| of_round(&values, round, n).to_vec()).collect();
            prop_assert_eq!(all, values);
        }

        #[test]
        fn the_median_of_a_resample_is_that_of_a_sample(values in prop::collection::vec(0.0..1e9_f64, 1..40)) {
            let expected = sample(&values).median();
            let found = median(&mut values.clone());
            prop_assert!((found - expected).abs() <= 1e-9 * expected.max(1.0));
        }
    }
}
