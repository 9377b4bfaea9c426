//! Two modes: where they are and how the values divide between them.

use crate::dip::dip;
use crate::probability::Probability;
use crate::quantile::{interpolate, quantile};
use crate::sample::Sample;

/// One of two modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// The median of its values, in the unit of the sample.
    pub centre: f64,
    /// The share of all values that belong to it, between 0 and 1.
    pub share: f64,
}

/// Two modes of a sample; their shares add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modes {
    /// The mode with the smaller centre.
    pub lower: Mode,
    /// The mode with the larger centre.
    pub upper: Mode,
}

/// The p-value the dip test has to stay below.
const SIGNIFICANT: f64 = 0.01;

/// A smaller group is a few outliers, not a mode.
const LEAST_SHARE: f64 = 0.05;

/// The two modes of a sample, or `None` when it has one.
///
/// `None` when the dip test does not reject one mode at 0.01, when a mode would hold less than 5 % of the
/// values, or when the distance between the centres is less than `least_separation` times the lower one (in
/// absolute value).
///
/// The values are divided where the sum of the distances to the medians of both parts is least, with
/// everything beyond the 5th and the 95th percentile counted as lying there, so that outliers are not taken
/// for a mode. More than two modes are divided into two groups.
pub fn modes(sample: &Sample, least_separation: f64) -> Option<Modes> {
    if dip(sample).p_value_below.is_none_or(|p| p > SIGNIFICANT) {
        return None;
    }
    let (lower, upper) = sample.sorted().split_at(best_split(sample)?);
    let mode = |values: &[f64]| Mode {
        centre: interpolate(values, Probability::MEDIAN),
        share: values.len() as f64 / sample.len() as f64,
    };
    let modes = Modes { lower: mode(lower), upper: mode(upper) };
    let separation = modes.upper.centre - modes.lower.centre;
    let apart = separation >= least_separation * modes.lower.centre.abs();
    (apart && modes.lower.share.min(modes.upper.share) >= LEAST_SHARE).then_some(modes)
}

/// How many of the sorted values belong to the lower group; never between equal values.
fn best_split(sample: &Sample) -> Option<usize> {
    let share = |value| Probability::new(value).map(|p| quantile(sample, p));
    let (floor, ceiling) = (share(LEAST_SHARE)?, share(1.0 - LEAST_SHARE)?);
    let sorted = sample.sorted();
    let clipped: Vec<f64> = sorted.iter().map(|value| value.clamp(floor, ceiling)).collect();
    let mut sums = vec![0.0];
    for value in &clipped {
        sums.push(sums[sums.len() - 1] + (value - floor));
    }
    // Upper half less lower half: the middle value of an odd number cancels out.
    let distances = |from: usize, to: usize| {
        let half = (to - from) / 2;
        (sums[to] - sums[to - half]) - (sums[from + half] - sums[from])
    };
    (1..sorted.len())
        .filter(|&split| sorted[split - 1] < sorted[split])
        .map(|split| (split, distances(0, split) + distances(split, sorted.len())))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(split, _)| split)
}
