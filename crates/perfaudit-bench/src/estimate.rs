//! Figures from the raw batches of a workload.

use perfaudit_result::{
    ConfidenceLevel, Direction, Estimate, Figure, Interval, Method, Metric, MetricName, Of, Samples,
    SamplingMode, Stated, Throughput, Unit, Workload,
};
use perfaudit_stats::{
    EffectiveSize, Level, Probability, QuantileEstimate, Sample, SampleError, effective_size, mean_interval,
    quantile_estimate, slope_through_origin,
};

/// The figures of one workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// The metrics, in the order of reports.
    pub metrics: Vec<Metric>,
    /// How many independent observations the batches are worth.
    pub effective_batches: f64,
}

/// Batches that take longer in all than their process did are not in nanoseconds of wall time. The margin allows
/// for clocks that disagree.
const LONGEST_SHARE: f64 = 1.02;

/// Makes the figures of a measured workload from its batches. `seed` decides the resampling behind the interval
/// of the mean.
///
/// # Errors
/// When the times per iteration are not finite numbers.
pub fn metrics(workload: &Workload, samples: &Samples, seed: u64) -> Result<Estimates, SampleError> {
    let sample = Sample::new(samples.per_iteration().collect())?;
    let effective = effective_size(&sample);
    let maker = Maker {
        n: sample.len() as u64,
        unit: unit_of(workload, samples),
        of: of(workload, samples),
        stated: workload.sampling.as_ref().and_then(|sampling| sampling.stated.as_ref()),
        effective,
        sample: &sample,
    };
    let mut metrics = vec![
        maker.quantile(MetricName::WALL_TIME_P50, Probability::MEDIAN),
        maker.quantile(MetricName::WALL_TIME_P95, Probability::P95),
        maker.quantile(MetricName::WALL_TIME_P99, Probability::P99),
    ];
    // The mean of medians is the mean of nothing that anybody waits for.
    if maker.of != Of::ProcessMedian {
        metrics.push(maker.mean(seed));
    }
    if workload.sampling.as_ref().is_some_and(|sampling| sampling.mode == SamplingMode::Linear) {
        metrics.extend(maker.slope(samples));
    }
    metrics.extend(maker.spread());
    let throughput = workload.throughput.map(|amount| maker.throughput(amount, &metrics[0].figure));
    metrics.extend(throughput);
    Ok(Estimates { metrics, effective_batches: effective.get() })
}

fn of(workload: &Workload, samples: &Samples) -> Of {
    if workload.sampling.as_ref().is_some_and(|sampling| sampling.mode == SamplingMode::Processes) {
        Of::ProcessMedian
    } else if samples.iterations().iter().all(|&n| n == 1) {
        Of::Call
    } else {
        Of::BatchMean
    }
}

/// A custom Criterion measurement does not record its unit. What cannot be wall time is not called so.
fn unit_of(workload: &Workload, samples: &Samples) -> Unit {
    let total_s = samples.times().iter().sum::<f64>() / 1e9;
    match workload.duration_s {
        Some(duration) if total_s > LONGEST_SHARE * duration => Unit::Unknown,
        _ => Unit::Nanoseconds,
    }
}

struct Maker<'a> {
    sample: &'a Sample,
    n: u64,
    unit: Unit,
    of: Of,
    /// What processes state; none where the samples themselves are at hand.
    stated: Option<&'a Stated>,
    effective: EffectiveSize,
}

impl Maker<'_> {
    fn metric(&self, name: MetricName, estimate: Estimate, method: String) -> Metric {
        let Self { n, unit, of, .. } = *self;
        let figure = Figure { estimate, unit, n, method: Method(method.into()), of };
        Metric { name, direction: Direction::LowerIsBetter, figure }
    }

    /// The note on autocorrelation that belongs to a method.
    fn correlated(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "sample sizes are small")]
        let n = self.n as f64;
        if self.effective.get() < n {
            let observations = if self.of == Of::ProcessMedian { "processes" } else { "batches" };
            format!("; {observations} are autocorrelated and count as {:.0}", self.effective.get())
        } else {
            String::new()
        }
    }

    fn quantile(&self, name: MetricName, p: Probability) -> Metric {
        let method = match self.stated {
            Some(stated) => format!(
                "empirical quantile of the medians that processes state, with an order-statistic interval that is widened by their last digit ({} ns){}",
                stated.resolution_ns,
                self.correlated()
            ),
            None => format!("empirical quantile with an order-statistic interval{}", self.correlated()),
        };
        let level = Level::P95;
        // What was cut off or rounded when the medians were printed.
        let lost = self.stated.map_or(0.0, |stated| stated.resolution_ns);
        let estimate = match quantile_estimate(self.sample, p, level, self.effective) {
            QuantileEstimate::Estimated { value, interval, .. } => {
                with_interval(value, (interval.lower - lost).max(0.0), interval.upper + lost)
            }
            // The median of few values is still their median; a far quantile of few values is a guess.
            QuantileEstimate::NotEstimable { needed, have } if p == Probability::MEDIAN => {
                Estimate::WithoutInterval {
                    value: self.sample.median(),
                    reason: format!("no 95 % interval from {}: it needs {needed}", self.have(have)),
                }
            }
            QuantileEstimate::NotEstimable { needed, have } => Estimate::NotEstimable {
                reason: format!("not estimable from {}: a 95 % interval needs {needed}", self.have(have)),
            },
        };
        self.metric(name, estimate, method)
    }

    /// The number of samples, with what they are worth when that is less.
    fn have(&self, effective: usize) -> String {
        let observations = match (self.of, self.n) {
            (Of::ProcessMedian, 1) => "process",
            (Of::ProcessMedian, _) => "processes",
            _ => "samples",
        };
        if effective as u64 == self.n {
            format!("{} {observations}", self.n)
        } else {
            format!("{} autocorrelated {observations}, worth {effective}", self.n)
        }
    }

    fn mean(&self, seed: u64) -> Metric {
        let value = self.sample.mean();
        let estimate = match mean_interval(self.sample, Level::P95, self.effective, seed) {
            Some(interval) => with_interval(value, interval.lower, interval.upper),
            None => Estimate::WithoutInterval {
                value,
                reason: format!("no bootstrap interval from {} samples: it needs 10", self.n),
            },
        };
        let method = format!("mean over batches with a bootstrap interval{}", self.correlated());
        self.metric(MetricName::WALL_TIME_MEAN, estimate, method)
    }

    #[expect(clippy::cast_precision_loss, reason = "no batch has 2^53 iterations")]
    fn slope(&self, samples: &Samples) -> Option<Metric> {
        let iterations: Vec<f64> = samples.iterations().iter().map(|&n| n as f64).collect();
        let value = slope_through_origin(&iterations, samples.times())?;
        let estimate = Estimate::WithoutInterval {
            value,
            reason: "given for comparison with Criterion; the median carries the interval".to_owned(),
        };
        let method = "slope of batch time over iterations through the origin".to_owned();
        Some(self.metric(MetricName::WALL_TIME_SLOPE, estimate, method))
    }

    fn spread(&self) -> Vec<Metric> {
        let reason = || "a description of this sample, not an estimate of a population".to_owned();
        let deviation = self.sample.std_dev().map(|value| {
            let estimate = Estimate::WithoutInterval { value, reason: reason() };
            self.metric(MetricName::WALL_TIME_STD_DEV, estimate, "sample standard deviation".to_owned())
        });
        let estimate = Estimate::WithoutInterval { value: self.sample.median_abs_dev(), reason: reason() };
        let method = "median absolute deviation from the median, times 1.4826".to_owned();
        let robust = self.metric(MetricName::WALL_TIME_MAD, estimate, method);
        deviation.into_iter().chain([robust]).collect()
    }

    /// The declared work over the median time; the bounds change places.
    #[expect(clippy::cast_precision_loss, reason = "declared work is far below 2^53")]
    fn throughput(&self, amount: Throughput, median: &Figure) -> Metric {
        let per_second = |nanoseconds: f64| amount.amount() as f64 * 1e9 / nanoseconds;
        let not_estimable = |reason: &str| Estimate::NotEstimable { reason: reason.to_owned() };
        let estimate = match &median.estimate {
            _ if self.unit != Unit::Nanoseconds => not_estimable("the samples are not in units of time"),
            Estimate::WithInterval { interval, .. } if interval.lower() <= 0.0 => {
                not_estimable("the time per iteration is not distinguishable from zero")
            }
            Estimate::WithInterval { value, interval, .. } => {
                with_interval(per_second(*value), per_second(interval.upper()), per_second(interval.lower()))
            }
            Estimate::WithoutInterval { value, reason } if *value > 0.0 => {
                Estimate::WithoutInterval { value: per_second(*value), reason: reason.clone() }
            }
            Estimate::WithoutInterval { .. } => not_estimable("the time per iteration is zero"),
            Estimate::AtMost { reason, .. } | Estimate::NotEstimable { reason } => not_estimable(reason),
        };
        let unit = match amount {
            Throughput::Bytes(_) => Unit::BytesPerSecond,
            Throughput::Bits(_) => Unit::BitsPerSecond,
            Throughput::Elements(_) => Unit::ElementsPerSecond,
        };
        let method = "declared work over the median time, with the median's interval".to_owned();
        let figure = Figure { estimate, unit, n: self.n, method: Method(method.into()), of: self.of };
        Metric { name: MetricName::THROUGHPUT, direction: Direction::HigherIsBetter, figure }
    }
}

/// The median with its interval at 95 %; `what` is what the values are, as in "no 95 % interval from 4 runs".
#[must_use]
pub fn median_estimate(sample: &Sample, what: &str) -> Estimate {
    match quantile_estimate(sample, Probability::MEDIAN, Level::P95, effective_size(sample)) {
        QuantileEstimate::Estimated { value, interval, .. } => {
            with_interval(value, interval.lower, interval.upper)
        }
        QuantileEstimate::NotEstimable { needed, have } => Estimate::WithoutInterval {
            value: sample.median(),
            reason: if sample.min() == sample.max() && sample.len() > 1 {
                format!("all {} {what} are the same", sample.len())
            } else {
                format!("no 95 % interval from {have} {what}: it needs {needed}")
            },
        },
    }
}

/// An estimate with its interval at 95 %. Rounding may put the value of an interpolated quantile a last bit
/// outside of its order statistics; the interval then takes it in.
fn with_interval(value: f64, lower: f64, upper: f64) -> Estimate {
    match Interval::new(lower.min(value), upper.max(value)) {
        Ok(interval) => Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        Err(error) => Estimate::WithoutInterval { value, reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_result::{Sampling, WorkloadId, WorkloadKind, WorkloadState, WorkloadTarget};

    const TARGET: WorkloadTarget<'static> =
        WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };

    fn workload(mode: SamplingMode, throughput: Option<Throughput>) -> Workload {
        let sampling = Sampling {
            mode,
            batches: 1,
            least_iterations: 1,
            most_iterations: 1,
            effective_batches: 1.0,
            stated: None,
        };
        Workload {
            kind: WorkloadKind::Criterion,
            throughput,
            sampling: Some(sampling),
            duration_s: Some(10.0),
            ..Workload::new(WorkloadKind::Criterion, &TARGET, "x", WorkloadState::Measured)
        }
    }

    /// Batches of `iterations` whose times per iteration are a scrambled 1..=n.
    fn samples(n: u64, iterations: u64) -> Samples {
        let per_iteration = (0..n).map(|i| (i * 7919 % n + 1) as f64);
        let times = per_iteration.map(|time| time * iterations as f64).collect();
        let n = usize::try_from(n).unwrap();
        Samples::new(WorkloadId("p/t/x".into()), vec![iterations; n], times).unwrap()
    }

    fn figure(estimates: &Estimates, name: &MetricName) -> Figure {
        estimates.metrics.iter().find(|metric| metric.name == *name).unwrap().figure.clone()
    }

    #[test]
    fn a_hundred_samples_tell_p95_but_not_p99() {
        let estimates = metrics(&workload(SamplingMode::Flat, None), &samples(100, 4), 1).unwrap();
        let p95 = figure(&estimates, &MetricName::WALL_TIME_P95);
        assert!((p95.value().unwrap() - 95.05).abs() < 1e-9);
        assert!(p95.interval().is_some());
        assert_eq!(p95.of, Of::BatchMean);
        let p99 = figure(&estimates, &MetricName::WALL_TIME_P99);
        assert_eq!(p99.value(), None);
        assert_eq!(p99.reason().unwrap(), "not estimable from 100 samples: a 95 % interval needs 368");
    }

    #[test]
    fn two_samples_have_a_median_but_no_interval() {
        let estimates = metrics(&workload(SamplingMode::Flat, None), &samples(2, 1), 1).unwrap();
        let median = figure(&estimates, &MetricName::WALL_TIME_P50);
        assert_eq!((median.value(), median.interval()), (Some(1.5), None));
        assert_eq!(median.of, Of::Call);
    }

    #[test]
    fn throughput_is_the_work_over_the_median_with_the_bounds_turned_round() {
        let workload = workload(SamplingMode::Flat, Some(Throughput::Bytes(1000)));
        let estimates = metrics(&workload, &samples(101, 1), 1).unwrap();
        let median = figure(&estimates, &MetricName::WALL_TIME_P50);
        let throughput = figure(&estimates, &MetricName::THROUGHPUT);
        assert_eq!(throughput.unit, Unit::BytesPerSecond);
        assert!((throughput.value().unwrap() - 1e12 / 51.0).abs() < 1.0);
        assert!(
            (throughput.interval().unwrap().lower() - 1e12 / median.interval().unwrap().upper()).abs() < 1.0
        );
    }

    #[test]
    fn batches_that_took_longer_than_their_process_are_not_called_time() {
        let mut workload = workload(SamplingMode::Flat, Some(Throughput::Bytes(1)));
        workload.duration_s = Some(1e-9);
        let estimates = metrics(&workload, &samples(100, 1), 1).unwrap();
        assert_eq!(figure(&estimates, &MetricName::WALL_TIME_P50).unit, Unit::Unknown);
        assert_eq!(figure(&estimates, &MetricName::THROUGHPUT).value(), None);
    }

    #[test]
    fn only_linear_sampling_has_a_slope() {
        let has_slope = |mode| {
            metrics(&workload(mode, None), &samples(50, 2), 1)
                .unwrap()
                .metrics
                .iter()
                .any(|metric| metric.name == MetricName::WALL_TIME_SLOPE)
        };
        assert!(has_slope(SamplingMode::Linear));
        assert!(!has_slope(SamplingMode::Flat));
    }

    #[test]
    fn medians_of_processes_are_said_to_be_such_and_their_interval_takes_the_last_digit_in() {
        let mut workload = workload(SamplingMode::Processes, Some(Throughput::Bytes(1000)));
        workload.sampling.as_mut().unwrap().stated =
            Some(Stated { resolution_ns: 0.5, least_samples: 100, most_samples: 100, range_ns: None });
        let estimates = metrics(&workload, &samples(10, 1), 1).unwrap();
        let median = figure(&estimates, &MetricName::WALL_TIME_P50);
        assert_eq!((median.of, median.n, median.value()), (Of::ProcessMedian, 10, Some(5.5)));
        let interval = median.interval().unwrap();
        assert_eq!((interval.lower(), interval.upper()), (1.5, 9.5));
        assert!(median.method.0.contains("widened by their last digit (0.5 ns)"), "{}", median.method.0);
        let p95 = figure(&estimates, &MetricName::WALL_TIME_P95);
        assert_eq!(p95.reason().unwrap(), "not estimable from 10 processes: a 95 % interval needs 72");
        assert!(estimates.metrics.iter().all(|metric| metric.name != MetricName::WALL_TIME_MEAN));
        assert_eq!(figure(&estimates, &MetricName::THROUGHPUT).of, Of::ProcessMedian);
    }

    #[test]
    fn five_processes_have_a_median_without_an_interval() {
        let estimates = metrics(&workload(SamplingMode::Processes, None), &samples(5, 1), 1).unwrap();
        let median = figure(&estimates, &MetricName::WALL_TIME_P50);
        assert_eq!(median.reason().unwrap(), "no 95 % interval from 5 processes: it needs 6");
    }
}
