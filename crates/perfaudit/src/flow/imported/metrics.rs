//! Figures of what files hold besides raw wall times.

use std::borrow::Cow;

use perfaudit_bench::median_estimate;
use perfaudit_import::{MeasuredUnit, Measurement, Raw, Summary, Values, metric};
use perfaudit_result::{Direction, Estimate, Figure, Method, Metric, MetricName, Of, Unit};
use perfaudit_stats::Sample;

use super::is_by_process;

/// What a tool says of wall times, and nothing made from it.
pub(super) fn of_stated_times(stated: &Summary, unit: Unit, of: Of, tool: &str) -> Vec<Metric> {
    let maker = Maker { unit, of, direction: Direction::LowerIsBetter, note: String::new() };
    [
        (MetricName::WALL_TIME_P50, stated.median, "median"),
        (MetricName::WALL_TIME_MEAN, stated.mean, "mean"),
        (MetricName::WALL_TIME_STD_DEV, stated.std_dev, "standard deviation"),
    ]
    .into_iter()
    .filter_map(|(name, value, what)| maker.stated(name, value, stated.n, what, tool))
    .collect()
}

/// Figures of anything but wall time. `present` are those that the row already has.
pub(super) fn of_measurement(measurement: &Measurement, tool: &str, present: &[Metric]) -> Vec<Metric> {
    let name = name_of(&measurement.metric, present);
    let (unit, unit_note) = unit_of(measurement);
    let is_custom = name.0.starts_with("custom.");
    let direction = if name.0.starts_with(&*MetricName::THROUGHPUT.0) {
        Direction::HigherIsBetter
    } else {
        Direction::LowerIsBetter
    };
    let direction_note = if is_custom { "; which way is better is not recorded" } else { "" };
    let maker = Maker { unit, of: measurement.of, direction, note: format!("{unit_note}{direction_note}") };
    match &measurement.values {
        Values::Raw(raw) => maker.observed(&name, raw),
        Values::Summary(stated) => {
            let part = |suffix: &str| MetricName(Cow::Owned(format!("{}{suffix}", name.0)));
            [
                ("", stated.median, "median"),
                (".mean", stated.mean, "mean"),
                (".std_dev", stated.std_dev, "standard deviation"),
                (".min", stated.min, "least value"),
                (".max", stated.max, "greatest value"),
            ]
            .into_iter()
            .filter_map(|(suffix, value, what)| maker.stated(part(suffix), value, stated.n, what, tool))
            .collect()
        }
    }
}

/// The name that the same quantity has where it is measured here. A row may have work per second of two kinds: the
/// second keeps its longer name.
fn name_of(imported: &MetricName, present: &[Metric]) -> MetricName {
    let usual = match imported {
        name if *name == metric::USER_TIME => MetricName::CPU_USER,
        name if *name == metric::SYSTEM_TIME => MetricName::CPU_SYSTEM,
        name if *name == metric::CPU_TIME => MetricName::CPU_TIME,
        name if *name == metric::THROUGHPUT_BYTES || *name == metric::THROUGHPUT_ELEMENTS => {
            MetricName::THROUGHPUT
        }
        other => other.clone(),
    };
    if present.iter().any(|metric| metric.name == usual) { imported.clone() } else { usual }
}

/// The unit, and what there is to say about it.
fn unit_of(measurement: &Measurement) -> (Unit, String) {
    match &measurement.unit {
        MeasuredUnit::Known(unit) => (*unit, String::new()),
        MeasuredUnit::AsStated(_) if measurement.metric == metric::ALLOC_COUNT => {
            (Unit::Count, String::new())
        }
        MeasuredUnit::AsStated(words) if ["count", "counts", "integer"].contains(&words.as_str()) => {
            (Unit::Count, String::new())
        }
        MeasuredUnit::AsStated(words) => (Unit::Unknown, format!("; in `{words}`, as the file says")),
    }
}

/// What the figures of one measurement share.
struct Maker {
    unit: Unit,
    of: Of,
    direction: Direction,
    /// What a reader must know besides.
    note: String,
}

impl Maker {
    fn metric(&self, name: MetricName, estimate: Estimate, n: u64, of: Of, method: &str) -> Metric {
        let method = Method(format!("{method}{}", self.note).into());
        Metric {
            name,
            direction: self.direction,
            figure: Figure { estimate, unit: self.unit, n, method, of },
        }
    }

    /// The median of the raw values, or of the medians of processes where these are told apart.
    fn observed(&self, name: &MetricName, raw: &Raw) -> Vec<Metric> {
        let is_by_process = is_by_process(raw);
        let values: Vec<f64> = if is_by_process {
            let medians = raw.groups().iter().filter_map(|group| Sample::new(group.values().to_vec()).ok());
            medians.map(|sample| sample.median()).collect()
        } else {
            raw.values().collect()
        };
        let Ok(sample) = Sample::new(values) else { return Vec::new() };
        let n = sample.len() as u64;
        let (of, what) =
            if is_by_process { (Of::ProcessMedian, "medians of processes") } else { (self.of, "values") };
        let method = format!("median over {what} with an order-statistic interval");
        let median = self.metric(name.clone(), median_estimate(&sample, "values"), n, of, &method);
        let extremes = [("min", sample.min(), "least"), ("max", sample.max(), "greatest")];
        let extremes =
            extremes.into_iter().filter(|_| sample.min() < sample.max()).map(|(suffix, value, word)| {
                let reason = "a description of these values, not an estimate of a population".to_owned();
                let name = MetricName(Cow::Owned(format!("{}.{suffix}", name.0)));
                let estimate = Estimate::WithoutInterval { value, reason };
                self.metric(name, estimate, n, of, &format!("{word} of the {what}"))
            });
        std::iter::once(median).chain(extremes).collect()
    }

    /// One number that the tool states.
    fn stated(
        &self,
        name: MetricName,
        value: Option<f64>,
        n: Option<u64>,
        what: &str,
        tool: &str,
    ) -> Option<Metric> {
        let reason = "the file holds no raw values".to_owned();
        let estimate = Estimate::WithoutInterval { value: value?, reason };
        Some(self.metric(name, estimate, n.unwrap_or(0), self.of, &format!("{what} as {tool} states it")))
    }
}
