//! Critical values of the dip under the uniform distribution.

/// The p-values the table has critical values for.
const P_VALUES: [f64; 3] = [0.05, 0.01, 0.001];

/// Sample size, and sqrt(n) times the dip that uniform samples exceed with the probabilities of [`P_VALUES`].
///
/// Simulated with [`crate::dip`] on uniform samples: a million of each size up to 500, then 5e8 / n. The
/// standard error is 0.0015 at most, for 0.001 beyond n = 1000 up to 0.004. `tests/simulations/dip.rs`
/// simulates the probabilities again for a few sizes, some of them between those of the table.
const CRITICAL: [(usize, [f64; 3]); 15] = [
    (8, [0.4357, 0.4897, 0.5501]),
    (9, [0.4396, 0.4923, 0.5656]),
    (10, [0.4413, 0.5040, 0.5702]),
    (12, [0.4501, 0.5143, 0.5853]),
    (15, [0.4598, 0.5267, 0.6005]),
    (20, [0.4700, 0.5400, 0.6200]),
    (30, [0.4829, 0.5554, 0.6405]),
    (50, [0.4973, 0.5735, 0.6649]),
    (70, [0.5040, 0.5817, 0.6747]),
    (100, [0.5110, 0.5901, 0.6852]),
    (200, [0.5212, 0.6028, 0.7026]),
    (500, [0.5302, 0.6142, 0.7156]),
    (1000, [0.5347, 0.6192, 0.7232]),
    (2000, [0.5375, 0.6227, 0.7295]),
    (5000, [0.5416, 0.6284, 0.7295]),
];

/// The smallest of [`P_VALUES`] that the p-value of a dip is below.
///
/// Between the sizes of the table, sqrt(n) times the dip is interpolated over the logarithm of n; beyond,
/// where it has nearly reached its limit, the last row holds. `None` below the first.
pub(crate) fn p_value_below(n: usize, dip: f64) -> Option<f64> {
    let after = CRITICAL.partition_point(|(size, _)| *size <= n);
    let (size, low) = CRITICAL[after.checked_sub(1)?];
    let (share, high) = CRITICAL.get(after).map_or((0.0, low), |(next, high)| {
        ((n as f64 / size as f64).ln() / (*next as f64 / size as f64).ln(), *high)
    });
    let scaled = dip * (n as f64).sqrt();
    let exceeded = |index: &usize| scaled > low[*index] + (high[*index] - low[*index]) * share;
    (0..P_VALUES.len()).rev().find(exceeded).map(|index| P_VALUES[index])
}
