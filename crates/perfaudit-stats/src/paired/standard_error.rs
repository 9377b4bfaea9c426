//! How far estimates lie from the truth, by the noise of their own pairs.

use super::inversion::Inversion;
use super::log_ratio::{LogInterval, LogRatio};
use crate::normal::upper_normal;

/// The two-sided error of the narrower interval that the standard error is read from; five pairs are enough for it.
const OF_INTERVAL: f64 = 0.1;

/// A distance from nothing, in standard errors of the estimate that lies so far from it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct StandardErrors(f64);

impl StandardErrors {
    /// `None` unless it is finite and not negative.
    pub fn new(errors: f64) -> Option<Self> {
        (errors.is_finite() && errors >= 0.0).then_some(Self(errors))
    }

    /// How many.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The standard error of the estimate, read from an interval of moderate level as Lehmann does ("Nonparametric
/// Confidence Intervals for a Shift Parameter", 1963). It plans, and carries the noise floor from one program to another;
/// no interval is made of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandardError {
    error: f64,
    pairs: usize,
}

impl StandardError {
    /// `None` below five pairs.
    pub(super) fn of(sample: &Inversion, pairs: usize) -> Option<Self> {
        Some(Self::read_from(sample.interval(OF_INTERVAL)?, OF_INTERVAL, pairs))
    }

    /// From an interval that errs with probability `alpha`.
    pub(super) fn read_from(interval: LogInterval, alpha: f64, pairs: usize) -> Self {
        let width = interval.upper.get() - interval.lower.get();
        Self { error: 0.5 * width / upper_normal(0.5 * alpha), pairs }
    }

    /// So many of it.
    pub(super) fn times(self, errors: StandardErrors) -> Option<LogRatio> {
        LogRatio::new(self.error * errors.get())
    }

    /// How many of it an estimate is away from nothing; `None` for one that is, where there is no noise.
    fn count(self, estimate: LogRatio) -> Option<StandardErrors> {
        let estimate = estimate.abs().get();
        StandardErrors::new(if estimate > 0.0 { estimate / self.error } else { 0.0 })
    }

    /// The pairs with which a difference of `gap` is significant at `alpha` with probability `power`.
    pub(super) fn pairs_for(self, gap: f64, alpha: f64, power: f64) -> Option<usize> {
        let errors = upper_normal(0.5 * alpha) + upper_normal(1.0 - power);
        let times = (errors * self.error / gap).powi(2);
        let pairs = (self.pairs as f64 * times).ceil();
        // Beyond what anyone measures there is no number to tell.
        (gap > 0.0 && pairs < f64::from(u32::MAX))
            .then(|| (pairs as usize).max(super::looks::least_pairs(alpha)))
    }
}

/// How many standard errors the estimate of one sample of differences is away from nothing; `None` below five pairs, and
/// where all of them differ by the same.
pub(crate) fn errors_away(differences: &[LogRatio]) -> Option<StandardErrors> {
    let sample = Inversion::of(differences)?;
    StandardError::of(&sample, differences.len())?.count(sample.estimate())
}
