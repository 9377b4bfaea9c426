//! The dip test at its level, on coarse clocks, and the two modes found with it.

use crate::support::{Shape, Source, count, four_sigma};
use perfaudit_stats::{Modes, Sample, dip, modes};

/// How many of `repeats` samples have a p-value below each of 0.05, 0.01 and 0.001.
fn rejections(repeats: usize, mut draw: impl FnMut() -> Sample) -> [usize; 3] {
    let mut rejected = [0; 3];
    for _ in 0..repeats {
        let p = dip(&draw()).p_value_below.unwrap_or(1.0);
        for (count, level) in rejected.iter_mut().zip([0.05, 0.01, 0.001]) {
            *count += usize::from(p <= level);
        }
    }
    rejected
}

/// The simulation behind the table of critical values, for sizes in it (10, 20, 100), between (14, 37) and
/// with fewer samples.
#[test]
fn uniform_samples_are_rejected_at_the_level_of_the_table() {
    const REPEATS: usize = 3_000;
    let mut total = [0; 3];
    for n in [10, 14, 20, 37, 100] {
        let mut source = Source::new(n as u64);
        let rejected = rejections(REPEATS, || {
            Sample::new((0..n).map(|_| source.uniform()).collect()).expect("finite values")
        });
        for (index, level) in [0.05, 0.01, 0.001].into_iter().enumerate() {
            total[index] += rejected[index];
            let share = rejected[index] as f64 / REPEATS as f64;
            assert!((share - level).abs() < four_sigma(level, REPEATS), "n = {n}, {level}: {share}");
        }
    }
    for (rejected, level) in total.into_iter().zip([0.05, 0.01, 0.001]) {
        let share = rejected as f64 / (5 * REPEATS) as f64;
        assert!((share - level).abs() < four_sigma(level, 5 * REPEATS), "all sizes, {level}: {share}");
    }
}

#[test]
fn samples_with_one_peak_are_hardly_ever_rejected() {
    for shape in Shape::UNIMODAL {
        let mut source = Source::new(21);
        let rejected = rejections(1_000, || shape.sample(100, &mut source));
        assert!(rejected[0] <= 20 && rejected[1] <= 5, "{shape:?} {rejected:?}");
    }
}

#[test]
fn a_coarse_clock_is_not_taken_for_modes() {
    for ticks in [0.5, 1.0, 3.0] {
        let mut source = Source::new(22);
        let rejected = rejections(500, || {
            let values = (0..100).map(|_| (100.0 + source.normal() / ticks).round()).collect();
            Sample::new(values).expect("finite values")
        });
        assert!(rejected[0] <= 25, "{ticks}: {rejected:?}");
    }
}

fn mixture(source: &mut Source, n: usize, upper_share: f64, upper: f64) -> Sample {
    let mut value = || {
        let centre = if source.uniform() < upper_share { upper } else { 10.0 };
        centre + 0.1 * source.normal()
    };
    Sample::new((0..n).map(|_| value()).collect()).expect("finite values")
}

#[test]
fn two_modes_are_found_with_their_centres_and_shares() {
    let mut source = Source::new(23);
    for share in [0.2, 0.3, 0.5, 0.8] {
        let Modes { lower, upper } = modes(&mixture(&mut source, 300, share, 12.0), 0.05).unwrap();
        assert!(
            (lower.centre - 10.0).abs() < 0.1 && (upper.centre - 12.0).abs() < 0.1,
            "{lower:?} {upper:?}"
        );
        assert!((upper.share - share).abs() < four_sigma(share, 300), "{upper:?} {share}");
        assert!((lower.share + upper.share - 1.0).abs() < 1e-12);
    }
}

#[test]
fn outliers_do_not_hide_two_modes() {
    let mut source = Source::new(24);
    let mut values = mixture(&mut source, 200, 0.3, 12.0).in_order().to_vec();
    values.extend([500.0; 6]);
    let Modes { lower, upper } = modes(&Sample::new(values).expect("finite values"), 0.05).unwrap();
    assert!((lower.centre - 10.0).abs() < 0.1 && (upper.centre - 12.0).abs() < 0.1, "{lower:?} {upper:?}");
}

#[test]
fn modes_closer_than_asked_for_do_not_count() {
    let sample = mixture(&mut Source::new(25), 200, 0.5, 12.0);
    assert!(modes(&sample, 0.15).is_some());
    assert_eq!(modes(&sample, 0.25), None);
}

#[test]
fn a_few_outliers_are_no_mode() {
    let mut source = Source::new(26);
    let found = count(200, || modes(&mixture(&mut source, 100, 0.02, 20.0), 0.05).is_some());
    assert_eq!(found, 0);
}

#[test]
fn samples_with_one_peak_have_no_two_modes() {
    for shape in Shape::UNIMODAL {
        let mut source = Source::new(27);
        let found = count(300, || modes(&shape.sample(100, &mut source), 0.0).is_some());
        assert!(found <= 1, "{shape:?} {found}");
    }
}

/// Measured with 5,000 samples: 0.995.
#[test]
fn two_modes_without_overlap_are_found_in_99_of_100_samples() {
    let mut source = Source::new(28);
    let found = count(300, || modes(&Shape::Bimodal.sample(100, &mut source), 0.1).is_some());
    assert!(found >= 293, "{found}");
}

#[test]
fn seven_values_have_no_verdict() {
    let sample = Sample::new(vec![1.0, 1.1, 1.2, 9.0, 9.1, 9.2, 9.3]).unwrap();
    assert_eq!((dip(&sample).p_value_below, modes(&sample, 0.0)), (None, None));
}
