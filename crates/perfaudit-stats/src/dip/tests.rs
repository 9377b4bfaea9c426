//! The dip against its definition, solved the slow way, and against published values.

use super::*;
use proptest::prelude::*;

/// A band around an empirical distribution, seen from the side on which the distribution inside it is convex.
struct Side {
    at: Vec<f64>,
    /// Least and greatest height at each value: the distribution just after it less the width of the band,
    /// and just before it plus the width.
    floor: Vec<f64>,
    ceiling: Vec<f64>,
}

impl Side {
    fn of(sorted: &[f64], width: f64) -> Self {
        let n = sorted.len() as f64;
        let height = |index: usize| index as f64 / n;
        let indices = 0..sorted.len();
        Self {
            at: sorted.to_vec(),
            floor: indices.clone().map(|index| height(index + 1) - width).collect(),
            ceiling: indices.map(|index| height(index) + width).collect(),
        }
    }

    /// Whether a convex increasing function passes between floor and ceiling at the first `count` values: no
    /// floor may lie above a chord of two ceilings, nor above a ceiling further right.
    fn is_passable(&self, count: usize) -> bool {
        (0..count).all(|k| {
            (0..=k).all(|j| {
                self.floor[j] <= self.ceiling[k]
                    && (0..j)
                        .all(|i| self.floor[j] <= line(self, i, (self.at[k], self.ceiling[k]), self.at[j]))
            })
        })
    }

    /// How low such a function can be at `to`, beyond the first `count` values: above each line from a
    /// ceiling through a later floor, and above each floor.
    fn lowest(&self, count: usize, to: f64) -> f64 {
        let through = |i: usize, j: usize| line(self, i, (self.at[j], self.floor[j]), to);
        (0..count)
            .flat_map(|j| (0..j).map(move |i| (i, j)).map(move |(i, j)| through(i, j)).chain([self.floor[j]]))
            .fold(f64::NEG_INFINITY, f64::max)
    }
}

/// The line from ceiling `i` through a point, at `to`.
fn line(side: &Side, i: usize, (x, y): (f64, f64), to: f64) -> f64 {
    side.ceiling[i] + (y - side.ceiling[i]) * (to - side.at[i]) / (x - side.at[i])
}

/// Whether some unimodal distribution stays within `width` of the empirical one: for some mode, a convex part
/// to the left and a concave one to the right (the mirror image of a convex one) that meet there, or leave
/// room for a jump up.
fn is_within(sorted: &[f64], width: f64) -> bool {
    let n = sorted.len();
    let mirrored: Vec<f64> = sorted.iter().rev().map(|value| -value).collect();
    let (left, right) = (Side::of(sorted, width), Side::of(&mirrored, width));
    let height = |index: usize| index as f64 / n as f64;
    // By how much the heights at the mode contradict each other, with `before` values left and `after` values
    // right.
    let conflict = |before: usize, after: usize, mode: f64| {
        let low = left.lowest(before, mode).max(height(before) - width);
        let high = (1.0 - right.lowest(after, -mode)).min(height(n - after) + width);
        (low - high).max(low - height(before) - width).max(height(n - after) - width - high)
    };
    let passable = |before: usize, after: usize| left.is_passable(before) && right.is_passable(after);
    let at_a_value = (0..n).any(|k| passable(k, n - 1 - k) && conflict(k, n - 1 - k, sorted[k]) <= 0.0);
    at_a_value
        || (1..n).any(|k| {
            // Convex in the mode, so thirds close in on its least value.
            let (mut low, mut high) = (sorted[k - 1], sorted[k]);
            passable(k, n - k)
                && (0..40).any(|_| {
                    let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                    let (at_a, at_b) = (conflict(k, n - k, a), conflict(k, n - k, b));
                    if at_a < at_b {
                        high = b;
                    } else {
                        low = a;
                    }
                    at_a.min(at_b) <= 0.0
                })
        })
}

fn by_definition(sorted: &[f64]) -> f64 {
    let (mut low, mut high) = (0.0, 0.5);
    for _ in 0..26 {
        let middle = (low + high) / 2.0;
        if is_within(sorted, middle) { high = middle } else { low = middle }
    }
    high
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_dip_is_the_distance_to_the_closest_unimodal_distribution(
        values in prop::collection::btree_set(0..1_000_u32, 2..9),
        power in 0..3,
    ) {
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value).powi(power + 1)).collect();
        let (found, expected) = (distance_to_unimodal(&values), by_definition(&values));
        prop_assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn the_dip_does_not_depend_on_scale_shift_or_direction(
        values in prop::collection::vec(-100.0..100.0_f64, 1..200), factor in 0.1..10.0_f64, shift in -10.0..10.0_f64,
    ) {
        let dip = |values: Vec<f64>| distance_to_unimodal(Sample::new(values).unwrap().sorted());
        let plain = dip(values.clone());
        prop_assert!((plain - dip(values.iter().map(|value| value * factor + shift).collect())).abs() < 1e-9);
        prop_assert!((plain - dip(values.iter().map(|value| -value).collect())).abs() < 1e-9);
        let least = 1.0 / (2 * values.len()) as f64;
        prop_assert!(plain >= least - 1e-12 && plain <= least.max(0.25) + 1e-12);
    }
}

/// Ratings of 63 statistics departments, the example of Hartigan and Hartigan (1985), whose dip R's diptest
/// gives as 0.05952381 with ties left as they are.
const FACULTY: [u8; 63] = [
    30, 33, 35, 36, 37, 37, 39, 39, 39, 39, 39, 40, 40, 40, 40, 41, 42, 43, 43, 43, 44, 44, 45, 45, 46, 47,
    47, 48, 48, 48, 49, 50, 50, 51, 52, 52, 53, 53, 53, 53, 53, 54, 54, 57, 57, 59, 60, 60, 60, 61, 61, 61,
    61, 62, 62, 62, 62, 63, 66, 70, 72, 72, 72,
];

#[test]
fn the_published_dip_of_the_faculty_ratings_comes_out() {
    let ratings = FACULTY.map(f64::from);
    assert!((distance_to_unimodal(&ratings) - 0.059_523_81).abs() < 1e-8);
}

#[test]
fn published_implementations_agree_on_an_uneven_sequence() {
    // Squares of the fractional parts of multiples of the golden ratio; values of the diptest package for
    // Python.
    for (n, expected) in [(20, 0.031_085_144_945_008_45), (50, 0.016_268_524_618_360_73)] {
        let golden = |index: i32| (f64::from(index) * 0.618_033_988_749_894_9).fract().powi(2);
        let sample = Sample::new((1..=n).map(golden).collect()).unwrap();
        assert!((dip(&sample).statistic - expected).abs() < 1e-12);
    }
}

#[test]
fn spreading_ties_moves_no_value_by_more_than_half_a_tick() {
    let ratings = FACULTY.map(f64::from);
    let spread = ties_spread(&ratings);
    assert!(spread.is_sorted_by(|a, b| a < b));
    for (before, after) in ratings.iter().zip(&spread) {
        assert!((before - after).abs() < 0.5);
    }
}

#[test]
fn equal_values_have_the_least_dip() {
    let found = dip(&Sample::new(vec![4.0; 20]).unwrap());
    assert!((found.statistic - 1.0 / 40.0).abs() < 1e-12);
    assert_eq!(found.p_value_below, None);
}
