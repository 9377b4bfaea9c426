//! Whether two shares differ.

use crate::beta::two_sided_t;
use crate::probability::Interval;
use crate::product::Estimated;
use crate::share::Share;

/// The width of a 95 % interval in standard errors.
const WIDTH_IN_ERRORS: f64 = 2.0 * 1.96;

/// Samples with the property that both sides together have to be worth: below, the distribution of the difference is
/// too coarse for a test.
const LEAST_WORTH: f64 = 10.0;

/// A test of two shares against being equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifferenceTest {
    /// The second share less the first.
    pub difference: f64,
    /// How often equal shares differ by as much; between 0 and 1.
    pub p: f64,
}

/// Tests two shares from separate recordings against being equal: [`time_difference`] with the same time for both.
pub fn share_difference(a: &Share, b: &Share) -> Option<DifferenceTest> {
    let one = Estimated { value: 1.0, interval: Interval { lower: 1.0, upper: 1.0 } };
    time_difference((a, one), (b, one))
}

/// Tests two shares of measured times, each from a recording of its own, against being equal: the difference of share x
/// time over its standard error when both are equal, each share with its own design effect, by Student's t with Welch
/// and Satterthwaite's degrees of freedom. The intervals of the times are taken for 95 % ones. Speaks of the
/// recordings: what differs from process to process is not in the blocks of one.
///
/// `None` where either has no interval for want of blocks, where a time is not positive, or where both together are
/// worth fewer than ten samples with the property, or without it.
pub fn time_difference(a: (&Share, Estimated), b: (&Share, Estimated)) -> Option<DifferenceTest> {
    let (share_a, share_b) = (a.0.value()?, b.0.value()?);
    let (time_a, time_b) = (a.1.value, b.1.value);
    if a.0.has_few_blocks() || b.0.has_few_blocks() || time_a.min(time_b) <= 0.0 {
        return None;
    }
    let worth = |share: &Share| share.of() as f64 / share.design_effect();
    let (n_a, n_b) = (worth(a.0), worth(b.0));
    let hits = share_a * n_a + share_b * n_b;
    if hits.min(n_a + n_b - hits) < LEAST_WORTH {
        return None;
    }
    let common = hits / (n_a / time_a + n_b / time_b);
    // The variance of share x time when the product is the common one: of the share, and of the time.
    let variance = |time: Estimated, n: f64| {
        let share = (common / time.value).min(1.0);
        let error = (time.interval.upper - time.interval.lower) / WIDTH_IN_ERRORS;
        (time.value * time.value * share * (1.0 - share) / n, share * share * error * error)
    };
    let (of_share_a, of_time_a) = variance(a.1, n_a);
    let (of_share_b, of_time_b) = variance(b.1, n_b);
    let of_shares = of_share_a * of_share_a / a.0.freedom() + of_share_b * of_share_b / b.0.freedom();
    let variance = of_share_a + of_share_b + of_time_a + of_time_b;
    if of_shares <= 0.0 {
        return None;
    }
    let difference = share_b * time_b - share_a * time_a;
    let p = two_sided_t(difference / variance.sqrt(), variance * variance / of_shares);
    Some(DifferenceTest { difference, p })
}
