//! What one process states of one benchmark, for harnesses that print a summary and keep the samples to themselves.

/// A printed number: its value, and what its last digit is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Printed {
    pub(crate) value: f64,
    pub(crate) resolution: f64,
}

impl Printed {
    pub(crate) fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, resolution: self.resolution * factor }
    }

    fn is_usable(self) -> bool {
        self.value.is_finite() && self.value >= 0.0
    }
}

/// What one process states. Times are in nanoseconds per iteration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) median: Printed,
    pub(crate) fastest: Option<Printed>,
    pub(crate) slowest: Option<Printed>,
    /// The samples behind the median.
    pub(crate) samples: u64,
    /// The iterations of all samples; 0 where it is not stated.
    pub(crate) iterations: u64,
    /// The kinds of work whose rates it states, each with the bounds that rate and time put on the work of one
    /// iteration.
    pub(crate) work: Vec<(Work, Bounds)>,
}

impl Statement {
    /// Above this, sums of squares would overflow.
    const LONGEST_NS: f64 = 9_007_199_254_740_992.0;

    /// Whether the median is a time that a clock can give.
    pub(crate) fn is_plausible(&self) -> bool {
        self.median.is_usable() && self.median.value <= Self::LONGEST_NS && self.samples > 0
    }
}

/// What is worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Bytes,
    Items,
    Chars,
}

/// The work of one iteration lies from `lower` up to, but not including, `upper`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Bounds {
    pub(crate) const ALL: Self = Self { lower: 0.0, upper: f64::INFINITY };

    /// From a rate per second and a time in nanoseconds, both cut off behind their last digit.
    pub(crate) fn of_rate(rate: Printed, time: Printed) -> Self {
        Self {
            lower: rate.value * time.value / 1e9,
            upper: (rate.value + rate.resolution) * (time.value + time.resolution) / 1e9,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { lower: self.lower.max(other.lower), upper: self.upper.min(other.upper) }
    }

    /// The only whole number from 1 on within the bounds, if there is exactly one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    pub(crate) fn whole(self) -> Option<u64> {
        /// Products of printed numbers miss whole numbers by their last bits.
        const SLACK: f64 = 1e-12;
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let first = (self.lower * (1.0 - SLACK)).ceil().max(1.0);
        let past = self.upper * (1.0 + SLACK);
        (first < past && past <= first + 1.0 && first <= LARGEST).then_some(first as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(value: f64, digits: i32) -> Printed {
        let resolution = 10_f64.powi(value.log10().floor() as i32 + 1 - digits);
        Printed { value: (value / resolution).floor() * resolution, resolution }
    }

    #[test]
    fn bounds_that_hold_two_numbers_or_none_tell_nothing() {
        assert_eq!(Bounds { lower: 63.2, upper: 64.4 }.whole(), Some(64));
        assert_eq!(Bounds { lower: 63.2, upper: 65.4 }.whole(), None);
        assert_eq!(Bounds { lower: 63.2, upper: 63.4 }.whole(), None);
        assert_eq!(Bounds::ALL.whole(), None);
        assert_eq!(Bounds { lower: 0.0, upper: 0.4 }.whole(), None);
    }

    proptest! {
        #[test]
        fn rates_and_times_of_several_processes_never_lead_to_other_work(
            work in 1_u32..100_000,
            times in prop::collection::vec(1.0..1e9_f64, 1..40),
        ) {
            let bounds = times.iter().fold(Bounds::ALL, |bounds, &time| {
                bounds.and(Bounds::of_rate(cut(f64::from(work) * 1e9 / time, 4), cut(time, 4)))
            });
            prop_assert!(bounds.whole().is_none_or(|whole| whole == u64::from(work)), "{bounds:?}");
        }
    }
}
