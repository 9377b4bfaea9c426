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
    /// The floor of comparisons with so many pairs or more, by increasing numbers of pairs.
    floors: Vec<(usize, LogRatio)>,
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
        Self { delta: delta.abs(), floor: floor.abs(), floors: Vec::new(), alpha: ALPHA, family, looks }
    }

    /// The same where the noise floor is also known for comparisons with so many pairs or more: estimates of many pairs
    /// vary less than those of few, and so does what the machine makes of no difference.
    #[must_use]
    pub fn with_floors(self, floors: impl IntoIterator<Item = (usize, LogRatio)>) -> Self {
        let mut floors: Vec<_> = floors.into_iter().map(|(pairs, floor)| (pairs, floor.abs())).collect();
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
        Self { floor: LogRatio::ZERO, floors: Vec::new(), ..self }
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
    /// number that is not above this one.
    pub fn floor(&self, pairs: usize) -> LogRatio {
        self.floors.iter().rev().find(|(least, _)| *least <= pairs).map_or(self.floor, |(_, floor)| *floor)
    }

    /// What a change that so many pairs show has to reach: delta, or the noise floor where that is larger.
    pub fn threshold(&self, pairs: usize) -> LogRatio {
        let floor = self.floor(pairs);
        if floor > self.delta { floor } else { self.delta }
    }

    /// The error that one look at one comparison may make when the whole family may make `alpha` and `share` of it is
    /// among what is decided.
    pub(super) fn alpha_of_a_look(&self, share: f64) -> f64 {
        self.alpha.get() * share / self.looks.pairs().len() as f64
    }
}
