//! What is decided before anything is measured.

use std::num::NonZeroUsize;

use super::log_ratio::LogRatio;
use super::looks::Looks;
use super::standard_error::StandardErrors;
use crate::probability::Probability;

/// The probability that all looks at all comparisons together find a change where there is none.
const ALPHA: Probability = Probability::PERCENT;

/// What is decided before the first pair is measured, so that nothing seen can bend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    delta: LogRatio,
    /// The noise floor of comparisons with so many pairs or more, by increasing numbers of pairs.
    floors: Vec<(usize, StandardErrors)>,
    alpha: Probability,
    family: NonZeroUsize,
    looks: Looks,
}

impl Design {
    /// A comparison that errs once in a hundred, with the usual four looks.
    ///
    /// Differences within `delta` (of either sign) do not matter. `family` comparisons are judged together.
    pub fn new(delta: LogRatio, family: NonZeroUsize) -> Self {
        let looks = Looks::usual(ALPHA, family);
        Self { delta: delta.abs(), floors: Vec::new(), alpha: ALPHA, family, looks }
    }

    /// The same where it is known what the machine makes of no difference in comparisons with so many pairs or more, as
    /// [`crate::aa_error_bound`] finds it: a change has to exceed it.
    ///
    /// It is told in standard errors of the estimate, because programs differ in how noisy they are: what one that is
    /// bound by memory makes of no difference on a shared machine, in percent, says nothing of one that is bound by
    /// arithmetic. How far both exceed the noise that they show within a comparison is much the same.
    #[must_use]
    pub fn with_floors(self, floors: impl IntoIterator<Item = (usize, StandardErrors)>) -> Self {
        let mut floors: Vec<_> = floors.into_iter().collect();
        floors.sort_by_key(|(pairs, _)| *pairs);
        Self { floors, ..self }
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

    /// The same without a noise floor, for what is no time.
    #[must_use]
    pub fn without_floor(self) -> Self {
        Self { floors: Vec::new(), ..self }
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

    /// What the machine makes of no difference when it is compared by so many pairs: as it is known for the largest
    /// number that is not above this one. `None` where that is not established.
    pub fn floor(&self, pairs: usize) -> Option<StandardErrors> {
        self.floors.iter().rev().find(|(least, _)| *least <= pairs).map(|(_, floor)| *floor)
    }

    /// What a change has to reach: delta, or the noise floor where that is larger.
    pub(super) fn threshold(&self, floor: Option<LogRatio>) -> LogRatio {
        floor.filter(|floor| *floor > self.delta).unwrap_or(self.delta)
    }

    /// The error that one look at one comparison may make when the whole family may make `alpha` and `share` of it is
    /// among what is decided.
    pub(super) fn alpha_of_a_look(&self, share: f64) -> f64 {
        self.alpha.get() * share / self.looks.pairs().len() as f64
    }
}
