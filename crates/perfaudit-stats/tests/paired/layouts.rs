//! Verdicts on several layouts.

use std::num::NonZeroUsize;

use perfaudit_stats::{Design, LayoutScope, Level, LogRatio, Verdict};

fn ratio(value: f64) -> LogRatio {
    LogRatio::new(value).expect("finite")
}

/// Sixty pairs, in turns with each of the layouts that add so much.
fn pairs(of_layouts: &[f64]) -> Vec<(usize, LogRatio)> {
    (0..60)
        .map(|pair| {
            let layout = pair % of_layouts.len();
            (layout, ratio(of_layouts[layout] + 0.0001 * f64::from(pair as u32 * 7 % 60)))
        })
        .collect()
}

fn design() -> Design {
    Design::new(ratio(0.005), NonZeroUsize::MIN)
}

#[test]
fn with_one_layout_its_effect_is_not_excluded() {
    let judged = design().judge_layouts(&pairs(&[0.02])).unwrap();
    assert_eq!((judged.judgement.verdict, judged.scope), (Verdict::Changed, LayoutScope::NotExcluded));
    assert_eq!(design().judge_layouts(&[]), None);
}

#[test]
fn a_few_layouts_have_to_agree_on_a_change() {
    let agree = design().judge_layouts(&pairs(&[0.02, 0.03, 0.015])).unwrap();
    let scope = LayoutScope::AllTried { layouts: 3, level: Level::new(0.75).unwrap() };
    assert_eq!((agree.judgement.verdict, agree.scope), (Verdict::Changed, scope));
    let differ = design().judge_layouts(&pairs(&[0.02, 0.03, -0.015])).unwrap();
    assert_eq!(differ.judgement.verdict, Verdict::Inconclusive);
    let interval = differ.judgement.interval.unwrap();
    assert!(differ.judgement.minimum_detectable_effect.unwrap() > ratio(0.02));
    assert!(interval.contains(ratio(-0.011)) && interval.contains(ratio(0.03)), "{interval:?}");
}

#[test]
fn from_ten_layouts_on_each_is_one_observation() {
    let offsets: Vec<f64> = (0..12).map(|layout| 0.02 + 0.001 * f64::from(layout)).collect();
    let judged = design().judge_layouts(&pairs(&offsets)).unwrap();
    assert_eq!(judged.scope, LayoutScope::Sampled { layouts: 12 });
    assert_eq!((judged.judgement.verdict, judged.judgement.pairs), (Verdict::Changed, 12));
}
