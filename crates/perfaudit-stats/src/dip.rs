//! Hartigan's dip test of unimodality.

use crate::dip_table::p_value_below;
use crate::sample::Sample;

/// The result of [`dip`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dip {
    /// The largest distance between the empirical distribution and the closest unimodal one, from 1/(2n) to
    /// 1/4.
    pub statistic: f64,
    /// The smallest of 0.05, 0.01 and 0.001 that the p-value is below; `None` when it is below none of them,
    /// and with fewer than 8 values.
    pub p_value_below: Option<f64>,
}

/// Hartigan's dip test: could the sample come from a distribution with one mode?
///
/// Hartigan and Hartigan, "The Dip Test of Unimodality" (1985). The p-value is that under the uniform
/// distribution, which the authors chose as the least favourable: for samples with a peak the test errs far
/// less often than it says.
///
/// The test is for continuous distributions, and a coarse clock would look like as many modes as it has
/// ticks. Equal values are therefore spread evenly over one tick, the least distance between two different
/// values of the sample.
pub fn dip(sample: &Sample) -> Dip {
    let n = sample.len();
    let statistic = distance_to_unimodal(&ties_spread(sample.sorted()));
    Dip { statistic, p_value_below: p_value_below(n, statistic) }
}

/// The sorted values, with equal ones spread evenly over the least distance between two different ones.
fn ties_spread(sorted: &[f64]) -> Vec<f64> {
    let gaps = sorted.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 0.0);
    let tick = gaps.fold(f64::INFINITY, f64::min);
    // All values are equal: nothing to tell a mode by, and nothing to spread over.
    let tick = if tick.is_finite() { tick } else { 1.0 };
    let mut spread = Vec::with_capacity(sorted.len());
    for tied in sorted.chunk_by(|a, b| a == b) {
        let count = tied.len() as f64;
        // The offset is rounded on its own, so that no value passes its neighbour even where a tick is one
        // rounding.
        spread.extend((0..tied.len()).map(|index| tied[0] + tick * ((index as f64 + 0.5) / count - 0.5)));
    }
    spread
}

/// A step of the empirical distribution, in numbers of values.
#[derive(Clone, Copy)]
struct Step {
    at: f64,
    /// Values below `at`.
    below: f64,
    /// Values up to and including `at`.
    upto: f64,
}

/// The dip of sorted values.
///
/// The authors' algorithm: the best unimodal distribution is convex up to its modal interval and concave
/// beyond. Start with the whole range as modal interval; where the greatest convex minorant and the least
/// concave majorant of the empirical distribution are furthest apart, the modal interval cannot reach beyond;
/// shrink it there, and keep the largest distance that the parts cut off have from their minorant or
/// majorant, until the next shrinking would gain nothing.
pub(crate) fn distance_to_unimodal(sorted: &[f64]) -> f64 {
    let steps = steps(sorted);
    let (mut low, mut high) = (0, steps.len() - 1);
    let mut dip = 1.0_f64;
    loop {
        let minorant = hull(&steps, low, high, |step| step.below, |turn| turn <= 0.0);
        let majorant = hull(&steps, low, high, |step| step.upto, |turn| turn >= 0.0);
        let widest = widest_gap(&steps, &minorant, &majorant);
        if widest.width <= dip {
            break;
        }
        for segment in minorant.windows(2).filter(|segment| segment[1] <= widest.low) {
            for step in &steps[segment[0]..=segment[1]] {
                dip = dip.max(step.upto - chord(&steps, segment, |step| step.below, step.at));
            }
        }
        for segment in majorant.windows(2).filter(|segment| segment[0] >= widest.high) {
            for step in &steps[segment[0]..=segment[1]] {
                dip = dip.max(chord(&steps, segment, |step| step.upto, step.at) - step.below);
            }
        }
        if (widest.low, widest.high) == (low, high) {
            break;
        }
        (low, high) = (widest.low, widest.high);
    }
    dip / (2 * sorted.len()) as f64
}

fn steps(sorted: &[f64]) -> Vec<Step> {
    let mut below = 0;
    let mut steps = Vec::with_capacity(sorted.len());
    for tied in sorted.chunk_by(|a, b| a == b) {
        let upto = below + tied.len();
        steps.push(Step { at: tied[0], below: below as f64, upto: upto as f64 });
        below = upto;
    }
    steps
}

/// Indices of the corners of the hull of the steps `low..=high` by their `height`; `drops` says of the turn
/// at a corner (negative for a turn to the right) that the corner is none.
fn hull(
    steps: &[Step],
    low: usize,
    high: usize,
    height: impl Fn(&Step) -> f64,
    drops: impl Fn(f64) -> bool,
) -> Vec<usize> {
    let mut corners: Vec<usize> = Vec::new();
    for index in low..=high {
        while let [.., a, b] = corners[..] {
            let (a, b, c) = (&steps[a], &steps[b], &steps[index]);
            let turn = (b.at - a.at) * (height(c) - height(a)) - (c.at - a.at) * (height(b) - height(a));
            if !drops(turn) {
                break;
            }
            corners.pop();
        }
        corners.push(index);
    }
    corners
}

/// The height at `at` of the line through two corners of a hull.
fn chord(steps: &[Step], corners: &[usize], height: impl Fn(&Step) -> f64, at: f64) -> f64 {
    let (a, b) = (&steps[corners[0]], &steps[corners[1]]);
    height(a) + (height(b) - height(a)) * ((at - a.at) / (b.at - a.at))
}

/// Where minorant and majorant are furthest apart, and the modal interval that follows.
struct Gap {
    width: f64,
    low: usize,
    high: usize,
}

/// The difference of two piecewise linear functions is largest at a corner of one of them.
fn widest_gap(steps: &[Step], minorant: &[usize], majorant: &[usize]) -> Gap {
    let mut widest = Gap { width: f64::NEG_INFINITY, low: minorant[0], high: minorant[minorant.len() - 1] };
    let mut segment = 0;
    for &corner in minorant {
        while segment + 2 < majorant.len() && majorant[segment + 1] < corner {
            segment += 1;
        }
        let Some(above) = majorant.get(segment..segment + 2) else { continue };
        let width = chord(steps, above, |step| step.upto, steps[corner].at) - steps[corner].below;
        if width > widest.width {
            let high = if above[0] == corner { corner } else { above[1] };
            widest = Gap { width, low: corner, high };
        }
    }
    segment = 0;
    for &corner in majorant {
        while segment + 2 < minorant.len() && minorant[segment + 1] < corner {
            segment += 1;
        }
        let Some(below) = minorant.get(segment..segment + 2) else { continue };
        let width = steps[corner].upto - chord(steps, below, |step| step.below, steps[corner].at);
        if width > widest.width {
            let low = if below[1] == corner { corner } else { below[0] };
            widest = Gap { width, low, high: corner };
        }
    }
    widest
}

#[cfg(test)]
mod tests;
