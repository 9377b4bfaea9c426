//! Commands beside each other: how many times as long as the reference each takes.

use std::collections::BTreeMap;

use perfaudit_result::{
    ArtifactId, ConfidenceLevel, Direction, Estimate, Figure, Interval, Method, Metric, MetricName, Of,
    Samples, Unit, Workload, WorkloadKind, WorkloadState,
};
use perfaudit_stats::{Level, MedianRatio, Sample, median_ratio};

/// Adds the relative time to every measured command but the reference: the first command if one was named, else the
/// fastest. Without a measured reference there is nothing to compare with.
pub(crate) fn compare(
    workloads: &mut [Workload],
    samples: &BTreeMap<ArtifactId, Samples>,
    first_is_reference: bool,
    seed: u64,
) {
    let times: Vec<Option<Sample>> = workloads
        .iter()
        .map(|row| {
            let is_measured = row.kind == WorkloadKind::Command && row.state == WorkloadState::Measured;
            let samples = row.samples.as_ref().filter(|_| is_measured).and_then(|id| samples.get(id))?;
            Sample::new(samples.per_iteration().collect()).ok()
        })
        .collect();
    let measured = || times.iter().enumerate().filter_map(|(index, sample)| Some((index, sample.as_ref()?)));
    let reference = if first_is_reference {
        measured().next().filter(|(index, _)| *index == 0)
    } else {
        measured().min_by(|(_, one), (_, other)| one.median().total_cmp(&other.median()))
    };
    let Some((reference, denominator)) = reference else { return };
    let name = workloads[reference].title.clone();
    for (index, numerator) in measured().filter(|(index, _)| *index != reference) {
        let metric = relative(numerator, denominator, &name, first_is_reference, seed);
        workloads[index].metrics.push(metric);
    }
}

fn relative(numerator: &Sample, denominator: &Sample, reference: &str, was_named: bool, seed: u64) -> Metric {
    let (estimate, n) = match median_ratio(numerator, denominator, Level::P95, seed) {
        None => (Estimate::NotEstimable { reason: "a run took no measurable time".to_owned() }, 0),
        Some(MedianRatio { value, interval, rounds }) => {
            let interval = interval.and_then(|interval| Interval::new(interval.lower, interval.upper).ok());
            let estimate = match interval {
                Some(interval) => Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
                None => Estimate::WithoutInterval {
                    value,
                    reason: format!("no bootstrap interval from {rounds} rounds: it needs 10"),
                },
            };
            (estimate, rounds as u64)
        }
    };
    let which = if was_named { "the reference" } else { "the fastest" };
    let method = format!(
        "median over that of {which}, `{reference}`, with a bootstrap interval over rounds in which both were run"
    );
    let figure = Figure { estimate, unit: Unit::Ratio, n, method: Method(method.into()), of: Of::Process };
    Metric { name: MetricName::WALL_TIME_RELATIVE, direction: Direction::LowerIsBetter, figure }
}
