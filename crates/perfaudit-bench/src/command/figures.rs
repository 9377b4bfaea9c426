//! Figures from the observed runs of a command.

use std::borrow::Cow;

use perfaudit_result::{
    Direction, Estimate, Figure, Method, Metric, MetricName, Of, Samples, Unit, Workload,
};
use perfaudit_stats::{Sample, SampleError};

use super::runs::{CommandRun, CommandRuns};
use crate::estimate::{Estimates, median_estimate, metrics as times};

/// Makes the figures of a measured command: the wall time's, and the median, the least and the greatest of each
/// other quantity. `seed` decides the resampling behind the interval of the mean.
///
/// # Errors
/// When there are no runs.
pub fn command_metrics(
    workload: &Workload,
    samples: &Samples,
    runs: &CommandRuns,
    seed: u64,
) -> Result<Estimates, SampleError> {
    let Estimates { mut metrics, effective_batches } = times(workload, samples, seed)?;
    for metric in &mut metrics {
        metric.figure.of = Of::Process;
        let method =
            metric.figure.method.0.replace("over batches", "over runs").replace("batches are", "runs are");
        metric.figure.method = Method(method.into());
    }
    let wall = Sample::new(samples.per_iteration().collect())?;
    metrics.extend(extremes(&MetricName::WALL_TIME_P50, Unit::Nanoseconds, &wall));
    metrics.extend(quantities(runs)?);
    Ok(Estimates { metrics, effective_batches })
}

/// The figures of everything but the wall time.
pub(crate) fn quantities(runs: &CommandRuns) -> Result<Vec<Metric>, SampleError> {
    let each = QUANTITIES.iter().map(|quantity| quantity.metrics(runs));
    Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Something that is observed of each run besides its wall time.
struct Quantity {
    name: MetricName,
    unit: Unit,
    /// What a reader must know of how it is counted.
    note: &'static str,
    of: fn(&CommandRun) -> f64,
}

const SPLIT: &str = "; the system splits CPU time into user and system by clock ticks: in a few milliseconds only their sum is exact";

#[expect(clippy::cast_precision_loss, reason = "counts, bytes and nanoseconds of one process are below 2^53")]
const QUANTITIES: [Quantity; 8] = [
    Quantity {
        name: MetricName::CPU_USER,
        unit: Unit::Nanoseconds,
        note: SPLIT,
        of: |run| run.user_ns as f64,
    },
    Quantity {
        name: MetricName::CPU_SYSTEM,
        unit: Unit::Nanoseconds,
        note: SPLIT,
        of: |run| run.system_ns as f64,
    },
    Quantity {
        name: MetricName::CPU_UTILISATION,
        unit: Unit::Ratio,
        note: "; user and system time over wall time of each run",
        of: |run| (run.user_ns + run.system_ns) as f64 / run.wall_ns.max(1) as f64,
    },
    Quantity {
        name: MetricName::RSS_PEAK,
        unit: Unit::Bytes,
        note: "; of the process or of one descendant, whichever occupied most",
        of: |run| run.peak_rss as f64,
    },
    Quantity {
        name: MetricName::PAGE_FAULTS_MINOR,
        unit: Unit::Count,
        note: "",
        of: |run| run.minor_faults as f64,
    },
    Quantity {
        name: MetricName::PAGE_FAULTS_MAJOR,
        unit: Unit::Count,
        note: "",
        of: |run| run.major_faults as f64,
    },
    Quantity {
        name: MetricName::SWITCHES_VOLUNTARY,
        unit: Unit::Count,
        note: "",
        of: |run| run.voluntary_switches as f64,
    },
    Quantity {
        name: MetricName::SWITCHES_INVOLUNTARY,
        unit: Unit::Count,
        note: "",
        of: |run| run.involuntary_switches as f64,
    },
];

impl Quantity {
    fn metrics(&self, runs: &CommandRuns) -> Result<Vec<Metric>, SampleError> {
        let sample = Sample::new(runs.runs.iter().map(self.of).collect())?;
        let bounds = runs.runs.iter().filter(|run| run.peak_rss_is_bound).count();
        if self.name == MetricName::RSS_PEAK && bounds > 0 {
            let reason = format!(
                "in {bounds} of {} runs not more than the {:.1} MB that the starting process itself occupied, which is all the system tells: the peak is at most that",
                runs.runs.len(),
                sample.max() / 1e6
            );
            let method = "peak of resident memory as the system reports it".to_owned();
            let estimate = Estimate::AtMost { bound: sample.max(), reason };
            return Ok(vec![metric(self.name.clone(), self.unit, &sample, estimate, method)]);
        }
        let method = format!("median over runs with an order-statistic interval{}", self.note);
        let median = metric(self.name.clone(), self.unit, &sample, median_estimate(&sample, "runs"), method);
        Ok(std::iter::once(median).chain(extremes(&self.name, self.unit, &sample)).collect())
    }
}

/// The least and the greatest value, if they differ: `rss.peak.min`, and for the wall time `wall_time.min`.
pub(crate) fn extremes(name: &MetricName, unit: Unit, sample: &Sample) -> Vec<Metric> {
    if sample.min() == sample.max() {
        return Vec::new();
    }
    let stem = name.0.strip_suffix(".p50").unwrap_or(&name.0);
    [("min", sample.min(), "least"), ("max", sample.max(), "greatest")]
        .into_iter()
        .map(|(suffix, value, word)| {
            let reason = "a description of these runs, not an estimate of a population".to_owned();
            let estimate = Estimate::WithoutInterval { value, reason };
            let name = MetricName(Cow::Owned(format!("{stem}.{suffix}")));
            metric(name, unit, sample, estimate, format!("{word} of the runs"))
        })
        .collect()
}

fn metric(name: MetricName, unit: Unit, sample: &Sample, estimate: Estimate, method: String) -> Metric {
    let figure =
        Figure { estimate, unit, n: sample.len() as u64, method: Method(method.into()), of: Of::Process };
    Metric { name, direction: Direction::LowerIsBetter, figure }
}
