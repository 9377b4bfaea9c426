use super::*;
use crate::product::{Estimated, difference_interval, product_interval};
use crate::random::Draws;
use crate::share_difference::share_difference;
use proptest::prelude::*;

const RUNS: u64 = 2_000;

/// Three standard errors of a share of 5 % among the runs.
const MONTE_CARLO: f64 = 0.0147;

/// A number below 1 from a stream of draws.
fn uniform(draws: &mut Draws) -> f64 {
    draws.index(1 << 30) as f64 / f64::from(1 << 30)
}

/// Samples whose property switches on and off: `persistence` is the mean length of a stay, in samples, times
/// 1 / (1 - share) when it is on; 1 makes the samples independent.
fn phases(draws: &mut Draws, share: f64, persistence: f64, blocks: usize, per_block: u64) -> Vec<BlockCount> {
    let mut is_on = uniform(draws) < share;
    let sample = |is_on: &mut bool, draws: &mut Draws| {
        if uniform(draws) < 1.0 / persistence {
            *is_on = uniform(draws) < share;
        }
        u64::from(*is_on)
    };
    let block =
        |_| BlockCount { hits: (0..per_block).map(|_| sample(&mut is_on, draws)).sum(), of: per_block };
    (0..blocks).map(block).collect()
}

#[derive(Debug)]
struct Coverage {
    /// Of the runs with an interval, those whose interval holds the truth.
    covered: f64,
    /// Of all runs, those with an interval.
    answered: f64,
}

fn coverage(share: f64, persistence: f64, blocks: usize, per_block: u64) -> Coverage {
    let mut draws = Draws::new(share.to_bits() ^ persistence.to_bits() ^ blocks as u64 ^ (per_block << 32));
    let (mut covered, mut answered) = (0.0, 0.0);
    for _ in 0..RUNS {
        let counts = phases(&mut draws, share, persistence, blocks, per_block);
        if let ShareEstimate::Estimated { interval, .. } = Share::new(&counts).estimate(Level::P95) {
            answered += 1.0;
            covered += f64::from(interval.contains(share));
        }
    }
    Coverage { covered: covered / answered, answered: answered / RUNS as f64 }
}

/// Fails when an interval that misses is stated too often, or when stated intervals cover too rarely.
fn covers(share: f64, persistence: f64, blocks: usize, per_block: u64) {
    let found = coverage(share, persistence, blocks, per_block);
    let what = format!("share {share}, persistence {persistence}, {blocks} x {per_block}: {found:?}");
    if found.answered > 0.0 {
        assert!((1.0 - found.covered) * found.answered <= 0.05 + MONTE_CARLO, "{what}");
    }
    if found.answered >= 0.9 {
        assert!(found.covered >= 0.95 - MONTE_CARLO, "{what}");
    }
}

#[test]
fn intervals_of_independent_samples_cover_at_their_level() {
    for share in [0.5, 0.2, 0.05, 0.01] {
        covers(share, 1.0, 100, 10);
        covers(share, 1.0, 20, 30);
    }
}

#[test]
fn intervals_of_samples_in_phases_cover_at_their_level() {
    for share in [0.5, 0.2, 0.05] {
        for persistence in [5.0, 20.0, 100.0] {
            covers(share, persistence, 100, 20);
        }
        covers(share, 20.0, 50, 20);
    }
}

#[test]
fn phases_as_long_as_a_tenth_of_the_recording_seldom_lead_to_an_interval_that_misses() {
    for (share, persistence, blocks, per_block) in
        [(0.5, 100.0, 100, 10), (0.2, 100.0, 50, 20), (0.5, 200.0, 100, 20)]
    {
        covers(share, persistence, blocks, per_block);
    }
}

#[test]
fn rare_functions_get_an_interval_that_covers_or_none() {
    for (persistence, blocks, per_block) in [(1.0, 100, 10), (1.0, 100, 100), (5.0, 100, 50), (20.0, 100, 50)]
    {
        covers(0.001, persistence, blocks, per_block);
    }
    assert!(coverage(0.001, 1.0, 100, 100).answered > 0.8, "10,000 samples suffice for one in a thousand");
}

#[test]
fn few_blocks_give_an_interval_that_covers_or_none() {
    for share in [0.5, 0.1] {
        covers(share, 1.0, 10, 50);
        covers(share, 20.0, 10, 50);
        assert!(coverage(share, 1.0, 9, 50).answered == 0.0);
    }
}

#[test]
fn a_binomial_interval_of_samples_in_phases_covers_far_too_rarely() {
    let mut draws = Draws::new(7);
    let covered = (0..RUNS).filter(|_| {
        let counts = phases(&mut draws, 0.2, 20.0, 100, 20);
        let hits = counts.iter().map(|count| count.hits).sum();
        clopper_pearson(hits, 2_000, Level::P95).contains(0.2)
    });
    assert!(covered.count() < RUNS as usize / 2, "this is why blocks are looked at");
}

#[test]
fn two_of_812_samples_are_too_rare_for_an_interval() {
    let mut blocks = vec![BlockCount { hits: 0, of: 8 }; 100];
    blocks[0].of = 20;
    blocks[3].hits = 2;
    let found = Share::new(&blocks).estimate(Level::P95);
    let why = Unbounded::TooRare { hits: 2, of: 812, in_blocks: 1 };
    assert_eq!(found, ShareEstimate::Unbounded { value: Some(2.0 / 812.0), why });
    assert_eq!(Share::new(&[]).unbounded(), Some(Unbounded::NoSamples));
}

#[test]
fn none_of_300_samples_bounds_a_share_by_twelve_in_a_thousand() {
    let bounds = clopper_pearson(0, 300, Level::P95);
    assert_eq!(bounds.lower, 0.0);
    assert!((bounds.upper - (1.0 - 0.025_f64.powf(1.0 / 300.0))).abs() < 1e-9);
}

proptest! {
    #[test]
    fn an_interval_is_never_narrower_than_the_binomial_one_and_holds_its_value(
        blocks in prop::collection::vec((0_u64..20, 0_u64..20), 10..60),
    ) {
        let blocks: Vec<BlockCount> =
            blocks.into_iter().map(|(hits, misses)| BlockCount { hits, of: hits + misses }).collect();
        let share = Share::new(&blocks);
        if let ShareEstimate::Estimated { value, interval } = share.estimate(Level::P95) {
            let binomial = clopper_pearson(share.hits(), share.of(), Level::P95);
            prop_assert!(interval.contains(value));
            prop_assert!(interval.lower <= binomial.lower + 1e-9 && interval.upper >= binomial.upper - 1e-9);
        }
    }
}

/// The median of `n` uniform values between 80 and 120, with its order-statistic interval; the truth is 100.
fn timed(draws: &mut Draws, n: usize) -> Estimated {
    let values = (0..n).map(|_| 80.0 + 40.0 * uniform(draws)).collect();
    let sample = crate::Sample::new(values).unwrap();
    let all = crate::EffectiveSize::all(n);
    match crate::quantile_estimate(&sample, crate::Probability::MEDIAN, Level::P95, all) {
        crate::QuantileEstimate::Estimated { value, interval, .. } => Estimated { value, interval },
        crate::QuantileEstimate::NotEstimable { .. } => panic!("{n} values suffice"),
    }
}

fn shared(draws: &mut Draws, share: f64, persistence: f64) -> Option<Estimated> {
    match Share::new(&phases(draws, share, persistence, 100, 20)).estimate(Level::P95) {
        ShareEstimate::Estimated { value, interval } => Some(Estimated { value, interval }),
        ShareEstimate::Unbounded { .. } => None,
    }
}

#[test]
fn share_times_median_covers_at_the_level_of_both() {
    let mut draws = Draws::new(11);
    for (share, persistence) in [(0.3, 1.0), (0.3, 20.0), (0.02, 1.0)] {
        let (mut covered, mut answered) = (0, 0);
        for _ in 0..RUNS {
            let median = timed(&mut draws, 40);
            let Some(share_found) = shared(&mut draws, share, persistence) else { continue };
            let product = product_interval(share_found, median).unwrap();
            answered += 1;
            covered += u32::from(product.interval.contains(share * 100.0));
        }
        let coverage = f64::from(covered) / f64::from(answered);
        assert!(coverage >= 0.95 - MONTE_CARLO, "{share} {persistence}: {coverage}");
    }
}

#[test]
fn differences_cover_at_the_level_of_both() {
    let mut draws = Draws::new(13);
    let covered = (0..RUNS).filter(|_| {
        let (a, b) = (shared(&mut draws, 0.3, 5.0).unwrap(), shared(&mut draws, 0.25, 5.0).unwrap());
        difference_interval(a, b).interval.contains(-0.05)
    });
    assert!(covered.count() as f64 / RUNS as f64 >= 0.95 - MONTE_CARLO);
}

#[test]
fn equal_shares_are_found_to_differ_no_more_often_than_stated_and_unequal_ones_are_found() {
    let mut draws = Draws::new(17);
    for (share, persistence) in [(0.5, 1.0), (0.1, 1.0), (0.01, 1.0), (0.3, 20.0), (0.05, 5.0)] {
        let found = (0..RUNS).filter(|_| {
            let side = |draws: &mut Draws| Share::new(&phases(draws, share, persistence, 100, 20));
            let (a, b) = (side(&mut draws), side(&mut draws));
            share_difference(&a, &b).is_some_and(|test| test.p <= 0.05)
        });
        let rate = found.count() as f64 / RUNS as f64;
        assert!(rate <= 0.05 + MONTE_CARLO, "{share} {persistence}: {rate}");
    }
    let found = (0..500).filter(|_| {
        let a = Share::new(&phases(&mut draws, 0.10, 1.0, 100, 20));
        let b = Share::new(&phases(&mut draws, 0.15, 1.0, 100, 20));
        share_difference(&a, &b).is_some_and(|test| test.p <= 0.01 && test.difference > 0.0)
    });
    assert!(found.count() > 450, "10 % against 15 % of 2,000 samples");
}

#[test]
fn blocks_of_one_share_are_independent_though_the_share_is_no_binary_fraction() {
    let share = Share::new(&[BlockCount { hits: 26, of: 46 }; 40]);
    assert!(share.unbounded().is_none() && (share.design_effect() - 1.0).abs() < 1e-12);
}
