//! Many comparisons at once.

use super::design::Design;
use super::layouts::LayoutJudgement;
use super::log_ratio::LogRatio;
use crate::false_discovery::discoveries;

/// Judges the comparisons of one report when all are measured; one entry for each, `None` for one without pairs. Each
/// pair comes with the number of its layout, see [`Design::judge_layouts`].
///
/// The differences are found by Benjamini and Hochberg's rule at the design's error: on average at most that share of
/// what is found is false. Where R of m are found, their intervals are those of one among m / R, and hold that share of
/// them on average (Benjamini and Yekutieli, "False Discovery Rate-Adjusted Multiple Confidence Intervals", 2005): what
/// is found is exactly what has an interval without zero (before several layouts widen it). The others keep the
/// interval of one among m: no selection bears on them, and what is called equivalent is so in all of them together.
/// Changes that [`Design::judge_layouts`] saw on the way remain.
///
/// The design's family has to be the number of comparisons, or more where some were not measured.
pub fn judge_together(
    design: &Design,
    comparisons: &[Vec<(usize, LogRatio)>],
) -> Vec<Option<LayoutJudgement>> {
    let family = design.family().get().max(comparisons.len());
    let alone: Vec<Option<LayoutJudgement>> =
        comparisons.iter().map(|pairs| design.judge_layouts_among(pairs, 1.0 / family as f64)).collect();
    let mut p: Vec<f64> =
        alone.iter().map(|judged| judged.map_or(1.0, |judged| judged.judgement.p_value)).collect();
    // What was not measured found nothing.
    p.resize(family, 1.0);
    let found = discoveries(&p, design.alpha().get());
    let share = found.iter().filter(|found| **found).count() as f64 / family as f64;
    let one = |((pairs, alone), is_found): ((&Vec<_>, Option<LayoutJudgement>), bool)| {
        if is_found { design.judge_layouts_among(pairs, share) } else { alone }
    };
    comparisons.iter().zip(alone).zip(found).map(one).collect()
}

/// p-values as a gate takes them: each times the number of tests that are not yet rejected when they are taken from the
/// smallest on (Holm, "A simple sequentially rejective multiple test procedure", 1979). Rejecting those up to alpha errs
/// in any of them with at most that probability. One that is not a number becomes 1.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let p: Vec<f64> = p.iter().map(|p| if p.is_nan() { 1.0 } else { *p }).collect();
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_unstable_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![1.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rejected, &index) in order.iter().enumerate() {
        largest = largest.max(p[index] * (p.len() - rejected) as f64).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}
