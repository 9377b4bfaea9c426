//! Whether the bound of A/A differences bounds, by simulation with fixed seeds.

use crate::support::{Source, count, four_sigma};
use perfaudit_stats::{Level, Probability, Sample, aa_bound, quantile};

const BLOCK: usize = 5;
const COMPARISONS: usize = 59;

/// Times around 1 with a skewed spread, and now and then ten times as slow.
fn time(source: &mut Source) -> f64 {
    let slow = if source.uniform() < 0.02 { 10.0 } else { 1.0 };
    slow * (1.0 + 0.02 * source.normal().exp())
}

fn pairs(n: usize, mut pair: impl FnMut() -> (f64, f64)) -> Vec<(f64, f64)> {
    (0..n * BLOCK).map(|_| pair()).collect()
}

/// The 95th percentile of the difference, from very many comparisons.
fn truth(pair: impl FnMut() -> (f64, f64)) -> f64 {
    let pairs = pairs(20_000, pair);
    let differences = pairs.chunks_exact(BLOCK).map(|block| {
        let median = |side: fn(&(f64, f64)) -> f64| {
            Sample::new(block.iter().map(side).collect()).expect("finite values").median()
        };
        (median(|pair| pair.0) / median(|pair| pair.1)).ln().abs()
    });
    quantile(&Sample::new(differences.collect()).expect("finite values"), Probability::P95)
}

#[test]
fn the_bound_of_59_comparisons_is_not_below_the_quantile_in_95_of_100_cases() {
    const REPEATS: usize = 1_000;
    let mut source = Source::new(11);
    let truth = truth(|| (time(&mut source), time(&mut source)));
    let holds = count(REPEATS, || {
        let pairs = pairs(COMPARISONS, || (time(&mut source), time(&mut source)));
        let bound = aa_bound(&pairs, BLOCK, Probability::P95, Level::P95).expect("whole blocks");
        bound.bound.get() >= truth
    });
    let share = holds as f64 / REPEATS as f64;
    assert!((share - 0.9515).abs() < four_sigma(0.95, REPEATS), "{share}");
}

/// A machine that becomes 30 % slower while it is measured slows both of a pair alike.
#[test]
fn a_drift_of_the_machine_hardly_widens_the_bound() {
    let bound = |slower: f64| {
        let mut source = Source::new(12);
        let mut speed = 1.0;
        let pairs = pairs(COMPARISONS, || {
            speed += slower / (COMPARISONS * BLOCK) as f64;
            (speed * time(&mut source), speed * time(&mut source))
        });
        aa_bound(&pairs, BLOCK, Probability::P95, Level::P95).expect("whole blocks").bound.get()
    };
    let (still, drifting) = (bound(0.0), bound(0.3));
    assert!((still - drifting).abs() < 0.01, "{still} became {drifting}");
}

/// Differences that come in bursts are worth fewer than their number, and the bound says so.
#[test]
fn a_bound_from_bursts_of_noise_states_a_lower_level() {
    let mut source = Source::new(13);
    let noise = source.autoregressive(COMPARISONS, 0.95);
    let pairs: Vec<(f64, f64)> =
        noise.iter().flat_map(|noise| vec![(1.0, (0.02 * noise.exp()).exp()); BLOCK]).collect();
    let bound = aa_bound(&pairs, BLOCK, Probability::P95, Level::P95).expect("whole blocks");
    assert!(bound.achieved_level < 0.9, "{bound:?}");
}
