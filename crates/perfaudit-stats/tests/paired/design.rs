//! Looks, verdicts and what they agree on.

use std::num::NonZeroUsize;

use perfaudit_stats::{Design, LogRatio, Looks, LooksError, Probability, Verdict};

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn hundred() -> NonZeroUsize {
    NonZeroUsize::new(100).expect("not zero")
}

fn change(change: f64) -> LogRatio {
    LogRatio::of_change(change).expect("finite")
}

fn design() -> Design {
    Design::new(change(0.005), LogRatio::ZERO, ONE)
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
    let floor = Design::new(change(0.005), change(0.03), ONE);
    let judged = floor.judge(&around(0.02, 0.004, 32)).unwrap();
    assert_eq!((judged.verdict, judged.pairs_to_decision), (Verdict::Inconclusive, None));
    assert!(judged.minimum_detectable_effect.unwrap() > floor.threshold(32));
}

#[test]
fn the_noise_floor_is_that_of_as_many_pairs() {
    let design = design().with_floors([(24, change(0.01)), (10, change(0.03))]);
    let floors = [9, 10, 23, 24, 99].map(|pairs| design.floor(pairs).change());
    for (floor, truth) in floors.into_iter().zip([0.0, 0.03, 0.03, 0.01, 0.01]) {
        assert!((floor - truth).abs() < 1e-12, "{floors:?}");
    }
    let verdict = |pairs| design.judge(&around(0.02, 0.004, pairs)).unwrap().verdict;
    assert_eq!([verdict(16), verdict(24)], [Verdict::Inconclusive, Verdict::Changed]);
}
