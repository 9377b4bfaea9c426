//! Which of many tests found something.

/// Which tests found something when at most the share `rate` of all findings may be false, on average (Benjamini and
/// Hochberg, "Controlling the false discovery rate", 1995).
///
/// `p` are p-values; one that is not a number finds nothing. The answer has one entry for each.
pub fn discoveries(p: &[f64], rate: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&index| !p[index].is_nan()).collect();
    order.sort_unstable_by(|&a, &b| p[a].total_cmp(&p[b]));
    let allowed = |rank: usize| rate * rank as f64 / p.len() as f64;
    let found = (1..=order.len()).rev().find(|&rank| p[order[rank - 1]] <= allowed(rank)).unwrap_or(0);
    let mut is_found = vec![false; p.len()];
    for &index in &order[..found] {
        is_found[index] = true;
    }
    is_found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_benjamini_and_hochberg_finds_its_first_four() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        assert_eq!(discoveries(&p, 0.05).iter().filter(|found| **found).count(), 4);
    }

    #[test]
    fn nothing_is_found_among_no_tests_or_by_a_value_that_is_no_number() {
        assert!(discoveries(&[], 0.05).is_empty());
        assert_eq!(discoveries(&[f64::NAN, 0.001], 0.05), [false, true]);
    }
}
