//! The normal distribution, for plans: nothing measured is judged by it.

use statrs::function::erf::erfc_inv;

/// The value that a standard normal variable exceeds with probability `tail`, between 0 and 1.
pub(crate) fn upper_normal(tail: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(2.0 * tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_published_tables() {
        for (tail, expected) in [(0.5, 0.0), (0.1, 1.281_552), (0.05, 1.644_854), (0.001_25, 3.023_341)] {
            assert!((upper_normal(tail) - expected).abs() < 1e-6, "{tail}");
        }
    }
}
