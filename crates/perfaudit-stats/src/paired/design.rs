//! What is decided before anything is measured.

use std::num::NonZeroUsize;

use super::log_ratio::LogRatio;
use super::looks::Looks;
use crate::probability::Probability;

/// The probability that all looks at all comparisons together find a change where there is none.
const ALPHA: Probability = Probability::PERCENT;

/// What is decided before the first pair is measured, so that nothing seen can bend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    delta: LogRatio,
    floor: LogRatio,
    alpha: Probability,
    family: NonZeroUsize,
    looks: Looks,
}

impl Design {
    /// A comparison that errs once in a hundred, with the usual four looks.
    ///
    /// Differences within `delta` (of either sign) do not matter. `floor` is what the machine makes of no difference,
    /// as [`crate::aa_bound`] finds it; zero where that is not established. A change has to exceed both. `family` comparisons are judged together.
    pub fn new(delta: LogRatio, floor: LogRatio, family: NonZeroUsize) -> Self {
        let looks = Looks::usual(ALPHA, family);
        Self { delta: delta.abs(), floor: floor.abs(), alpha: ALPHA, family, looks }
    }

    /// The same with other looks; see [`Looks::up_to`] and [`Looks::at`], which want [`Design::alpha`].
    #[must_use]
    pub fn with_looks(self, looks: Looks) -> Self {
        Self { looks, ..self }
    }

    /// The same with another probability to find a change where there is none; the looks stay.
    #[must_use]
    pub fn with_alpha(self, alpha: Probability) -> Self {
        Self { alpha, ..self }
    }

    /// The next number of pairs to judge at when `pairs` are measured; `None` after the last.
    pub fn next_look(&self, pairs: usize) -> Option<usize> {
        self.looks.pairs().iter().copied().find(|&look| look > pairs)
    }

    /// The looks.
    pub fn looks(&self) -> &Looks {
        &self.looks
    }

    /// The probability that any look at any of the comparisons finds a change where there is none.
    pub fn alpha(&self) -> Probability {
        self.alpha
    }

    /// How many comparisons are judged together.
    pub fn family(&self) -> NonZeroUsize {
        self.family
    }

    /// A difference within this, of either sign, does not matter.
    pub fn delta(&self) -> LogRatio {
        self.delta
    }

    /// What a change has to reach: delta, or the noise floor where that is larger.
    pub fn threshold(&self) -> LogRatio {
        if self.floor > self.delta { self.floor } else { self.delta }
    }

    /// The error that one look at one comparison may make when the whole family may make `alpha` and `share` of it is
    /// among what is decided.
    pub(super) fn alpha_of_a_look(&self, share: f64) -> f64 {
        self.alpha.get() * share / self.looks.pairs().len() as f64
    }
}
