//! The interval of Wilcoxon's test without a cap on ranks, to compare with.

use perfaudit_stats::LogRatio;

/// Half of the interval that misses the true difference with probability `alpha` at most: order statistics of the Walsh
/// averages (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 2014, section 3.3).
pub(crate) fn half_interval(differences: &[LogRatio], alpha: f64) -> f64 {
    let mut averages: Vec<f64> = (0..differences.len())
        .flat_map(|one| (0..=one).map(move |other| 0.5 * (differences[one].get() + differences[other].get())))
        .collect();
    averages.sort_unstable_by(f64::total_cmp);
    let outside = critical(differences.len(), alpha);
    0.5 * (averages[averages.len() - 1 - outside] - averages[outside])
}

/// The largest rank sum whose two-sided p-value is at most `alpha`.
fn critical(n: usize, alpha: f64) -> usize {
    let mut probabilities = vec![0.0; n * (n + 1) / 2 + 1];
    probabilities[0] = 1.0;
    for rank in 1..=n {
        for sum in (0..probabilities.len()).rev() {
            let with = if sum >= rank { probabilities[sum - rank] } else { 0.0 };
            probabilities[sum] = 0.5 * (probabilities[sum] + with);
        }
    }
    let mut below = 0.0;
    let critical = probabilities.iter().take_while(|probability| {
        below += **probability;
        2.0 * below <= alpha
    });
    critical.count() - 1
}

#[cfg(test)]
mod tests {
    use super::critical;

    #[test]
    fn critical_rank_sums_agree_with_wilcoxons_table() {
        // Wilcoxon and Wilcox, "Some Rapid Approximate Statistical Procedures" (1964), two-sided 1 %.
        assert_eq!([8, 10, 15, 20, 25].map(|n| critical(n, 0.01)), [0, 3, 15, 37, 68]);
    }
}
