//! Objectives in words, the same in every format.

use perfaudit_result::{AuditResult, Direction, Headroom, Slo, SloStatus, Unit};

use crate::quantity;

/// One row of the table that heads a report.
pub(crate) struct Row<'a> {
    pub(crate) status: SloStatus,
    /// The name of the objective.
    pub(crate) name: &'a str,
    /// The workload, or the pattern that matches none.
    pub(crate) workload: &'a str,
    /// `wall_time.p95 <= 100 ms`.
    pub(crate) target: String,
    /// `52.1 ms +-0.3`.
    pub(crate) actual: String,
    /// `1.9x faster than the limit (1.9 to 2.0)`, or why there is none.
    pub(crate) remark: String,
}

/// The rows, broken promises first and otherwise in the order of the configuration.
pub(crate) fn rows(result: &AuditResult) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = result.slos.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.status));
    rows
}

fn row(slo: &Slo) -> Row<'_> {
    let sign = match slo.direction {
        Direction::LowerIsBetter => "<=",
        Direction::HigherIsBetter => ">=",
    };
    Row {
        status: slo.status,
        name: &slo.id,
        workload: slo.workload.as_ref().map_or(slo.pattern.as_str(), |id| id.0.as_str()),
        target: format!("{} {sign} {}", slo.metric.0, quantity::value(slo.limit, slo.unit)),
        actual: slo.actual.as_ref().map_or_else(|| "-".to_owned(), quantity::figure),
        remark: slo.headroom.map_or_else(
            || slo.reason.clone(),
            |headroom| match slo.status {
                SloStatus::Ok if headroom.ci.is_some() => multiple(headroom, slo),
                _ => format!("{}: {}", multiple(headroom, slo), slo.reason),
            },
        ),
    }
}

fn multiple(headroom: Headroom, slo: &Slo) -> String {
    let is_kept = headroom.ratio >= 1.0;
    let factor = |ratio: f64| if is_kept { ratio } else { 1.0 / ratio };
    let than = match (slo.unit, is_kept) {
        (Unit::Nanoseconds, true) => "faster than the limit",
        (Unit::Nanoseconds, false) => "slower than the limit",
        (Unit::Bytes, true) => "smaller than the limit",
        (Unit::Bytes, false) => "larger than the limit",
        (_, true) => "better than the limit",
        (_, false) => "worse than the limit",
    };
    let uncertain = headroom.ci.map(|ci| {
        let (a, b) = (factor(ci.lower()), factor(ci.upper()));
        format!(" ({} to {})", digits(a.min(b)), digits(a.max(b)))
    });
    format!("{}x {than}{}", digits(factor(headroom.ratio)), uncertain.unwrap_or_default())
}

/// Three significant digits: `1.92`, `19.2`, `1923`.
fn digits(factor: f64) -> String {
    let places = match factor {
        f if f >= 99.95 => 0,
        f if f >= 9.995 => 1,
        _ => 2,
    };
    format!("{factor:.places$}")
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{Interval, MetricName};

    use super::*;

    fn slo(ratio: f64, ci: [f64; 2], status: SloStatus) -> Slo {
        Slo {
            id: "fast".into(),
            metric: MetricName::WALL_TIME_P95,
            workload: None,
            pattern: "a*".into(),
            limit: 1e8,
            unit: Unit::Nanoseconds,
            direction: Direction::LowerIsBetter,
            warn: 0.5,
            actual: None,
            headroom: Some(Headroom { ratio, ci: Interval::try_from(ci).ok() }),
            status,
            reason: "the limit is exceeded".into(),
        }
    }

    #[test]
    fn a_kept_promise_says_how_far_it_is_from_its_limit() {
        let slo = slo(1923.4, [1899.6, 1950.0], SloStatus::Ok);
        let row = row(&slo);
        assert_eq!(row.target, "wall_time.p95 <= 100 ms");
        assert_eq!(row.remark, "1923x faster than the limit (1900 to 1950)");
        assert_eq!(row.workload, "a*");
    }

    #[test]
    fn a_broken_promise_says_by_how_much() {
        let slo = slo(0.5, [0.4, 0.8], SloStatus::Critical);
        assert_eq!(row(&slo).remark, "2.00x slower than the limit (1.25 to 2.50): the limit is exceeded");
    }
}
