//! When a quantity is called flat, and when it is said to grow.

use perfaudit_stats::{Growth, GrowthPoint, Interval, growth};
use proptest::prelude::*;

/// A value with an interval of a relative width to either side.
fn point(parameter: f64, value: f64, width: f64) -> GrowthPoint {
    let interval = Interval { lower: value * (1.0 - width), upper: value * (1.0 + width) };
    GrowthPoint { parameter, value, interval }
}

fn curve(law: impl Fn(f64) -> f64, parameters: &[f64], width: f64) -> Vec<GrowthPoint> {
    parameters.iter().map(|&parameter| point(parameter, law(parameter), width)).collect()
}

#[test]
fn a_constant_is_flat_and_a_line_grows() {
    let parameters = [64.0, 256.0, 1024.0];
    let flat = growth(&curve(|_| 5.0, &parameters, 0.02));
    assert_eq!(flat, Growth::Flat { parameter_ratio: 16.0, value_ratio: 1.0 });
    assert_eq!(growth(&curve(|n| n, &parameters, 0.02)), Growth::Grows { ratio: 16.0 });
}

#[test]
fn a_logarithm_grows() {
    assert!(matches!(growth(&curve(f64::ln, &[1_000.0, 4_000.0], 0.005)), Growth::Grows { .. }));
}

#[test]
fn a_narrow_range_of_the_parameter_decides_nothing() {
    assert_eq!(growth(&curve(|_| 5.0, &[100.0, 399.0], 0.01)), Growth::Undecided);
    assert_eq!(growth(&curve(|n| n, &[100.0, 399.0], 0.01)), Growth::Undecided);
    assert_eq!(growth(&[point(1.0, 1.0, 0.0)]), Growth::Undecided);
    assert_eq!(growth(&[]), Growth::Undecided);
}

#[test]
fn wide_intervals_decide_nothing() {
    assert_eq!(growth(&curve(|_| 5.0, &[1.0, 4.0], 0.2)), Growth::Undecided);
}

#[test]
fn a_noisy_constant_over_a_wide_range_is_flat() {
    let noisy = [point(1000.0, 2.76, 0.04), point(4000.0, 2.69, 0.01), point(16000.0, 2.84, 0.24)];
    assert!(matches!(growth(&noisy), Growth::Flat { .. }));
}

#[test]
fn a_falling_or_bulging_quantity_is_not_flat() {
    assert_eq!(growth(&curve(|n| 1.0 / n, &[1.0, 4.0], 0.01)), Growth::Undecided);
    let bulge = [point(1.0, 5.0, 0.01), point(2.0, 9.0, 0.01), point(4.0, 5.0, 0.01)];
    assert_eq!(growth(&bulge), Growth::Undecided);
}

#[test]
fn values_that_are_no_measurement_decide_nothing() {
    let good = point(1.0, 5.0, 0.01);
    let outside = GrowthPoint { value: 9.0, ..point(100.0, 5.0, 0.01) };
    for bad in [point(100.0, 0.0, 0.0), point(100.0, f64::NAN, 0.0), point(-1.0, 5.0, 0.01), outside] {
        assert_eq!(growth(&[good, bad]), Growth::Undecided);
    }
}

proptest! {
    #[test]
    fn the_order_of_the_points_does_not_matter(
        points in prop::collection::vec((1..64_u32, 1.0..3.0_f64, 0.0..0.2_f64), 0..8),
    ) {
        let points: Vec<_> = points.into_iter().map(|(n, value, width)| point(f64::from(n), value, width)).collect();
        let verdict = std::mem::discriminant(&growth(&points));
        let reversed: Vec<_> = points.into_iter().rev().collect();
        prop_assert_eq!(std::mem::discriminant(&growth(&reversed)), verdict);
    }

    #[test]
    fn a_verdict_agrees_with_every_pair_of_true_values_inside_the_intervals(
        first in 1.0..10.0_f64, last in 1.0..30.0_f64, width in 0.0..0.3_f64, range in 4.0..1e4_f64,
    ) {
        let points = [point(1.0, first, width), point(range, last, width)];
        let limit = range.powf(0.1);
        let ratios = [-1.0, 1.0].map(|sign: f64| last * (1.0 + sign * width) / (first * (1.0 - sign * width)));
        let grows = ratios[0] > limit;
        let room = range.powf(0.25);
        let spread = first.max(last) * (1.0 + width) / (first.min(last) * (1.0 - width));
        let flat = first.max(last) / first.min(last) < limit && spread < room;
        match growth(&points) {
            Growth::Flat { .. } => prop_assert!(flat),
            Growth::Grows { ratio } => prop_assert!(grows && !flat && ratio > limit),
            Growth::Undecided => prop_assert!(!grows && !flat),
        }
    }
}
