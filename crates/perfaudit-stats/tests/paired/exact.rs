//! Counts beside each other, and what they say of time.

use perfaudit_stats::{Counts, Exact, ExactVerdict, LogRatio, Verdict, Witness, witness};

fn exact(a: &[u64], b: &[u64]) -> Exact {
    Exact { a: Counts::of(a).expect("counts"), b: Counts::of(b).expect("counts") }
}

fn percent(percent: f64) -> LogRatio {
    LogRatio::of_change(percent / 100.0).expect("finite")
}

#[test]
fn one_more_allocation_is_more() {
    assert_eq!(exact(&[1000, 1000], &[1000, 1000]).verdict(), ExactVerdict::Equal);
    assert_eq!(exact(&[1000], &[1001]).verdict(), ExactVerdict::More);
    assert_eq!(exact(&[1000], &[999]).verdict(), ExactVerdict::Less);
    assert_eq!(Counts::of(&[]), None);
}

#[test]
fn counts_that_do_not_repeat_are_compared_only_where_they_lie_apart() {
    assert_eq!(exact(&[1000, 1004], &[1002]).verdict(), ExactVerdict::NotExact);
    let apart = exact(&[1000, 1004], &[1100, 1200]);
    assert_eq!(apart.verdict(), ExactVerdict::More);
    assert!((apart.least_difference().unwrap().change() - (1100.0 / 1004.0 - 1.0)).abs() < 1e-12);
    assert_eq!(exact(&[1000, 1004], &[1002]).least_difference(), Some(LogRatio::ZERO));
}

#[test]
fn a_change_from_nothing_has_no_ratio_and_is_a_change() {
    let from_nothing = exact(&[0], &[5]);
    assert_eq!((from_nothing.verdict(), from_nothing.least_difference()), (ExactVerdict::More, None));
    assert_eq!(exact(&[0], &[0]).least_difference(), Some(LogRatio::ZERO));
}

#[test]
fn instructions_confirm_contradict_or_cast_doubt() {
    let (up, flat, down) = (
        exact(&[1_000_000], &[1_050_000]),
        exact(&[1_000_000], &[1_000_010]),
        exact(&[1_000_000], &[900_000]),
    );
    let of = |time, effect, instructions| witness(time, percent(effect), instructions, percent(0.1));
    assert_eq!(of(Verdict::Changed, 5.0, up), Witness::Confirmed);
    assert_eq!(of(Verdict::Changed, -8.0, down), Witness::Confirmed);
    assert_eq!(of(Verdict::Changed, 5.0, flat), Witness::SuspectLayout);
    assert_eq!(of(Verdict::Changed, -5.0, up), Witness::Opposed);
    assert_eq!(of(Verdict::Equivalent, 0.1, up), Witness::Latent);
    assert_eq!(of(Verdict::Equivalent, 0.1, flat), Witness::Unchanged);
    assert_eq!(of(Verdict::Inconclusive, 5.0, up), Witness::Undecided);
    // Without a margin, ten instructions are a difference.
    assert_eq!(witness(Verdict::Equivalent, percent(0.1), flat, LogRatio::ZERO), Witness::Latent);
}
