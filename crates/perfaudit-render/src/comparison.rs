//! A run beside a baseline in words, the same in every format.

use perfaudit_result::{ComparedMetric, Comparison, RecordedVerdict};

use crate::{quantity, rows};

/// What every reader of a comparison has to know.
pub(crate) const CAVEAT: &str = "The two runs were made apart: whatever changed on the machine between them is part of each difference. Only interleaved runs of both builds tell a change of the code.";

/// One row of the table.
pub(crate) struct Row<'a> {
    pub(crate) verdict: &'static str,
    pub(crate) workload: &'a str,
    pub(crate) metric: &'a str,
    /// `1.20 ms`.
    pub(crate) before: String,
    pub(crate) after: String,
    /// `+20 % (+15 % to +25 %)`.
    pub(crate) effect: String,
}

/// Beside which run: `main, made 2026-01-01T00:00:00Z from 0123456789ab`.
pub(crate) fn beside(comparison: &Comparison) -> String {
    let commit = comparison.commit.as_ref().map(|commit| {
        let short: String = commit.chars().take(12).collect();
        format!(" from {short}")
    });
    format!("{}, made {}{}", comparison.baseline, comparison.started, commit.unwrap_or_default())
}

/// The metrics that differ, worse ones first and the largest effects first among them.
pub(crate) fn differing(comparison: &Comparison) -> Vec<Row<'_>> {
    let mut rows: Vec<&ComparedMetric> = comparison
        .workloads
        .iter()
        .filter(|row| matches!(row.verdict, RecordedVerdict::Worse | RecordedVerdict::Better))
        .collect();
    let size = |row: &ComparedMetric| row.effect.map_or(0.0, f64::abs);
    rows.sort_by(|a, b| {
        let better = |row: &ComparedMetric| row.verdict == RecordedVerdict::Better;
        better(a).cmp(&better(b)).then(size(b).total_cmp(&size(a)))
    });
    rows.into_iter().map(row).collect()
}

/// What is not in [`differing`]: `12 not distinguished, 3 without interval, only here: 1, only in the baseline: 2`.
pub(crate) fn rest(comparison: &Comparison) -> String {
    let count = |verdict| comparison.workloads.iter().filter(|row| row.verdict == verdict).count();
    let floor = comparison
        .noise_floor
        .map_or_else(String::new, |floor| format!("below the noise floor of {}", quantity::percent(floor)));
    let parts = [
        (count(RecordedVerdict::NotDistinguished), "not distinguished"),
        (count(RecordedVerdict::BelowNoiseFloor), floor.as_str()),
        (count(RecordedVerdict::NotEstimable), "without interval"),
        (comparison.only_here.len(), "measured in this run only"),
        (comparison.only_there.len(), "measured in the baseline only"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if told.is_empty() { "nothing else was compared".to_owned() } else { told.join(", ") }
}

fn row(compared: &ComparedMetric) -> Row<'_> {
    // Counts and lengths have no interval to tell, and may differ by less than a tenth of a percent.
    let is_exact = compared.ci.is_some_and(|ci| ci.lower() >= ci.upper());
    let interval = compared.ci.filter(|_| !is_exact).map(|ci| {
        format!(" ({} to {})", quantity::signed_percent(ci.lower()), quantity::signed_percent(ci.upper()))
    });
    let effect = compared.effect.map_or_else(|| "-".to_owned(), quantity::signed_percent);
    let [before, after] = if is_exact {
        quantity::told_apart([compared.before, compared.after], compared.unit)
    } else {
        [compared.before, compared.after].map(|value| quantity::value(value, compared.unit))
    };
    Row {
        verdict: if compared.verdict == RecordedVerdict::Worse { "worse" } else { "better" },
        workload: &compared.id.0,
        metric: rows::short_name(&compared.metric),
        before,
        after,
        effect: format!("{effect}{}", interval.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{ConfidenceLevel, Direction, Interval, MetricName, Unit, WorkloadId};

    use super::*;

    fn compared(id: &str, effect: f64, verdict: RecordedVerdict) -> ComparedMetric {
        ComparedMetric {
            id: WorkloadId(id.into()),
            metric: MetricName::WALL_TIME_P50,
            unit: Unit::Nanoseconds,
            direction: Direction::LowerIsBetter,
            before: 1000.0,
            after: 1000.0 * (1.0 + effect),
            effect: Some(effect),
            ci: Interval::new(effect - 0.05, effect + 0.05).ok(),
            level: ConfidenceLevel::P90,
            verdict,
        }
    }

    #[test]
    fn exact_figures_are_told_apart_without_an_interval() {
        let mut grown = compared("ir/p", 0.001, RecordedVerdict::Worse);
        grown.unit = Unit::Count;
        (grown.before, grown.after) = (1_234_000.0, 1_234_100.0);
        grown.effect = Some(0.004);
        grown.ci = Interval::new(0.004, 0.004).ok();
        let row = row(&grown);
        assert_ne!(row.before, row.after);
        assert_eq!(row.effect, "+0.4 %");
    }

    #[test]
    fn what_became_worse_comes_first_and_the_rest_is_counted() {
        let comparison = Comparison {
            baseline: "main".into(),
            run: "r".into(),
            started: "2026-01-01T00:00:00Z".into(),
            commit: Some("0123456789abcdef".into()),
            unlike: Vec::new(),
            noise_floor: Some(0.02),
            workloads: vec![
                compared("a", -0.5, RecordedVerdict::Better),
                compared("b", 0.2, RecordedVerdict::Worse),
                compared("c", 0.01, RecordedVerdict::NotDistinguished),
                compared("d", 0.4, RecordedVerdict::Worse),
                compared("e", 0.015, RecordedVerdict::BelowNoiseFloor),
            ],
            only_here: vec![WorkloadId("new".into())],
            only_there: Vec::new(),
        };
        let rows = differing(&comparison);
        let told: Vec<(&str, &str)> = rows.iter().map(|row| (row.workload, row.verdict)).collect();
        assert_eq!(told, [("d", "worse"), ("b", "worse"), ("a", "better")]);
        assert_eq!(rows[0].effect, "+40 % (+35 % to +45 %)");
        assert_eq!((rows[0].before.as_str(), rows[0].after.as_str()), ("1.00 us", "1.40 us"));
        assert_eq!(
            rest(&comparison),
            "1 not distinguished, 1 below the noise floor of 2 %, 1 measured in this run only"
        );
        assert_eq!(beside(&comparison), "main, made 2026-01-01T00:00:00Z from 0123456789ab");
    }
}
