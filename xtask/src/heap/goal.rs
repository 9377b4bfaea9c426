//! What is to be shown of a ratio of CPU times: pairs are added until its interval lies on one side of the limit.

use std::num::NonZeroUsize;
use std::time::Duration;

use perfaudit_stats::{Design, LogInterval, LogRatio, Looks, Probability};

/// At 9, 15, 22, 29, 44, 58, 87, 116 and 173 pairs.
const LOOKS: usize = 9;
/// The error that all looks of one goal may make together.
const ERROR: f64 = 0.05;

/// A ratio that must not exceed a limit.
#[derive(Debug)]
pub(super) struct Goal {
    what: &'static str,
    limit: f64,
    design: Design,
    ratios: Vec<LogRatio>,
    outcome: Option<Outcome>,
    is_given_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Met,
    Missed,
}

impl Goal {
    pub(super) fn new(what: &'static str, limit: f64) -> Self {
        let error = Probability::new(ERROR).expect("it is one");
        let nothing = LogRatio::new(0.0).expect("it is finite");
        let family = NonZeroUsize::MIN;
        let design =
            Design::new(nothing, family).with_alpha(error).with_looks(Looks::up_to(LOOKS, error, family));
        Self { what, limit, design, ratios: Vec::new(), outcome: None, is_given_up: false }
    }

    /// Whether more pairs may decide it.
    pub(super) fn is_open(&self) -> bool {
        let last = self.design.looks().pairs().last().copied().unwrap_or(0);
        self.outcome.is_none() && !self.is_given_up && self.ratios.len() < last
    }

    /// Asks for no more pairs: one of both cannot be measured.
    pub(super) fn give_up(&mut self) {
        self.is_given_up = true;
    }

    /// Adds a pair, and looks where it is time to.
    pub(super) fn add(&mut self, time: Duration, over: Duration) {
        self.ratios.extend(LogRatio::between(over.as_secs_f64(), time.as_secs_f64()));
        if !self.design.looks().pairs().contains(&self.ratios.len()) {
            return;
        }
        self.outcome = self.interval().and_then(|interval| {
            let limit = self.limit.ln();
            match interval {
                LogInterval { upper, .. } if upper.get() <= limit => Some(Outcome::Met),
                LogInterval { lower, .. } if lower.get() > limit => Some(Outcome::Missed),
                _ => None,
            }
        });
    }

    fn interval(&self) -> Option<LogInterval> {
        self.design.judge(&self.ratios).and_then(|judgement| judgement.interval)
    }

    /// The ratio with its interval, and whether the limit is kept.
    pub(super) fn tell(&self) -> String {
        let Self { what, limit, ratios, .. } = self;
        let Some(judgement) = self.design.judge(ratios) else {
            return format!("{what}: not measured");
        };
        let pairs = ratios.len();
        let factor = |ratio: LogRatio| ratio.get().exp();
        let estimate = factor(judgement.effect);
        let Some(interval) = judgement.interval else {
            return format!(
                "{what}: {estimate:.3} in {pairs} pairs, too few for an interval; limit {limit}: open"
            );
        };
        let outcome = match self.outcome {
            Some(Outcome::Met) => "met",
            Some(Outcome::Missed) => "missed",
            None => "open",
        };
        let (lower, upper) = (factor(interval.lower), factor(interval.upper));
        format!(
            "{what}: {estimate:.3}, from {lower:.3} to {upper:.3} (95 % over all looks, {pairs} pairs); limit {limit}: {outcome}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(factor: f64) -> Goal {
        let mut goal = Goal::new("ratio", 1.05);
        let mut round = 0;
        while goal.is_open() {
            round += 1;
            // Noise of 2 % that has no trend.
            let noise = 1.0 + 0.02 * f64::from(round * 7 % 5 - 2) / 2.0;
            goal.add(Duration::from_secs_f64(factor * noise), Duration::from_secs(1));
        }
        goal
    }

    #[test]
    fn pairs_are_added_until_the_interval_lies_on_one_side_of_the_limit() {
        assert_eq!(measured(1.0).outcome, Some(Outcome::Met));
        assert_eq!(measured(1.2).outcome, Some(Outcome::Missed));
        assert!(measured(1.2).ratios.len() < 30, "{}", measured(1.2).tell());
        let open = measured(1.05);
        assert_eq!((open.outcome, open.ratios.len()), (None, 173), "{}", open.tell());
        assert!(open.tell().ends_with("limit 1.05: open"));
    }

    #[test]
    fn without_enough_pairs_nothing_is_decided() {
        let mut goal = Goal::new("ratio", 3.0);
        assert_eq!(goal.tell(), "ratio: not measured");
        goal.add(Duration::from_secs(2), Duration::from_secs(1));
        assert!(goal.tell().contains("too few") && goal.is_open());
    }
}
