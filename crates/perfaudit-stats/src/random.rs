//! Seeded draws for resampling and permutation.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Puts the items in a random order that depends on the seed alone, on every platform.
pub fn shuffle<T>(items: &mut [T], seed: u64) {
    Draws::new(seed).shuffle(items);
}

/// A stream of random indices that depends on the seed alone, on every platform.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// An index below `n`, which must be at least 1. Scaling 32 random bits favours no index by more than n /
    /// 2^32.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        let n = u32::try_from(n).expect("resampling 2^32 values takes longer than anyone waits");
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as usize
    }

    /// Puts the items in a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}
