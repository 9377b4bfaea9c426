//! Several layouts of each program.
//!
//! Where code and data lie in memory changes times by percents, and a change of the source moves both. Pairs of one
//! build each cannot tell a change from its layout, however many there are: the layout is the same in all of them.

use std::collections::BTreeMap;

use super::design::Design;
use super::inversion::Inversion;
use super::judge::Judgement;
use super::log_ratio::{LogInterval, LogRatio};
use super::looks::least_pairs;
use crate::probability::Level;

/// What a verdict says about layouts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LayoutScope {
    /// Each program had one layout: what it does to times is part of the effect and not excluded.
    NotExcluded,
    /// There were too few layouts for a test. The interval was widened to the estimates of every one of them; a change
    /// is one in all of them.
    AllTried {
        /// The number of layouts.
        layouts: usize,
        /// How sure it is that the median over all layouts lies between the estimates of those tried: 1 - 2^(1 -
        /// layouts).
        level: Level,
    },
    /// Each layout counts as one observation: the interval is one over layouts.
    Sampled {
        /// The number of layouts.
        layouts: usize,
    },
}

/// A judgement, and what it says about layouts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayoutJudgement {
    /// The judgement.
    pub judgement: Judgement,
    /// What it says about layouts.
    pub scope: LayoutScope,
}

impl Design {
    /// The least number of layouts of which each counts as one observation: 10 for one comparison.
    pub fn layouts_to_sample(&self) -> usize {
        // What counts as one observation must not depend on what others of the family found.
        least_pairs(self.alpha_of_a_look(1.0 / self.family().get() as f64))
    }

    /// Judges pairs that were measured with several layouts of both programs, each pair with the number of its layout;
    /// `None` without any. Pairs have the same layout when both programs had.
    ///
    /// With [`Design::layouts_to_sample`] or more, each layout is one observation, the estimate from its pairs. With fewer, the interval of the pairs is widened by the estimates of each layout; the p-value is then that
    /// of the pairs, for the layouts tried.
    pub fn judge_layouts(&self, pairs: &[(usize, LogRatio)]) -> Option<LayoutJudgement> {
        self.judge_layouts_among(pairs, 1.0 / self.family().get() as f64)
    }

    /// Judges with `share` of the error that the family may make.
    pub(super) fn judge_layouts_among(
        &self,
        pairs: &[(usize, LogRatio)],
        share: f64,
    ) -> Option<LayoutJudgement> {
        let estimates = estimates(pairs);
        let layouts = estimates.len();
        if layouts >= self.layouts_to_sample() {
            let judgement = self.judge_among(&estimates, share)?;
            return Some(LayoutJudgement { judgement, scope: LayoutScope::Sampled { layouts } });
        }
        let all: Vec<LogRatio> = pairs.iter().map(|pair| pair.1).collect();
        let judgement = self.judge_among(&all, share)?;
        let Some(level) = Level::new(1.0 - 0.5_f64.powi(layouts as i32 - 1)) else {
            return Some(LayoutJudgement { judgement, scope: LayoutScope::NotExcluded });
        };
        let scope = LayoutScope::AllTried { layouts, level };
        Some(LayoutJudgement { judgement: self.widened(judgement, &estimates, share), scope })
    }

    /// The judgement with an interval that holds all the estimates too.
    fn widened(&self, judgement: Judgement, estimates: &[LogRatio], share: f64) -> Judgement {
        let Some(interval) = judgement.interval else { return judgement };
        let interval = estimates.iter().fold(interval, |wide, &estimate| LogInterval {
            lower: if estimate < wide.lower { estimate } else { wide.lower },
            upper: if estimate > wide.upper { estimate } else { wide.upper },
        });
        let verdict = self.verdict(judgement.effect, interval, judgement.noise_floor);
        let minimum_detectable_effect =
            self.detectable(interval, self.alpha_of_a_look(share), judgement.noise_floor);
        Judgement { verdict, interval: Some(interval), minimum_detectable_effect, ..judgement }
    }
}

/// The estimate of each layout from its own pairs.
fn estimates(pairs: &[(usize, LogRatio)]) -> Vec<LogRatio> {
    let mut by_layout = BTreeMap::<usize, Vec<LogRatio>>::new();
    for &(layout, difference) in pairs {
        by_layout.entry(layout).or_default().push(difference);
    }
    by_layout.values().filter_map(|pairs| Inversion::of(pairs)).map(|pairs| pairs.estimate()).collect()
}
