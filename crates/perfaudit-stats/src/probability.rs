//! Probabilities, confidence levels and intervals.

/// A probability strictly between 0 and 1, as in "the 0.99 quantile".
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// One in a hundred.
    pub const PERCENT: Self = Self(0.01);
    /// The median.
    pub const MEDIAN: Self = Self(0.5);
    /// The 95th percentile.
    pub const P95: Self = Self(0.95);
    /// The 99th percentile.
    pub const P99: Self = Self(0.99);

    /// `None` unless the value lies strictly between 0 and 1.
    pub fn new(value: f64) -> Option<Self> {
        strictly_inside(value).then_some(Self(value))
    }

    /// The value, between 0 and 1.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A confidence level strictly between 0 and 1: the share of such intervals that hold the true value.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Level(f64);

impl Level {
    /// 90 %: each of the two bounds alone holds with 95 %.
    pub const P90: Self = Self(0.9);
    /// 95 %.
    pub const P95: Self = Self(0.95);

    /// `None` unless the value lies strictly between 0 and 1.
    pub fn new(value: f64) -> Option<Self> {
        strictly_inside(value).then_some(Self(value))
    }

    /// The value, between 0 and 1.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The probability an equal-tailed interval of this level may leave on either side.
    pub(crate) fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }
}

fn strictly_inside(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

/// A closed interval in the unit of the sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound, at least the lower one.
    pub upper: f64,
}

impl Interval {
    /// Whether the value lies between the bounds, or on one.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}
