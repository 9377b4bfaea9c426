//! How many observations it would take to decide an objective whose limit lies within the interval.

use perfaudit_result::{Figure, MetricName, Of, WorkloadKind};

/// What has an interval that shrinks with the square root of the number of observations: order-statistic intervals of
/// quantiles, and bootstrap intervals of means.
const SHRINKING: [MetricName; 5] = [
    MetricName::WALL_TIME_P50,
    MetricName::WALL_TIME_P95,
    MetricName::WALL_TIME_P99,
    MetricName::WALL_TIME_MEAN,
    MetricName::THROUGHPUT,
];
/// As many samples full mode takes where the source leaves the number open.
const FULL_MODE: u64 = 400;
/// More are not worth naming.
const MOST: u64 = 1_000_000;

/// About how many observations leave the limit outside of the interval, if the estimate stays what it is: n (D / d)^2,
/// with D from the estimate to the bound beyond the limit and d from the estimate to the limit. The half-width of the
/// interval is proportional to 1 / sqrt(n), and has to shrink from D to d.
///
/// None where intervals do not shrink like that: counts and sizes, which take few values, and medians that processes
/// state, which are rounded. None as well where the limit does not lie within the interval.
pub(super) fn deciding_number(metric: &MetricName, figure: &Figure, limit: f64) -> Option<u64> {
    let (value, interval) = (figure.value()?, figure.interval()?);
    let is_within = interval.lower() <= limit && limit <= interval.upper();
    if !SHRINKING.contains(metric) || figure.of == Of::ProcessMedian || !is_within {
        return None;
    }
    let bound = if limit > value { interval.upper() } else { interval.lower() };
    #[expect(clippy::cast_precision_loss, reason = "sample sizes are small")]
    let number = figure.n as f64 * ((bound - value) / (limit - value)).powi(2);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let number = number.ceil() as u64;
    (limit != value).then_some(number.max(figure.n + 1))
}

/// What would decide, in words: `about 250 samples instead of 100 would decide it: ...`.
pub(super) fn remedy(kind: WorkloadKind, have: u64, needed: u64) -> String {
    let unit = if kind == WorkloadKind::Command || kind.own_metric().is_some() { "runs" } else { "samples" };
    if needed > MOST {
        return format!("more than {MOST} {unit} would be needed to decide it");
    }
    let how = match kind {
        WorkloadKind::Criterion if have < FULL_MODE && needed <= FULL_MODE => {
            format!(": `perfaudit audit --mode full`, or `sample_size({needed})` in its source")
        }
        WorkloadKind::Criterion => format!(": `sample_size({needed})` in its source"),
        WorkloadKind::Command => {
            format!(": `runs = {needed}` for it in perfaudit.toml, or `--mode full`")
        }
        WorkloadKind::CleanBuild | WorkloadKind::IncrementalBuild | WorkloadKind::TestSuite => {
            ": `--mode full` makes the most of them".to_owned()
        }
        WorkloadKind::Binary
        | WorkloadKind::Ir
        | WorkloadKind::Divan
        | WorkloadKind::Libtest
        | WorkloadKind::Process
        | WorkloadKind::Imported
        | WorkloadKind::BenchTarget => String::new(),
    };
    format!("about {needed} {unit} instead of {have} would decide it{how}")
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{ConfidenceLevel, Estimate, Interval, Method, Unit};

    use super::*;

    fn figure(value: f64, lower: f64, upper: f64, of: Of) -> Figure {
        let interval = Interval::new(lower, upper).unwrap();
        let estimate = Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 };
        Figure { estimate, unit: Unit::Nanoseconds, n: 100, method: Method("quantile".into()), of }
    }

    fn number(metric: &MetricName, figure: &Figure, limit: f64) -> Option<u64> {
        deciding_number(metric, figure, limit)
    }

    #[test]
    fn an_interval_that_is_twice_too_wide_takes_four_times_the_samples() {
        let p50 = MetricName::WALL_TIME_P50;
        assert_eq!(number(&p50, &figure(90.0, 85.0, 110.0, Of::Call), 100.0), Some(400));
        assert_eq!(number(&p50, &figure(110.0, 90.0, 115.0, Of::Call), 100.0), Some(400));
    }

    #[test]
    fn where_the_limit_is_clear_or_intervals_do_not_shrink_there_is_no_number() {
        let wide = |of| figure(90.0, 85.0, 110.0, of);
        assert_eq!(number(&MetricName::WALL_TIME_P50, &wide(Of::Call), 120.0), None);
        assert_eq!(number(&MetricName::WALL_TIME_P50, &wide(Of::Call), 90.0), None);
        assert_eq!(number(&MetricName::WALL_TIME_P50, &wide(Of::ProcessMedian), 100.0), None);
        assert_eq!(number(&MetricName::RSS_PEAK, &wide(Of::Process), 100.0), None);
    }

    #[test]
    fn the_remedy_is_what_the_harness_understands() {
        let criterion = remedy(WorkloadKind::Criterion, 100, 250);
        assert!(criterion.contains("--mode full") && criterion.contains("sample_size(250)"), "{criterion}");
        assert!(!remedy(WorkloadKind::Criterion, 100, 900).contains("--mode full"));
        assert!(remedy(WorkloadKind::Command, 10, 40).contains("`runs = 40`"));
        assert!(remedy(WorkloadKind::Command, 10, 5_000_000).starts_with("more than 1000000 runs"));
    }
}
