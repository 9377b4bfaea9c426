//! The test, its interval and what is done with many of them, against the plainest way to compute each.

use std::num::NonZeroUsize;

use perfaudit_stats::{Design, Judgement, LogRatio, Looks, Verdict, discoveries, holm, judge_together};
use proptest::prelude::*;

const ALPHA: f64 = 0.01;

/// One look, at whose level 8 pairs can decide: p-values are those of the plain test.
fn one_look() -> Design {
    let design = Design::new(LogRatio::ZERO, NonZeroUsize::MIN);
    let looks = Looks::at(vec![8], design.alpha(), design.family()).expect("8 pairs can decide at 1 %");
    design.with_looks(looks)
}

fn judge(differences: &[f64]) -> Judgement {
    let differences: Vec<LogRatio> =
        differences.iter().map(|value| LogRatio::new(*value).expect("finite")).collect();
    one_look().judge(&differences).expect("there are differences")
}

/// Differences without two of equal size.
fn untied(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.0..1.0_f64, n)
        .prop_filter("sizes differ", |values| values.iter().all(|value| *value != 0.0))
}

/// Differences of which many are equal, opposite or zero.
fn tied(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-3..4_i32).prop_map(|value| f64::from(value) / 128.0), n)
}

fn with_signs(values: &[f64], signs: u32) -> Vec<f64> {
    let sign = |index: usize| if signs >> index & 1 == 1 { 1.0 } else { -1.0 };
    values.iter().enumerate().map(|(index, value)| sign(index) * value.abs()).collect()
}

/// What ranks count at most.
fn cap(n: usize) -> usize {
    n.div_ceil(4)
}

/// The sum of the ranks of the positive differences, none counting more than the cap.
fn rank_sum(values: &[f64]) -> usize {
    let rank = |value: f64| values.iter().filter(|other| other.abs() <= value.abs()).count();
    values.iter().filter(|value| **value > 0.0).map(|value| rank(*value).min(cap(values.len()))).sum()
}

fn rank_sum_of_all(n: usize) -> usize {
    (1..=n).map(|rank| rank.min(cap(n))).sum()
}

/// The share of all ways to give signs that are as far from the middle as the signs seen.
fn p_by_enumeration(values: &[f64]) -> f64 {
    let most = rank_sum_of_all(values.len());
    let distance = |values: &[f64]| (2 * rank_sum(values)).abs_diff(most);
    let seen = distance(values);
    let ways = 1_u32 << values.len();
    let as_far = (0..ways).filter(|&signs| distance(&with_signs(values, signs)) >= seen).count();
    as_far as f64 / f64::from(ways)
}

/// Shifts between which nothing changes: one between each two neighbouring averages of two values, and one beyond
/// either end.
fn shifts(values: &[f64]) -> Vec<f64> {
    let mut averages = Vec::new();
    for (index, one) in values.iter().enumerate() {
        averages.extend(values[..=index].iter().map(|other| (one + other) / 2.0));
    }
    averages.sort_by(f64::total_cmp);
    let between = averages.windows(2).map(|two| (two[0] + two[1]) / 2.0);
    between.chain([averages[0] - 1.0, averages[averages.len() - 1] + 1.0]).collect()
}

fn moved(values: &[f64], shift: f64) -> Vec<f64> {
    values.iter().map(|value| value - shift).collect()
}

proptest! {
    #[test]
    fn the_p_value_is_the_share_of_all_signs_as_far_from_the_middle(values in untied(1..12)) {
        let found = judge(&values).p_value;
        let expected = p_by_enumeration(&values);
        prop_assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn equal_and_zero_differences_never_make_the_test_err_more_often_than_it_says(values in tied(1..11)) {
        let ways = 1_u32 << values.len();
        let mut p: Vec<f64> = (0..ways).map(|signs| judge(&with_signs(&values, signs)).p_value).collect();
        p.sort_by(f64::total_cmp);
        for (index, p) in p.iter().enumerate() {
            prop_assert!((index + 1) as f64 / f64::from(ways) <= p + 1e-12, "{index} {p}");
        }
    }

    #[test]
    fn the_interval_holds_the_shifts_that_enumeration_does_not_reject(values in untied(8..11)) {
        let interval = judge(&values).interval.expect("8 pairs are enough");
        for shift in shifts(&values) {
            let is_inside = interval.contains(LogRatio::new(shift).expect("finite"));
            prop_assert_eq!(is_inside, p_by_enumeration(&moved(&values, shift)) > ALPHA, "{}", shift);
        }
    }

    #[test]
    fn the_estimate_lies_where_both_signs_sum_up_to_the_same(values in untied(1..40)) {
        let estimate = judge(&values).effect.get();
        let all = rank_sum_of_all(values.len());
        for shift in shifts(&values) {
            let above = 2 * rank_sum(&moved(&values, shift));
            prop_assert!(above >= all || shift > estimate, "{shift} {estimate}");
            prop_assert!(above <= all || shift < estimate, "{shift} {estimate}");
        }
    }

    #[test]
    fn the_interval_leaves_out_zero_exactly_when_the_test_passes(values in prop_oneof![untied(8..40), tied(8..40)]) {
        let judged = judge(&values);
        let interval = judged.interval.expect("8 pairs are enough");
        prop_assert_eq!(!interval.contains(LogRatio::ZERO), judged.p_value <= ALPHA, "{:?}", judged);
        prop_assert!(interval.contains(judged.effect));
    }

    #[test]
    fn exchanging_both_programs_negates_everything(values in prop_oneof![untied(8..40), tied(8..40)]) {
        let exchanged: Vec<f64> = values.iter().map(|value| -value).collect();
        let (one, other) = (judge(&values), judge(&exchanged));
        let (interval, mirror) = (one.interval.expect("enough pairs"), other.interval.expect("enough pairs"));
        prop_assert_eq!(one.effect.get(), -other.effect.get());
        prop_assert_eq!((interval.lower.get(), interval.upper.get()), (-mirror.upper.get(), -mirror.lower.get()));
        prop_assert_eq!((one.verdict, one.p_value), (other.verdict, other.p_value));
    }

    #[test]
    fn holm_rejects_from_the_smallest_p_until_the_first_that_fails(
        p in prop::collection::vec((0..60_u32).prop_map(|p| f64::from(p) / 1000.0), 0..20),
    ) {
        let mut sorted = p.clone();
        sorted.sort_by(f64::total_cmp);
        let rejected = sorted.iter().enumerate().take_while(|(index, value)| {
            **value <= ALPHA / (p.len() - index) as f64 + 1e-12
        }).count();
        let adjusted = holm(&p);
        prop_assert_eq!(adjusted.iter().filter(|value| **value <= ALPHA + 1e-12).count(), rejected);
        for (a, adjusted_a) in p.iter().zip(&adjusted) {
            for (b, adjusted_b) in p.iter().zip(&adjusted) {
                prop_assert!(a > b || adjusted_a <= adjusted_b);
            }
        }
    }

    #[test]
    fn what_is_found_among_many_is_what_has_an_interval_without_zero(
        family in prop::collection::vec((0.0..0.02_f64, prop::collection::vec(-0.01..0.01_f64, 30)), 1..12),
    ) {
        let comparisons: Vec<Vec<LogRatio>> = family
            .iter()
            .map(|(shift, noise)| noise.iter().map(|noise| LogRatio::new(noise + shift).expect("finite")).collect())
            .collect();
        let count = NonZeroUsize::new(comparisons.len()).expect("not empty");
        let design = Design::new(LogRatio::ZERO, count);
        let in_one_layout: Vec<Vec<(usize, LogRatio)>> =
            comparisons.iter().map(|pairs| pairs.iter().map(|pair| (0, *pair)).collect()).collect();
        let judged: Vec<Judgement> =
            judge_together(&design, &in_one_layout).into_iter().flatten().map(|judged| judged.judgement).collect();
        let p: Vec<f64> = judged.iter().map(|judged| judged.p_value).collect();
        for ((judged, is_found), pairs) in judged.iter().zip(discoveries(&p, ALPHA)).zip(&comparisons) {
            prop_assert_eq!(judged.verdict == Verdict::Changed, is_found, "{:?}", judged);
            // Nothing that was called a change on the way is taken back.
            let alone = design.judge(pairs).expect("there are pairs");
            prop_assert!(alone.verdict != Verdict::Changed || is_found);
        }
    }
}

#[test]
fn a_comparison_that_was_not_measured_counts_among_the_family_and_finds_nothing() {
    let design = Design::new(LogRatio::ZERO, NonZeroUsize::new(2).expect("not zero"));
    assert_eq!(judge_together(&design, &[vec![], vec![]]), [None, None]);
    assert_eq!(holm(&[f64::NAN, 0.004]), [1.0, 0.008]);
}
