//! What the order of the values tells: autocorrelation and drift.

use crate::support::{Shape, Source, count};
use perfaudit_stats::{Drift, Sample, drift, effective_size};

fn series(n: usize, mut value: impl FnMut(f64) -> f64) -> Sample {
    Sample::new((0..n).map(|index| value(index as f64 / n as f64)).collect()).expect("finite values")
}

#[test]
fn independent_values_keep_their_number_in_99_of_100_samples() {
    const REPEATS: usize = 200;
    for n in [30, 100] {
        let mut lost = 0;
        let mut source = Source::new(31 + n as u64);
        for shape in Shape::ALL {
            lost += count(REPEATS, || effective_size(&shape.sample(n, &mut source)).get() < n as f64);
        }
        // 10 expected of 1,000; fewer than 1 or more than 28 come by chance once in 20,000 times.
        assert!((1..=28).contains(&lost), "{n}: {lost}");
    }
}

/// A first-order process is worth n (1 - phi) / (1 + phi) of its values. Measured over 2,000 samples of 400:
/// 211, 102 and 47 on average, where theory has 215, 100 and 44.
#[test]
fn the_effective_size_of_an_autoregressive_process_is_close_to_theory() {
    for phi in [0.3, 0.6, 0.8] {
        let mut source = Source::new(32);
        let sizes: Vec<f64> = (0..20)
            .map(|_| {
                effective_size(&Sample::new(source.autoregressive(400, phi)).expect("finite values")).get()
            })
            .collect();
        let typical = Sample::new(sizes).unwrap().median();
        let theory = 400.0 * (1.0 - phi) / (1.0 + phi);
        assert!((0.75..1.35).contains(&(typical / theory)), "{phi}: {typical} {theory}");
    }
}

#[test]
fn alternating_values_are_worth_their_number_and_no_more() {
    let sample = Sample::new((0..100).map(|index| f64::from(index % 2)).collect()).expect("finite values");
    assert_eq!(effective_size(&sample).get(), 100.0);
}

#[test]
fn equal_values_keep_their_number_and_do_not_drift() {
    let sample = Sample::new(vec![2.5; 100]).unwrap();
    assert_eq!((effective_size(&sample).get(), drift(&sample, 1)), (100.0, Drift::None));
}

#[test]
fn a_long_autocorrelated_sample_is_worth_its_share() {
    let sample = Sample::new(Source::new(33).autoregressive(5_000, 0.6)).unwrap();
    let size = effective_size(&sample).get();
    assert!((700.0..1_900.0).contains(&size), "{size}");
}

#[test]
fn independent_values_drift_once_in_a_thousand_samples() {
    const REPEATS: usize = 600;
    let (mut found, mut seed) = (0, 0);
    let mut source = Source::new(34);
    for shape in Shape::ALL {
        found += count(REPEATS, || {
            seed += 1;
            drift(&shape.sample(100, &mut source), seed) != Drift::None
        });
    }
    // 3 expected of 3,000; more than 12 come by chance once in 60,000 times. 25,000 samples gave 0.0010.
    assert!(found <= 12, "{found}");
}

/// Measured over 2,000 samples of 100: 0.0015 at phi = 0.6, 0.003 at 0.8, 0.015 at 0.9; 0.017 with 50 values
/// at 0.6.
#[test]
fn autocorrelation_is_seldom_taken_for_drift() {
    let mut source = Source::new(35);
    let mut seed = 0;
    let found = count(400, || {
        seed += 1;
        drift(&Sample::new(source.autoregressive(100, 0.6)).expect("finite values"), seed) != Drift::None
    });
    assert!(found <= 6, "{found}");
}

#[test]
fn a_slow_rise_is_reported_with_its_share() {
    let mut source = Source::new(36);
    let sample = series(100, |time| 100.0 + 30.0 * time + source.normal());
    let Drift::Rising { share } = drift(&sample, 1) else { unreachable!("30 standard deviations") };
    // The thirds are centred at 1/6 and 5/6 of the rise: from 105 to 125.
    assert!((share - 0.19).abs() < 0.02, "{share}");
}

#[test]
fn a_warm_up_is_reported_as_falling() {
    let mut source = Source::new(37);
    let found = count(20, || {
        let sample = series(100, |time| 100.0 + 20.0 * (-time / 0.3).exp() + source.normal());
        matches!(drift(&sample, 1), Drift::Falling { share } if (0.04..0.2).contains(&share))
    });
    assert!(found >= 19, "{found}");
}

#[test]
fn a_step_half_way_is_reported() {
    let mut source = Source::new(38);
    let found = count(20, || {
        let sample = series(100, |time| 100.0 + if time < 0.5 { 0.0 } else { 3.0 } + source.normal());
        matches!(drift(&sample, 1), Drift::Rising { .. })
    });
    assert!(found >= 11, "{found}");
}

#[test]
fn a_drift_under_autocorrelated_noise_is_found_with_400_values() {
    let mut source = Source::new(39);
    let found = count(10, || {
        let noise = source.autoregressive(400, 0.6);
        let values = noise.iter().enumerate().map(|(index, noise)| 100.0 - index as f64 / 100.0 + noise);
        matches!(drift(&Sample::new(values.collect()).expect("finite values"), 1), Drift::Falling { .. })
    });
    assert!(found >= 8, "{found}");
}

#[test]
fn a_long_sample_drifts_as_a_short_one_does() {
    let mut source = Source::new(40);
    let flat = series(10_000, |_| 100.0 + source.normal());
    let rising = series(10_000, |time| 100.0 + time + source.normal());
    assert_eq!(drift(&flat, 1), Drift::None);
    assert!(matches!(drift(&rising, 1), Drift::Rising { share } if (0.004..0.01).contains(&share)));
}

#[test]
fn forty_nine_values_are_too_few_to_call_a_drift() {
    assert_eq!(drift(&series(49, |time| 1.0 + time), 1), Drift::None);
    assert!(matches!(drift(&series(50, |time| 1.0 + time), 1), Drift::Rising { .. }));
}

#[test]
fn the_same_seed_gives_the_same_drift_and_a_mirrored_sample_the_opposite_one() {
    let mut source = Source::new(41);
    let sample = series(90, |time| 10.0 + 6.0 * time + source.normal());
    let backwards = Sample::new(sample.in_order().iter().rev().copied().collect()).expect("finite values");
    assert_eq!(drift(&sample, 5), drift(&sample, 5));
    assert!(matches!(drift(&sample, 5), Drift::Rising { .. }));
    assert!(matches!(drift(&backwards, 5), Drift::Falling { .. }));
}
