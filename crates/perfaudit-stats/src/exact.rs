//! Quantities that a program repeats exactly: allocations, bytes, instructions, sizes.

use crate::paired::{LogRatio, Verdict};

/// What counting the same thing several times gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The same every time.
    Same(u64),
    /// Not the same every time.
    Varying {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
}

impl Counts {
    /// Of one or more counts; `None` without any.
    pub fn of(counts: &[u64]) -> Option<Self> {
        let (least, most) = (*counts.iter().min()?, *counts.iter().max()?);
        Some(if least == most { Self::Same(least) } else { Self::Varying { least, most } })
    }

    fn bounds(self) -> (u64, u64) {
        match self {
            Self::Same(count) => (count, count),
            Self::Varying { least, most } => (least, most),
        }
    }
}

/// The counts of two programs beside each other. No pairs and no test: a count either repeats or it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// Of the first.
    pub a: Counts,
    /// Of the second.
    pub b: Counts,
}

/// What two counts say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExactVerdict {
    /// Both repeat, and are equal.
    Equal,
    /// Every count of the second lies above every one of the first.
    More,
    /// Every count of the second lies below every one of the first.
    Less,
    /// One of them does not repeat, and their ranges meet.
    NotExact,
}

impl Exact {
    /// What they say.
    pub fn verdict(self) -> ExactVerdict {
        let ((least_a, most_a), (least_b, most_b)) = (self.a.bounds(), self.b.bounds());
        match (self.a, self.b) {
            (Counts::Same(a), Counts::Same(b)) if a == b => ExactVerdict::Equal,
            _ if least_b > most_a => ExactVerdict::More,
            _ if most_b < least_a => ExactVerdict::Less,
            _ => ExactVerdict::NotExact,
        }
    }

    /// The difference that every two counts of both have at least, with its sign; zero where ranges meet, `None` where
    /// one is from or to nothing.
    pub fn least_difference(self) -> Option<LogRatio> {
        let ((least_a, most_a), (least_b, most_b)) = (self.a.bounds(), self.b.bounds());
        match self.verdict() {
            ExactVerdict::Equal | ExactVerdict::NotExact => Some(LogRatio::ZERO),
            ExactVerdict::More => LogRatio::between(most_a as f64, least_b as f64),
            ExactVerdict::Less => LogRatio::between(least_a as f64, most_b as f64),
        }
    }
}

/// What the count of instructions says of a verdict on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Witness {
    /// Time and instructions changed the same way.
    Confirmed,
    /// Time changed and instructions did not: suspect the layout of the program, or caches. Compare more layouts.
    SuspectLayout,
    /// Time and instructions changed in opposite ways: fewer instructions that wait longer, or the reverse. Look at
    /// memory accesses and at vectorised code before it is called either.
    Opposed,
    /// Time did not change and instructions did: it may show in another program or on another machine.
    Latent,
    /// Neither changed.
    Unchanged,
    /// The verdict on time is open, and the count does not stand in for it.
    Undecided,
}

/// What instructions say of time. Counts that differ by less than `margin` count as equal: hash seeds and addresses move
/// them a little.
pub fn witness(time: Verdict, effect: LogRatio, instructions: Exact, margin: LogRatio) -> Witness {
    let moved = instructions.least_difference().map_or_else(
        // From nothing or to nothing.
        || if instructions.verdict() == ExactVerdict::More { 1.0 } else { -1.0 },
        |difference| if difference.abs() < margin { 0.0 } else { difference.get() },
    );
    let instructions_changed = moved != 0.0;
    match time {
        Verdict::Changed if !instructions_changed => Witness::SuspectLayout,
        Verdict::Changed if (moved > 0.0) == (effect > LogRatio::ZERO) => Witness::Confirmed,
        Verdict::Changed => Witness::Opposed,
        Verdict::Equivalent if instructions_changed => Witness::Latent,
        Verdict::Equivalent => Witness::Unchanged,
        Verdict::Inconclusive => Witness::Undecided,
    }
}
