//! Quantiles and tails that follow from the incomplete beta function.

use statrs::function::beta::beta_reg;

/// Halvings of an interval of length 1: the distance that remains is below the precision of the function itself.
const HALVINGS: usize = 60;

/// The quantile `p` of the beta distribution with shapes `a` and `b`, both positive.
pub(crate) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(|x| beta_reg(a, b, x) < p)
}

/// The probability that Student's t with `freedom` degrees of freedom exceeds `t` in absolute value.
pub(crate) fn two_sided_t(t: f64, freedom: f64) -> f64 {
    if t.is_nan() {
        return 1.0;
    }
    beta_reg(freedom / 2.0, 0.5, (freedom / (freedom + t * t)).clamp(0.0, 1.0))
}

/// The value that Student's t with `freedom` degrees of freedom exceeds with probability `tail`, below a half.
pub(crate) fn t_quantile(tail: f64, freedom: f64) -> f64 {
    // P(|T| > t) = I_x(freedom / 2, 1/2) at x = freedom / (freedom + t^2).
    let x = bisect(|x| beta_reg(freedom / 2.0, 0.5, x) < 2.0 * tail);
    (freedom * (1.0 - x) / x).sqrt()
}

/// Where `is_below` changes from true to false, between 0 and 1.
fn bisect(is_below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if is_below(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_published_tables() {
        // Student's t: 2.228139 at 10 degrees of freedom, 12.706205 at 1, both for a tail of 2.5 %.
        assert!((t_quantile(0.025, 10.0) - 2.228_139).abs() < 1e-5);
        assert!((t_quantile(0.025, 1.0) - 12.706_205).abs() < 1e-4);
        assert!((two_sided_t(2.228_139, 10.0) - 0.05).abs() < 1e-6);
        // Beta with shapes 1 and b: 1 - (1 - p)^(1 / b).
        assert!((beta_quantile(0.975, 1.0, 300.0) - (1.0 - 0.025_f64.powf(1.0 / 300.0))).abs() < 1e-12);
    }
}
