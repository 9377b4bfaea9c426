//! Spearman's coefficient of rank correlation.

/// The coefficient of pairs, ties with the mean of their ranks; none for fewer than three, or where one side is all ties.
pub(super) fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let first = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<f64>>());
    let second = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<f64>>());
    let mean = f64::midpoint(1.0, as_float(pairs.len()));
    let sum = |of: &dyn Fn(usize) -> f64| (0..pairs.len()).map(of).sum::<f64>();
    let both = sum(&|at| (first[at] - mean) * (second[at] - mean));
    let spread = |ranks: &[f64]| ranks.iter().map(|rank| (rank - mean).powi(2)).sum::<f64>();
    let spreads = spread(&first) * spread(&second);
    (spreads > 0.0).then(|| both / spreads.sqrt())
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        as_float(below) + f64::midpoint(1.0, as_float(equal))
    };
    values.iter().map(rank).collect()
}

#[expect(clippy::cast_precision_loss, reason = "there are not that many defects")]
fn as_float(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_is_one_the_opposite_minus_one_and_two_points_tell_nothing() {
        let same = [(1.0, 10.0), (2.0, 11.0), (5.0, 90.0)];
        let opposite = same.map(|(a, b)| (a, -b));
        assert_eq!((spearman(&same), spearman(&opposite)), (Some(1.0), Some(-1.0)));
        assert_eq!(spearman(&same[..2]), None);
        assert_eq!(spearman(&same.map(|(a, _)| (a, 1.0))), None);
    }

    // Ranks 1 to 5 beside 1, 2, 3.5, 3.5, 5: 9.5 / sqrt(10 * 9.5).
    #[test]
    fn ties_share_the_mean_of_their_ranks() {
        let pairs = [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (4.0, 3.0), (5.0, 4.0)];
        assert!((spearman(&pairs).unwrap() - 9.5 / 95.0_f64.sqrt()).abs() < 1e-12);
    }
}
