//! Whether comparisons in pairs err, cover and find as often as they say, by simulation with fixed seeds.

use std::num::NonZeroUsize;

use crate::support::{Shape, Source, count, four_sigma};
use perfaudit_stats::{Design, LogRatio, Looks, Probability, Sample, Verdict, quantile};

const REPEATS: usize = 2_000;
const LAST: usize = 32;
/// What a difference of shape and size one becomes: about 1 % of the time.
const NOISE: f64 = 0.01;

fn ratio(value: f64) -> LogRatio {
    LogRatio::new(value).expect("finite")
}

/// Any difference is a change if it is significant.
fn strict() -> Design {
    Design::new(LogRatio::ZERO, NonZeroUsize::MIN)
}

/// Pairs of two equal programs whose order is drawn: what differs between first and second, and what hangs together
/// from pair to pair, takes the sign of the draw.
fn same(n: usize, shape: Shape, source: &mut Source) -> Vec<f64> {
    let bursts = source.autoregressive(n, 0.95);
    let pair = |burst: &f64| {
        let second_less_first = NOISE * (0.5 + shape.draw(source) - shape.draw(source)) * burst.exp();
        if source.uniform() < 0.5 { second_less_first } else { -second_less_first }
    };
    bursts.iter().map(pair).collect()
}

fn shifted(pairs: &[f64], shift: f64) -> Vec<LogRatio> {
    pairs.iter().map(|pair| ratio(pair + shift)).collect()
}

/// Whether any look says so.
fn at_any_look(
    design: &Design,
    pairs: &[LogRatio],
    holds: impl Fn(&perfaudit_stats::Judgement) -> bool,
) -> bool {
    design.looks().pairs().iter().any(|&look| holds(&design.judge(&pairs[..look]).expect("there are pairs")))
}

#[test]
fn equal_programs_differ_at_any_of_four_looks_once_in_a_hundred_at_most() {
    let design = strict();
    for (seed, shape) in Shape::ALL.into_iter().enumerate() {
        let mut source = Source::new(100 + seed as u64);
        let changed = count(REPEATS, || {
            let pairs = shifted(&same(LAST, shape, &mut source), 0.0);
            at_any_look(&design, &pairs, |judged| judged.verdict == Verdict::Changed)
        });
        let share = changed as f64 / REPEATS as f64;
        assert!(share <= 0.01 + four_sigma(0.01, REPEATS), "{shape:?}: {share}");
        // And not by never saying anything: four looks of 0.25 % that hang together leave more than half of it.
        assert!(share >= 0.002, "{shape:?}: {share}");
    }
}

#[test]
fn the_intervals_of_all_looks_hold_the_true_difference_99_times_of_100() {
    let design = strict();
    for (seed, shape) in Shape::ALL.into_iter().enumerate() {
        let mut source = Source::new(200 + seed as u64);
        let missed = count(REPEATS, || {
            let pairs = shifted(&same(LAST, shape, &mut source), 0.02);
            at_any_look(&design, &pairs, |judged| {
                !judged.interval.expect("every look has one").contains(ratio(0.02))
            })
        });
        let share = missed as f64 / REPEATS as f64;
        assert!(share <= 0.01 + four_sigma(0.01, REPEATS), "{shape:?}: {share}");
    }
}

/// The share found of changes as large as the detectable effect of a typical comparison, at one number of pairs.
fn found_at_detectable(pairs: usize, threshold: f64, noise: impl Fn(&mut Source) -> f64) -> f64 {
    let looks = Looks::at(vec![pairs], Probability::new(0.0025).expect("inside"), NonZeroUsize::MIN);
    let design = Design::new(ratio(threshold), NonZeroUsize::MIN);
    // One look at the level of one of four.
    let design =
        design.with_looks(looks.expect("enough pairs")).with_alpha(Probability::new(0.0025).expect("inside"));
    let mut source = Source::new(300);
    let mut draw =
        |shift: f64| -> Vec<LogRatio> { (0..pairs).map(|_| ratio(noise(&mut source) + shift)).collect() };
    let detectable = (0..REPEATS).map(|_| {
        let judged = design.judge(&draw(0.0)).expect("there are pairs");
        judged.minimum_detectable_effect.expect("enough pairs").get()
    });
    let typical = quantile(&Sample::new(detectable.collect()).expect("finite values"), Probability::MEDIAN);
    let found =
        count(REPEATS, || design.judge(&draw(typical)).expect("there are pairs").verdict == Verdict::Changed);
    found as f64 / REPEATS as f64
}

#[test]
fn the_detectable_effect_is_found_about_nine_times_of_ten() {
    let normal = |source: &mut Source| NOISE * source.normal();
    for (pairs, threshold) in [(10, 0.0), (16, 0.0), (32, 0.0), (32, 0.01)] {
        let found = found_at_detectable(pairs, threshold, normal);
        assert!((0.80..0.96).contains(&found), "{pairs} pairs, threshold {threshold}: {found}");
    }
    // Heavy tails, where an interval made of the standard deviation would promise nothing.
    let cauchy = |source: &mut Source| NOISE * Shape::Cauchy.draw(source);
    let found = found_at_detectable(32, 0.0, cauchy);
    assert!((0.72..0.96).contains(&found), "Cauchy: {found}");
}

#[test]
fn the_pairs_needed_tell_a_difference_of_delta_from_none() {
    let design = Design::new(ratio(0.01), NonZeroUsize::MIN);
    let mut source = Source::new(400);
    let needed: Vec<f64> = (0..REPEATS)
        .filter_map(|_| {
            let pairs: Vec<LogRatio> = (0..16).map(|_| ratio(NOISE * source.normal())).collect();
            design.judge(&pairs)?.pairs_needed.map(|needed| needed as f64)
        })
        .collect();
    let needed = Sample::new(needed).expect("finite values").median() as usize;
    // (3.02 + 1.28)^2 over the efficiency of the test, 0.74, for noise as large as delta.
    assert!((23..34).contains(&needed), "{needed}");
    let significant = count(REPEATS, || {
        let pairs: Vec<LogRatio> = (0..needed).map(|_| ratio(0.01 + NOISE * source.normal())).collect();
        design.judge(&pairs).expect("there are pairs").p_value <= 0.01
    });
    let share = significant as f64 / REPEATS as f64;
    assert!((0.83..0.96).contains(&share), "{share} with {needed}");
}

/// Comparisons of equal source whose layouts differ by 1 %, in 32 pairs with little other noise.
fn changed_with_layouts(layouts: usize, seed: u64) -> f64 {
    let design = Design::new(ratio(0.001), NonZeroUsize::MIN);
    let mut source = Source::new(seed);
    let changed = count(REPEATS, || {
        let of_layout: Vec<f64> = (0..layouts).map(|_| NOISE * source.normal()).collect();
        let pairs: Vec<(usize, LogRatio)> = (0..LAST)
            .map(|pair| (pair % layouts, ratio(of_layout[pair % layouts] + 0.1 * NOISE * source.normal())))
            .collect();
        design.judge_layouts(&pairs).expect("there are pairs").judgement.verdict == Verdict::Changed
    });
    changed as f64 / REPEATS as f64
}

#[test]
fn one_layout_is_taken_for_a_change_and_many_are_not() {
    // This is why the verdict on one layout says that it excludes none.
    assert!(changed_with_layouts(1, 501) > 0.5);
    // Up to the stated level: all of five layouts lie on one side once in 2^4 times.
    let five = changed_with_layouts(5, 502);
    assert!(five <= 1.0 / 16.0 + four_sigma(1.0 / 16.0, REPEATS), "{five}");
    let many = changed_with_layouts(16, 503);
    assert!(many <= 0.0025 + four_sigma(0.0025, REPEATS), "{many}");
}
