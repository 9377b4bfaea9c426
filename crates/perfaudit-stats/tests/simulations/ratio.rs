//! How often the interval of a ratio of medians holds the true ratio.

use crate::support::{Source, count};
use perfaudit_stats::{Level, Sample, median_ratio};

/// The share of intervals that hold the true ratio, 1.5, of log-normal times. `noise` is what is common to both in a
/// round.
fn coverage(above: usize, below: usize, noise: f64, seed: u64) -> f64 {
    const REPEATS: usize = 400;
    const RATIO: f64 = 1.5;
    let mut source = Source::new(seed);
    let covered = count(REPEATS, || {
        let rounds = above.min(below);
        let common: Vec<f64> = (0..rounds).map(|_| (noise * source.normal()).exp()).collect();
        let mut draw = |n: usize, scale: f64| {
            let values =
                (0..n).map(|index| scale * common[index * rounds / n] * (0.1 * source.normal()).exp());
            Sample::new(values.collect()).expect("finite values")
        };
        let (numerator, denominator) = (draw(above, RATIO), draw(below, 1.0));
        let ratio = median_ratio(&numerator, &denominator, Level::P95, 1).expect("times are positive");
        ratio.interval.is_some_and(|interval| interval.contains(RATIO))
    });
    covered as f64 / REPEATS as f64
}

/// 0.917 is three standard errors below 0.95 with 400 repeats.
#[test]
fn a_ratio_of_medians_lies_in_its_interval_as_often_as_stated() {
    for (above, below) in [(10, 10), (30, 30), (12, 60), (60, 12)] {
        for noise in [0.0, 0.1] {
            let share = coverage(above, below, noise, 3);
            assert!(share >= 0.917, "{above} and {below}, common noise {noise}: covers {share}");
            assert!(share <= 0.995, "{above} and {below}, common noise {noise}: too wide, covers {share}");
        }
    }
}
