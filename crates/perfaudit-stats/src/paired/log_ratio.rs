//! Differences as logarithms of ratios.

/// The natural logarithm of the ratio of two positive quantities; always finite. 0.01 is 1.005 % more; the same
/// factor up and down has the same size.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct LogRatio(f64);

impl LogRatio {
    /// No difference.
    pub const ZERO: Self = Self(0.0);

    /// ln(b / a): positive where `b` is the larger. `None` unless both are positive and finite.
    pub fn between(a: f64, b: f64) -> Option<Self> {
        (a > 0.0 && b > 0.0).then(|| b.ln() - a.ln()).and_then(Self::new)
    }

    /// A logarithm of a ratio; `None` when it is not finite.
    pub fn new(log_ratio: f64) -> Option<Self> {
        log_ratio.is_finite().then_some(Self(log_ratio))
    }

    /// The logarithm of 1 + `change`, 0.01 being one percent more. `None` where nothing or less remains.
    pub fn of_change(change: f64) -> Option<Self> {
        Self::new(change.ln_1p())
    }

    /// The logarithm.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The change as a fraction: 0.01 where B takes one percent more than A.
    pub fn change(self) -> f64 {
        self.0.exp_m1()
    }

    /// The size without the sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

/// A closed interval of [`LogRatio`]s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogInterval {
    /// The lower bound.
    pub lower: LogRatio,
    /// The upper bound, at least the lower one.
    pub upper: LogRatio,
}

impl LogInterval {
    /// Whether the value lies between the bounds, or on one.
    pub fn contains(&self, value: LogRatio) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// Whether all of it is smaller in size than `margin`.
    pub fn lies_within(&self, margin: LogRatio) -> bool {
        self.lower.abs() < margin && self.upper.abs() < margin
    }
}
