//! How often, and when, the pairs measured so far are judged.

use std::num::NonZeroUsize;

use crate::probability::Probability;

/// How the numbers of pairs at successive looks grow, in tenths of the first one, before they double from the fourth to
/// the sixth, the fifth to the seventh and so on.
const GROWTH_IN_TENTHS: [usize; 4] = [10, 16, 24, 32];

/// The looks that a default design takes.
const USUAL: usize = 4;

/// Numbers of pairs after which the pairs so far are judged, increasing, each with the same share of the error that all
/// are allowed together: who looks four times at 0.25 % errs at most once in a hundred comparisons (Bonferroni's bound).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks(Vec<usize>);

/// Why a list of numbers is not a plan of looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LooksError {
    /// There are none.
    #[error("there are no looks: name at least one number of pairs")]
    Empty,
    /// One does not exceed the one before.
    #[error(
        "look number {index} (counted from 0) does not come after the one before: give increasing numbers of pairs"
    )]
    NotIncreasing {
        /// Position of the first such look, counted from 0.
        index: usize,
    },
    /// The first is too early.
    #[error(
        "a look at {first} pairs can decide nothing: begin at {least} pairs, or judge fewer comparisons together"
    )]
    TooEarly {
        /// The first look.
        first: usize,
        /// The least number of pairs that can decide.
        least: usize,
    },
}

impl Looks {
    /// Four looks, the first as early as one can decide: 10, 16, 24 and 32 pairs for one comparison; for 100 that are
    /// judged together 17, 28, 41 and 55, since the smallest p-value of n pairs is 2 / 2^n.
    pub fn usual(alpha: Probability, family: NonZeroUsize) -> Self {
        Self::up_to(USUAL, alpha, family)
    }

    /// `count` looks (at least one is taken), growing by a half and a third by turns after the first two: 10, 16, 24,
    /// 32, 48, 64, ... from the least number of pairs that can decide.
    pub fn up_to(count: usize, alpha: Probability, family: NonZeroUsize) -> Self {
        let count = count.max(1);
        let first = least_pairs(alpha.get() / (count * family.get()) as f64);
        let pairs = |look: usize| {
            let doubled = look.saturating_sub(2) / 2;
            ((first * GROWTH_IN_TENTHS[look - 2 * doubled]) << doubled).div_ceil(10)
        };
        Self((0..count).map(pairs).collect())
    }

    /// Looks at the given numbers of pairs.
    ///
    /// # Errors
    /// Where there are none, where they do not increase, and where the first comes before anything can be decided at
    /// its share of `alpha` among `family` comparisons.
    pub fn at(pairs: Vec<usize>, alpha: Probability, family: NonZeroUsize) -> Result<Self, LooksError> {
        let first = *pairs.first().ok_or(LooksError::Empty)?;
        if let Some(index) = (1..pairs.len()).find(|&index| pairs[index] <= pairs[index - 1]) {
            return Err(LooksError::NotIncreasing { index });
        }
        let least = least_pairs(alpha.get() / (pairs.len() * family.get()) as f64);
        if first < least {
            return Err(LooksError::TooEarly { first, least });
        }
        Ok(Self(pairs))
    }

    /// The numbers of pairs, increasing; at least one.
    pub fn pairs(&self) -> &[usize] {
        &self.0
    }
}

/// The least number of pairs whose smallest p-value, 2 / 2^n, is at most `alpha`.
pub(super) fn least_pairs(alpha: f64) -> usize {
    (2.0 / alpha).log2().ceil().max(1.0) as usize
}
