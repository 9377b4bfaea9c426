//! Comparisons as the tables of `docs/benchmarks.md`.

use perfaudit_result::PairedVerdict;

use super::comparison::Said;

/// Comparisons of one kind, under a name.
#[derive(Debug, Default)]
pub(super) struct Kind {
    pub(super) name: String,
    /// The true change.
    pub(super) truth: f64,
    pub(super) said: Vec<Said>,
}

impl Kind {
    pub(super) fn new(name: String, truth: f64) -> Self {
        Self { name, truth, said: Vec::new() }
    }

    fn count(&self, is: impl Fn(&Said) -> bool) -> usize {
        self.said.iter().filter(|said| is(said)).count()
    }

    pub(super) fn changed(&self) -> usize {
        self.count(|said| said.verdict.is_change())
    }

    fn unsettled(&self) -> usize {
        self.count(|said| said.is_unsettled)
    }

    /// `| strings, the same file | 14 | 0 | 1 | 12 | 1 | 18.3 | +0.02 % | +-0.4 % |`
    pub(super) fn row_of_twins(&self) -> String {
        let with = |verdict| self.count(|said| said.verdict == verdict);
        format!(
            "| {} | {} | {} | {} | {} | {} | {:.1} | {:+.2} % | {} |",
            self.name,
            self.said.len(),
            self.changed(),
            self.unsettled(),
            with(PairedVerdict::Equivalent),
            with(PairedVerdict::Inconclusive) - self.unsettled(),
            self.mean_pairs(),
            100.0 * median(self.said.iter().map(|said| said.effect)),
            self.half_interval(),
        )
    }

    /// Found in the right direction; of those that could be found by their own formula.
    pub(super) fn row_of_slowed(&self) -> String {
        let is_found = |said: &Said| said.verdict == PairedVerdict::Worse;
        let can_be = |said: &Said| said.detectable.is_some_and(|least| least <= self.truth);
        format!(
            "| {} | {:.2} % | {} of {} | {} | {} of {} | {} of {} | {:.1} | {:+.2} % | {} |",
            self.name,
            100.0 * self.truth,
            self.count(is_found),
            self.said.len(),
            self.unsettled(),
            self.count(|said| is_found(said) && can_be(said)),
            self.count(can_be),
            self.count(|said| said.covers(self.truth) == Some(true)),
            self.count(|said| said.covers(self.truth).is_some()),
            self.mean_pairs(),
            100.0 * median(self.said.iter().map(|said| said.effect)),
            self.half_interval(),
        )
    }

    fn mean_pairs(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "there are few comparisons")]
        let count = self.said.len().max(1) as f64;
        self.said.iter().map(|said| f64::from(said.pairs)).sum::<f64>() / count
    }

    fn half_interval(&self) -> String {
        let halves = self.said.iter().filter_map(|said| said.interval);
        format!("+-{:.2} %", 100.0 * median(halves.map(|[lower, upper]| (upper - lower) / 2.0)))
    }
}

/// The upper one of the two in the middle; zero of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// How often `found` or more of `n` come by chance where each does with probability `p`.
pub(super) fn chance(found: usize, n: usize, p: f64) -> f64 {
    let mut exactly = (1.0 - p).powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut below = 0.0;
    for k in 0..found.min(n) {
        below += exactly;
        #[expect(clippy::cast_precision_loss, reason = "there are few comparisons")]
        let next = (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        exactly *= next;
    }
    1.0 - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_come_by_chance_as_the_binomial_distribution_says() {
        assert!((chance(0, 40, 0.01) - 1.0).abs() < 1e-12);
        assert!((chance(1, 40, 0.01) - (1.0 - 0.99_f64.powi(40))).abs() < 1e-12);
        assert!((chance(2, 2, 0.5) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_row_of_slowed_programs_tells_what_could_be_found_and_what_was() {
        let said = |verdict, effect, interval, detectable| Said {
            verdict,
            is_unsettled: false,
            effect,
            interval: Some(interval),
            pairs: 10,
            detectable: Some(detectable),
        };
        let mut kind = Kind::new("strings".to_owned(), 0.02);
        kind.said = vec![
            said(PairedVerdict::Worse, 0.021, [0.015, 0.025], 0.01),
            said(PairedVerdict::Inconclusive, 0.03, [-0.05, 0.09], 0.1),
        ];
        assert_eq!(
            kind.row_of_slowed(),
            "| strings | 2.00 % | 1 of 2 | 0 | 1 of 1 | 2 of 2 | 10.0 | +3.00 % | +-7.00 % |"
        );
    }
}
