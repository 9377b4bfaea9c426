//! Intervals of products and differences of independent estimates.

use crate::probability::Interval;

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// The value.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

/// The product of two independent positive estimates, at the level that both intervals have.
///
/// The distances of the bounds from the estimates are added as squares on the scale of logarithms, each side on its
/// own: the method of variance estimates recovery (Zou and Donner, "Construction of confidence limits about effect
/// measures", Statistics in Medicine 27, 2008), which keeps the skew of both intervals. `None` unless all values and
/// bounds are positive and in order.
pub fn product_interval(a: Estimated, b: Estimated) -> Option<Estimated> {
    let is_fine =
        |x: Estimated| x.interval.lower > 0.0 && x.interval.contains(x.value) && x.interval.upper.is_finite();
    if !is_fine(a) || !is_fine(b) {
        return None;
    }
    let below = (a.value / a.interval.lower).ln().hypot((b.value / b.interval.lower).ln());
    let above = (a.interval.upper / a.value).ln().hypot((b.interval.upper / b.value).ln());
    let value = a.value * b.value;
    Some(Estimated {
        value,
        interval: Interval { lower: value * (-below).exp(), upper: value * above.exp() },
    })
}

/// The difference `b - a` of two independent estimates, at the level that both intervals have.
///
/// The method of variance estimates recovery, see [`product_interval`].
pub fn difference_interval(a: Estimated, b: Estimated) -> Estimated {
    let value = b.value - a.value;
    let below = (b.value - b.interval.lower).hypot(a.interval.upper - a.value);
    let above = (b.interval.upper - b.value).hypot(a.value - a.interval.lower);
    Estimated { value, interval: Interval { lower: value - below, upper: value + above } }
}
