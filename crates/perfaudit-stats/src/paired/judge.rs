//! What the pairs measured so far say.

use super::design::Design;
use super::inversion::Inversion;
use super::log_ratio::{LogInterval, LogRatio};
use super::standard_error::StandardError;
use crate::normal::upper_normal;
use crate::probability::Level;

/// How often a change as large as the least detectable one is found.
const POWER: f64 = 0.9;

/// What can be said of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The interval leaves out zero, and the estimate reaches delta and the noise floor.
    Changed,
    /// The whole interval lies within delta: whatever the difference is, it does not matter.
    Equivalent,
    /// Neither: there are too few pairs, or too much noise.
    Inconclusive,
}

/// What the pairs measured so far say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// What can be said.
    pub verdict: Verdict,
    /// The estimate: the difference that, taken off every pair, leaves the test in balance.
    pub effect: LogRatio,
    /// What holds the true difference at [`Judgement::level`]; `None` with too few pairs for that.
    pub interval: Option<LogInterval>,
    /// How sure it is that the interval holds the true difference at every look, in all comparisons of the family.
    pub level: Level,
    /// The number of pairs, or of layouts where each counts once.
    pub pairs: usize,
    /// The p-value of no change, valid whatever look one stops at: that of the signed-rank test times the number of
    /// looks. It is the comparison's own, not corrected for the family: [`super::holm`] and [`crate::discoveries`] do
    /// that.
    pub p_value: f64,
    /// What the machine makes of no difference, with as many pairs and as much noise as these have: a smaller estimate
    /// is no change. `None` where that is not established, and below five pairs.
    pub noise_floor: Option<LogRatio>,
    /// The change that this many pairs with this noise would call a change about nine times of ten (simulated:
    /// 84 % with 10 pairs of normal noise, 90 % with 32); `None` with too few.
    pub minimum_detectable_effect: Option<LogRatio>,
    /// About how many pairs with this noise tell a difference of delta from none, nine times of ten. A plan, not a
    /// figure: it supposes that the noise stays. `None` below five pairs, and where delta is zero.
    pub pairs_needed: Option<usize>,
    /// About how many pairs decide if the estimate is the truth; `None` below five pairs, and where no number does.
    pub pairs_to_decision: Option<usize>,
}

impl Design {
    /// Judges the differences of the pairs measured so far; `None` without any.
    ///
    /// A verdict counts at the looks, and where measuring ends early (the budget is spent). Between looks it is
    /// progress: what it shows must not decide whether to go on.
    ///
    /// A verdict of change stands for itself among the family, and still stands in [`super::judge_together`].
    pub fn judge(&self, differences: &[LogRatio]) -> Option<Judgement> {
        self.judge_among(differences, 1.0 / self.family().get() as f64)
    }

    /// Judges with `share` of the error that the family may make.
    pub(super) fn judge_among(&self, differences: &[LogRatio], share: f64) -> Option<Judgement> {
        let sample = Inversion::of(differences)?;
        let pairs = differences.len();
        let alpha = self.alpha_of_a_look(share);
        let effect = sample.estimate();
        let interval = sample.interval(alpha);
        let noise = StandardError::of(&sample, pairs);
        let floor = noise.zip(self.floor(pairs)).and_then(|(noise, floor)| noise.times(floor));
        Some(Judgement {
            verdict: interval.map_or(Verdict::Inconclusive, |interval| self.verdict(effect, interval, floor)),
            effect,
            interval,
            level: Level::new(1.0 - self.alpha().get()).expect("alpha lies strictly between 0 and 1"),
            pairs,
            p_value: (sample.p_value() * self.looks().pairs().len() as f64).min(1.0),
            noise_floor: floor,
            minimum_detectable_effect: interval.and_then(|interval| self.detectable(interval, alpha, floor)),
            pairs_needed: noise.and_then(|noise| noise.pairs_for(self.delta().get(), alpha, POWER)),
            pairs_to_decision: noise.and_then(|noise| noise.pairs_for(self.gap(effect, floor), alpha, 0.5)),
        })
    }

    pub(super) fn verdict(
        &self,
        effect: LogRatio,
        interval: LogInterval,
        floor: Option<LogRatio>,
    ) -> Verdict {
        if !interval.contains(LogRatio::ZERO) && effect.abs() >= self.threshold(floor) {
            Verdict::Changed
        } else if interval.lies_within(self.delta()) {
            Verdict::Equivalent
        } else {
            Verdict::Inconclusive
        }
    }

    /// A change is found when its interval leaves out zero and its estimate reaches the threshold: half an interval or
    /// the threshold away, and as much further as estimates fall short once in ten times. The bounds of few pairs vary
    /// more than the estimate does, so that distance is taken in proportion to the interval.
    pub(super) fn detectable(
        &self,
        interval: LogInterval,
        alpha: f64,
        floor: Option<LogRatio>,
    ) -> Option<LogRatio> {
        let half = 0.5 * (interval.upper.get() - interval.lower.get());
        let short = half * upper_normal(1.0 - POWER) / upper_normal(0.5 * alpha);
        LogRatio::new(half.max(self.threshold(floor).get()) + short)
    }

    /// How far the bound of the interval has to come to the estimate for a verdict: up to zero for a change, up to
    /// delta for none.
    fn gap(&self, effect: LogRatio, floor: Option<LogRatio>) -> f64 {
        let effect = effect.abs();
        if effect >= self.threshold(floor) { effect.get() } else { self.delta().get() - effect.get() }
    }
}
