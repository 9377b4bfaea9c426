//! A far quantile of both programs beside each other: the 95th percentile of processes.
//!
//! Differences within pairs say nothing of it: who is slow in one pair is not the one who is slow in the next. Each side
//! has the order-statistic interval of its own quantile.

use super::design::Design;
use super::judge::Verdict;
use super::log_ratio::{LogInterval, LogRatio};
use super::standard_error::StandardError;
use crate::effective::effective_size;
use crate::probability::{Level, Probability};
use crate::quantile::{QuantileEstimate, least_sample_size, quantile_estimate};
use crate::sample::Sample;

/// How a quantile of B relates to that of A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum QuantileRatio {
    /// The ratio of both empirical quantiles.
    Estimated {
        /// What can be said.
        verdict: Verdict,
        /// B over A.
        effect: LogRatio,
        /// What holds the true ratio at `level`.
        interval: LogInterval,
        /// How sure it is that the interval holds the true ratio, in all comparisons of the family.
        level: Level,
    },
    /// The processes are too few for an interval with finite ends, or worth too few because they hang together.
    NotEstimable {
        /// The number of independent processes of each side that it takes.
        needed: usize,
        /// The number there is on the side that has fewer, rounded down.
        have: usize,
    },
}

impl Design {
    /// The number of pairs that a far quantile takes: each side has half of the error of one comparison.
    pub fn pairs_for_quantile(&self, p: Probability) -> usize {
        least_sample_size(p, self.level_of_a_side())
    }

    fn level_of_a_side(&self) -> Level {
        Level::new(1.0 - self.alpha_of_a_side()).expect("half of an alpha lies strictly between 0 and 1")
    }

    fn alpha_of_a_side(&self) -> f64 {
        self.alpha().get() / (2.0 * self.family().get() as f64)
    }
}

/// A quantile of both sides, from all processes of each in the order they were measured. The number of processes has to
/// be fixed beforehand: nothing that was seen may decide it.
///
/// The interval goes from the least that B's quantile may be over the most that A's may be to the opposite. Each side's
/// interval errs half as often as the comparison may (Bonferroni's bound), which holds however both sides hang together.
/// Autocorrelation makes a side worth fewer processes, see [`effective_size`].
///
/// `None` when a value is not above zero and finite.
pub fn quantile_ratio(design: &Design, p: Probability, a: &[f64], b: &[f64]) -> Option<QuantileRatio> {
    let side = |values: &[f64]| {
        let sample = Sample::new(values.to_vec()).ok().filter(|sample| sample.min() > 0.0)?;
        Some(quantile_estimate(&sample, p, design.level_of_a_side(), effective_size(&sample)))
    };
    let estimated = |estimate| match estimate {
        QuantileEstimate::Estimated { value, interval, .. } => Ok((value, interval)),
        QuantileEstimate::NotEstimable { needed, have } => Err((needed, have)),
    };
    let ((value_a, of_a), (value_b, of_b)) = match (estimated(side(a)?), estimated(side(b)?)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err((needed, one)), Err((_, other))) => {
            return Some(QuantileRatio::NotEstimable { needed, have: one.min(other) });
        }
        (Err((needed, have)), Ok(_)) | (Ok(_), Err((needed, have))) => {
            return Some(QuantileRatio::NotEstimable { needed, have });
        }
    };
    let effect = LogRatio::between(value_a, value_b)?;
    let interval = LogInterval {
        lower: LogRatio::between(of_a.upper, of_b.lower)?,
        upper: LogRatio::between(of_a.lower, of_b.upper)?,
    };
    let pairs = a.len().min(b.len());
    let noise = StandardError::read_from(interval, design.alpha_of_a_side(), pairs);
    let floor = design.floor(pairs).and_then(|floor| noise.times(floor));
    let verdict = design.verdict(effect, interval, floor);
    let level = Level::new(1.0 - design.alpha().get()).expect("alpha lies strictly between 0 and 1");
    Some(QuantileRatio::Estimated { verdict, effect, interval, level })
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::shuffle;

    fn design() -> Design {
        Design::new(LogRatio::of_change(0.02).unwrap(), NonZeroUsize::MIN)
    }

    /// `n` processes between 1 and 2 whose order tells nothing.
    fn processes(n: u32, factor: f64, seed: u64) -> Vec<f64> {
        let mut all: Vec<f64> = (0..n).map(|i| factor * (1.0 + f64::from(i) / f64::from(n))).collect();
        shuffle(&mut all, seed);
        all
    }

    #[test]
    fn p95_of_processes_takes_117_pairs() {
        assert_eq!(design().pairs_for_quantile(Probability::P95), 117);
        let few =
            quantile_ratio(&design(), Probability::P95, &processes(116, 1.0, 1), &processes(116, 1.0, 2));
        assert_eq!(few, Some(QuantileRatio::NotEstimable { needed: 117, have: 116 }));
        assert_eq!(quantile_ratio(&design(), Probability::P95, &[0.0; 200], &[1.0; 200]), None);
    }

    #[test]
    fn a_tail_that_is_half_as_long_again_is_a_change_and_its_interval_holds_it() {
        let (a, b) = (processes(300, 1.0, 3), processes(300, 1.5, 4));
        let Some(QuantileRatio::Estimated { verdict, effect, interval, .. }) =
            quantile_ratio(&design(), Probability::P95, &a, &b)
        else {
            panic!("300 processes are enough");
        };
        assert_eq!(verdict, Verdict::Changed);
        assert!((effect.change() - 0.5).abs() < 1e-9);
        assert!(interval.contains(LogRatio::of_change(0.5).unwrap()) && interval.lower > LogRatio::ZERO);
    }

    #[test]
    fn without_a_change_intervals_leave_out_zero_no_more_often_than_is_said() {
        let mut wrong = 0;
        for seed in 0..150 {
            // 240 of 1000 processes, drawn for each side.
            let draw = |seed| processes(1000, 1.0, seed)[..240].to_vec();
            let found = quantile_ratio(&design(), Probability::P95, &draw(seed), &draw(seed + 1000)).unwrap();
            if let QuantileRatio::Estimated { interval, .. } = found {
                wrong += u32::from(!interval.contains(LogRatio::ZERO));
            }
        }
        // 1.5 are expected at most; three standard errors above that are 5.
        assert!(wrong <= 5, "{wrong} of 150");
    }
}
