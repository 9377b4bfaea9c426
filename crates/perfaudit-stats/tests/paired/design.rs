//! Looks, verdicts and what they agree on.

use std::num::NonZeroUsize;

use perfaudit_stats::{
    Design, Level, LogRatio, Looks, LooksError, Probability, StandardErrors, Verdict, aa_error_bound,
};

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn hundred() -> NonZeroUsize {
    NonZeroUsize::new(100).expect("not zero")
}

fn change(change: f64) -> LogRatio {
    LogRatio::of_change(change).expect("finite")
}

fn design() -> Design {
    Design::new(change(0.005), ONE)
}

fn errors(errors: f64) -> StandardErrors {
    StandardErrors::new(errors).expect("finite and not negative")
}

fn around(centre: f64, spread: f64, n: u32) -> Vec<LogRatio> {
    let offset = |i: u32| spread * (f64::from(i * 7 % n) / f64::from(n - 1) - 0.5);
    (0..n).map(|i| LogRatio::new(centre + offset(i)).expect("finite")).collect()
}

#[test]
fn one_comparison_is_judged_at_10_16_24_and_32_pairs() {
    let design = design();
    assert_eq!(design.looks().pairs(), [10, 16, 24, 32]);
    assert_eq!(
        [0, 9, 10, 31, 32].map(|pairs| design.next_look(pairs)),
        [Some(10), Some(10), Some(16), Some(32), None]
    );
    assert_eq!(Looks::up_to(6, Probability::PERCENT, ONE).pairs(), [11, 18, 27, 36, 53, 71]);
}

#[test]
fn a_hundred_comparisons_need_17_pairs_for_their_first_look() {
    assert_eq!(Looks::usual(Probability::PERCENT, hundred()).pairs(), [17, 28, 41, 55]);
    assert_eq!(
        Looks::at(vec![10, 16, 24, 32], Probability::PERCENT, hundred()),
        Err(LooksError::TooEarly { first: 10, least: 17 })
    );
    assert_eq!(
        Looks::at(vec![20, 20], Probability::PERCENT, ONE),
        Err(LooksError::NotIncreasing { index: 1 })
    );
    assert_eq!(Looks::at(vec![], Probability::PERCENT, ONE), Err(LooksError::Empty));
}

#[test]
fn a_large_difference_is_a_change_and_a_small_one_is_none() {
    let slower = design().judge(&around(0.02, 0.004, 10)).unwrap();
    assert_eq!(slower.verdict, Verdict::Changed);
    assert!((slower.effect.get() - 0.02).abs() < 1e-12, "{slower:?}");
    let same = design().judge(&around(0.0, 0.004, 10)).unwrap();
    assert_eq!(same.verdict, Verdict::Equivalent);
    // Significant, and yet it does not matter.
    let little = design().judge(&around(0.0025, 0.004, 10)).unwrap();
    assert_eq!(little.verdict, Verdict::Equivalent);
    assert!(little.p_value < 0.01, "{little:?}");
}

#[test]
fn nine_pairs_decide_nothing_and_none_say_nothing() {
    let few = design().judge(&around(0.5, 0.001, 9)).unwrap();
    assert_eq!((few.verdict, few.interval), (Verdict::Inconclusive, None));
    assert_eq!(design().judge(&[]), None);
}

#[test]
fn a_difference_below_the_noise_floor_is_no_change() {
    let pairs = around(0.02, 0.004, 32);
    let without = design().judge(&pairs).unwrap();
    assert_eq!((without.verdict, without.noise_floor), (Verdict::Changed, None));
    let with = design().with_floors([(10, errors(1000.0))]).judge(&pairs).unwrap();
    assert_eq!((with.verdict, with.pairs_to_decision), (Verdict::Inconclusive, None));
    assert!(with.noise_floor.unwrap() > with.effect);
    assert!(with.minimum_detectable_effect > with.noise_floor);
}

#[test]
fn the_noise_floor_is_that_of_as_many_pairs() {
    let design = design().with_floors([(24, errors(2.0)), (10, errors(300.0))]);
    let floors = [9, 10, 23, 24, 99].map(|pairs| design.floor(pairs).map(StandardErrors::get));
    assert_eq!(floors, [None, Some(300.0), Some(300.0), Some(2.0), Some(2.0)]);
    let verdict = |pairs| design.judge(&around(0.02, 0.004, pairs)).unwrap().verdict;
    assert_eq!([verdict(16), verdict(24)], [Verdict::Inconclusive, Verdict::Changed]);
}

/// What a machine makes of no difference in comparisons by ten pairs, seen on a program of that noise.
fn floor_of(spread: f64, moved: f64) -> StandardErrors {
    let comparison = |index: u32| around(if index.is_multiple_of(2) { moved } else { -moved }, spread, 10);
    let differences: Vec<LogRatio> = (0..59).flat_map(comparison).collect();
    aa_error_bound(&differences, 10, Probability::P95, Level::P95).expect("blocks of ten pairs").bound
}

#[test]
fn the_noise_of_a_noisy_program_does_not_hide_the_change_of_a_quiet_one() {
    let design = design().with_floors([(10, floor_of(0.4, 0.02))]);
    assert_eq!(design.judge(&around(0.02, 0.004, 10)).unwrap().verdict, Verdict::Changed);
}

#[test]
fn a_machine_that_moves_whole_comparisons_hides_what_looks_sure_by_its_pairs() {
    let design = design().with_floors([(10, floor_of(0.004, 0.03))]);
    let judged = design.judge(&around(0.02, 0.004, 10)).unwrap();
    assert_eq!(judged.verdict, Verdict::Inconclusive);
    assert!((judged.noise_floor.unwrap().get() - 0.03).abs() < 1e-9, "{judged:?}");
}
