//! Whether two shares differ.

use crate::beta::two_sided_t;
use crate::share::Share;

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

/// Tests two shares from separate recordings against being equal: the difference over its standard error under the
/// common share, each side with its own design effect, by Student's t with Welch and Satterthwaite's degrees of
/// freedom. Speaks of the recordings: what differs from process to process is not in the blocks of one.
///
/// `None` where either has no interval for want of blocks, or both together are worth fewer than ten samples with
/// the property (or without it).
pub fn share_difference(a: &Share, b: &Share) -> Option<DifferenceTest> {
    let (share_a, share_b) = (a.value()?, b.value()?);
    let worth = |share: &Share| share.of() as f64 / share.design_effect();
    let (n_a, n_b) = (worth(a), worth(b));
    let common = (share_a * n_a + share_b * n_b) / (n_a + n_b);
    let rarer = common.min(1.0 - common) * (n_a + n_b);
    if rarer < LEAST_WORTH || a.has_few_blocks() || b.has_few_blocks() {
        return None;
    }
    let spread = common * (1.0 - common);
    let (var_a, var_b) = (spread / n_a, spread / n_b);
    let variance = var_a + var_b;
    let freedom = variance * variance / (var_a * var_a / a.freedom() + var_b * var_b / b.freedom());
    let difference = share_b - share_a;
    Some(DifferenceTest { difference, p: two_sided_t(difference / variance.sqrt(), freedom) })
}
