//! Every estimator against the plainest way to compute it.

use perfaudit_stats::{
    EffectiveSize, Level, Probability, QuantileEstimate, Sample, SampleError, dip, drift, effective_size,
    least_sample_size, mean_interval, modes, quantile, quantile_estimate, slope_through_origin,
};
use proptest::prelude::*;

fn values(least: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![-1e6..1e6_f64, (-4..4_i32).prop_map(f64::from)], least..60)
}

fn probability() -> impl Strategy<Value = Probability> {
    (0.001..0.999_f64).prop_map(|p| Probability::new(p).expect("inside"))
}

fn level() -> impl Strategy<Value = Level> {
    (0.8..0.999_f64).prop_map(|level| Level::new(level).expect("inside"))
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * scale.abs().max(1.0)
}

/// The value below which `rank` - 1 others lie, by counting.
fn by_rank(values: &[f64], rank: usize) -> f64 {
    let below = |value: f64| values.iter().filter(|other| **other < value).count();
    let upto = |value: f64| values.iter().filter(|other| **other <= value).count();
    *values.iter().find(|value| below(**value) < rank && rank <= upto(**value)).expect("a rank of the list")
}

proptest! {
    #[test]
    fn a_quantile_interpolates_between_the_values_of_neighbouring_ranks(values in values(1), p in probability()) {
        let position = (values.len() - 1) as f64 * p.get();
        let (low, high) = (by_rank(&values, position.floor() as usize + 1), by_rank(&values, position.ceil() as usize + 1));
        let expected = low * (1.0 - position.fract()) + high * position.fract();
        let found = quantile(&Sample::new(values).unwrap(), p);
        prop_assert!(close(found, expected, 1e6), "{found} {expected}");
    }

    #[test]
    fn the_deviations_follow_from_their_definitions(values in values(2)) {
        let sample = Sample::new(values.clone()).unwrap();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        prop_assert!(close(sample.mean(), mean, 1e6));
        // Half the mean square of the distance between two values is their variance.
        let pairs = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).powi(2)));
        let variance = pairs.sum::<f64>() / (2.0 * n * (n - 1.0));
        prop_assert!(close(sample.std_dev().unwrap(), variance.sqrt(), 1e6));
        let middle = |values: &[f64]| {
            (by_rank(values, values.len().div_ceil(2)) + by_rank(values, values.len() / 2 + 1)) / 2.0
        };
        let median = middle(&values);
        let distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
        prop_assert!(close(sample.median(), median, 1e6));
        prop_assert!(close(sample.median_abs_dev(), 1.4826 * middle(&distances), 1e6));
    }

    #[test]
    fn a_sample_keeps_its_order_beside_the_sorted_values(values in values(1)) {
        let sample = Sample::new(values.clone()).unwrap();
        prop_assert_eq!(sample.in_order(), &values[..]);
        prop_assert!(sample.sorted().is_sorted());
        for value in &values {
            let count = |list: &[f64]| list.iter().filter(|other| *other == value).count();
            prop_assert_eq!(count(sample.sorted()), count(&values));
        }
        prop_assert_eq!((sample.min(), sample.max()), (by_rank(&values, 1), by_rank(&values, values.len())));
    }

    #[test]
    fn an_interval_exists_exactly_from_the_least_sample_size_on(p in 0.02..0.98_f64, level in level()) {
        let p = Probability::new(p).unwrap();
        let needed = least_sample_size(p, level);
        let estimate = |n: usize| {
            let sample = Sample::new((0..n).map(|index| index as f64).collect()).unwrap();
            quantile_estimate(&sample, p, level, EffectiveSize::all(n))
        };
        let is_estimated = |estimate| matches!(estimate, QuantileEstimate::Estimated { .. });
        prop_assert!(is_estimated(estimate(needed)));
        prop_assert_eq!(estimate(needed - 1), QuantileEstimate::NotEstimable { needed, have: needed - 1 });
    }

    #[test]
    fn an_interval_holds_its_estimate_and_reaches_its_level(
        values in values(30), p in 0.1..0.9_f64, level in level(), worth in 1..60_usize,
    ) {
        let sample = Sample::new(values).unwrap();
        let p = Probability::new(p).unwrap();
        match quantile_estimate(&sample, p, level, EffectiveSize::all(worth)) {
            QuantileEstimate::Estimated { value, interval, achieved_level } => {
                prop_assert!(interval.contains(value), "{value} {interval:?}");
                prop_assert!(achieved_level >= level.get() - 1e-9);
                prop_assert!(sample.sorted().contains(&interval.lower) && sample.sorted().contains(&interval.upper));
            }
            QuantileEstimate::NotEstimable { needed, have } => prop_assert!(have < needed && have <= worth),
        }
    }

    #[test]
    fn fewer_independent_values_cut_off_no_more_than_their_own_tail(n in 50..400_usize, share in 0.1..1.0_f64) {
        let level = Level::P95;
        let worth = ((n as f64 * share) as usize).max(6);
        let bounds = |n: usize, worth: usize| {
            let sample = Sample::new((1..=n).map(|rank| rank as f64).collect()).unwrap();
            match quantile_estimate(&sample, Probability::MEDIAN, level, EffectiveSize::all(worth)) {
                QuantileEstimate::Estimated { interval, .. } => interval,
                QuantileEstimate::NotEstimable { .. } => unreachable!("6 values are enough for a median"),
            }
        };
        let (own, mapped) = (bounds(worth, worth), bounds(n, worth));
        // Shares of values below the lower and up to the upper bound: mapped outwards, by less than one
        // value.
        let scale = n as f64 / worth as f64;
        let below = (own.lower - 1.0) * scale - (mapped.lower - 1.0);
        let above = mapped.upper - own.upper * scale;
        prop_assert!((-1e-9..1.0).contains(&below) && (-1e-9..1.0).contains(&above), "{own:?} {mapped:?}");
    }

    #[test]
    fn the_slope_leaves_residuals_at_right_angles_to_the_iterations(
        points in prop::collection::vec((1.0..1e4_f64, 0.0..1e6_f64), 1..50),
    ) {
        let (iterations, times): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        let slope = slope_through_origin(&iterations, &times).unwrap();
        let products = || iterations.iter().zip(&times).map(|(x, y)| (x * (y - slope * x), x * y));
        let residual: f64 = products().map(|(residual, _)| residual).sum();
        let scale: f64 = products().map(|(_, product)| product).sum();
        prop_assert!(residual.abs() <= 1e-9 * scale.max(1.0));
    }

    #[test]
    fn an_effective_size_lies_between_one_and_the_length(values in values(1)) {
        let sample = Sample::new(values).unwrap();
        let size = effective_size(&sample).get();
        prop_assert!((1.0..=sample.len() as f64).contains(&size));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_mean_interval_follows_shift_and_scale(
        values in prop::collection::vec(-1e6..1e6_f64, 10..40), factor in 0.5..20.0_f64, shift in -1e3..1e3_f64,
    ) {
        let moved: Vec<f64> = values.iter().map(|value| value * factor + shift).collect();
        let interval = |values: Vec<f64>| {
            let n = values.len();
            mean_interval(&Sample::new(values).unwrap(), Level::P95, EffectiveSize::all(n), 7)
        };
        let (plain, moved) = (interval(values).unwrap(), interval(moved).unwrap());
        let scale = 1e3 * factor * (plain.upper - plain.lower);
        prop_assert!(close(moved.lower, plain.lower * factor + shift, scale));
        prop_assert!(close(moved.upper, plain.upper * factor + shift, scale));
    }

    #[test]
    fn no_finite_values_make_anything_panic(
        values in prop::collection::vec(prop_oneof![
            prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
            prop::sample::select(vec![f64::MAX, f64::MIN, 0.0, 1.0, 1.0 + f64::EPSILON]),
        ], 1..90),
    ) {
        let sample = Sample::new(values).unwrap();
        let size = effective_size(&sample);
        for p in [Probability::MEDIAN, Probability::P95, Probability::P99] {
            prop_assert!(quantile(&sample, p).is_finite());
            quantile_estimate(&sample, p, Level::P95, size);
        }
        if let Some(interval) = mean_interval(&sample, Level::P95, size, 1) {
            prop_assert!(interval.lower <= interval.upper && interval.upper.is_finite());
        }
        let statistic = dip(&sample).statistic;
        prop_assert!(statistic > 0.0 && statistic <= 0.5, "{statistic}");
        modes(&sample, 0.1);
        drift(&sample, 1);
        slope_through_origin(sample.sorted(), sample.in_order());
    }
}

#[test]
fn a_two_sided_interval_for_p99_needs_368_samples() {
    let needed = |p| least_sample_size(p, Level::P95);
    assert_eq!([Probability::MEDIAN, Probability::P95, Probability::P99].map(needed), [6, 72, 368]);
}

#[test]
fn an_extreme_probability_needs_more_samples_than_anyone_has_and_says_so() {
    let p = Probability::new(1e-300).unwrap();
    let sample = Sample::new(vec![1.0, 2.0]).unwrap();
    let needed = least_sample_size(p, Level::P95);
    assert_eq!(
        quantile_estimate(&sample, p, Level::P95, EffectiveSize::all(2)),
        QuantileEstimate::NotEstimable { needed, have: 2 }
    );
    assert!(needed > 1_000_000_000_000);
}

#[test]
fn a_sample_refuses_nothing_and_what_is_not_a_number() {
    assert_eq!(Sample::new(vec![]), Err(SampleError::Empty));
    assert_eq!(Sample::new(vec![1.0, f64::NAN]), Err(SampleError::NotFinite { index: 1 }));
    assert_eq!(Sample::new(vec![f64::INFINITY, 1.0]), Err(SampleError::NotFinite { index: 0 }));
}

#[test]
fn a_single_value_has_no_standard_deviation() {
    let sample = Sample::new(vec![3.0]).unwrap();
    assert_eq!((sample.std_dev(), sample.median(), sample.mean(), sample.len()), (None, 3.0, 3.0, 1));
}

#[test]
fn probabilities_and_levels_exclude_their_ends() {
    for outside in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
        assert_eq!((Probability::new(outside), Level::new(outside)), (None, None));
    }
}

#[test]
fn no_slope_comes_from_lists_that_do_not_match_or_hold_no_iterations() {
    assert_eq!(slope_through_origin(&[], &[]), None);
    assert_eq!(slope_through_origin(&[1.0], &[1.0, 2.0]), None);
    assert_eq!(slope_through_origin(&[0.0, 0.0], &[1.0, 2.0]), None);
    assert_eq!(slope_through_origin(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), Some(2.0));
}

#[test]
fn a_mean_of_nine_values_has_no_interval() {
    let interval = |n: usize, level| {
        let sample = Sample::new((0..n).map(|index| index as f64).collect()).unwrap();
        mean_interval(&sample, level, EffectiveSize::all(n), 1)
    };
    assert_eq!(interval(9, Level::P95), None);
    assert!(interval(10, Level::P95).unwrap().contains(4.5));
    assert_eq!(interval(100, Level::new(0.9999).unwrap()), None, "the resamples do not reach that far");
}

#[test]
fn one_value_that_differs_from_all_others_leaves_the_mean_unbounded() {
    let mut values = vec![1.0; 20];
    assert_eq!(mean_at_95(&values).map(|interval| (interval.lower, interval.upper)), Some((1.0, 1.0)));
    values.push(2.0);
    assert_eq!(mean_at_95(&values), None);
}

fn mean_at_95(values: &[f64]) -> Option<perfaudit_stats::Interval> {
    mean_interval(
        &Sample::new(values.to_vec()).expect("finite values"),
        Level::P95,
        EffectiveSize::all(values.len()),
        1,
    )
}

#[test]
fn the_same_seed_gives_the_same_mean_interval_and_another_seed_another() {
    let values: Vec<f64> = (0..30).map(|index| f64::from(index * index)).collect();
    let sample = Sample::new(values).unwrap();
    let interval = |seed| mean_interval(&sample, Level::P95, EffectiveSize::all(30), seed).unwrap();
    assert_eq!(interval(1), interval(1));
    assert_ne!(interval(1), interval(2));
}
