//! The process of one benchmark, to be looked at while it runs.
//!
//! A benchmark is profiled by the same measurement that gave its figures, in one more process: what it states of itself
//! tells how much looking at it has slowed it down. Two builds are compared by such processes, one of each in turn.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::{Command, Finished};
use perfaudit_result::{Figure, MetricName, Throughput, Workload, WorkloadKind};
use perfaudit_stats::{Probability, Sample, quantile};

use crate::criterion::listing::Filter;
use crate::criterion::results::{self, Measurement};
use crate::divan::launch::Row;
use crate::divan::table::Table;
use crate::executable::BenchExecutable;
use crate::pace::Settings;
use crate::{criterion, divan, libtest, message};

/// The process of one benchmark.
#[derive(Debug)]
pub struct ProfiledProcess<'a> {
    /// What to run.
    pub command: Command,
    workload: &'a Workload,
    /// Where Criterion writes.
    home: &'a Path,
}

/// How a benchmark is run to be profiled.
#[derive(Debug, Clone, Copy)]
pub struct ProfileRequest<'a> {
    /// The executable that holds it.
    pub executable: &'a BenchExecutable,
    /// The benchmark.
    pub workload: &'a Workload,
    /// Its median time per iteration in nanoseconds, where it is known.
    pub median_ns: Option<f64>,
    /// All workloads, among which equal names are looked for.
    pub all: &'a [Workload],
    /// How long its routine is to run.
    pub time: Duration,
    /// An empty folder for what the harness writes.
    pub home: &'a Path,
    /// When it is ended.
    pub limit: Duration,
}

/// The process of a benchmark of a harness that is known.
///
/// # Errors
/// Why this benchmark cannot be run alone.
pub fn profiled_process(request: ProfileRequest<'_>) -> Result<ProfiledProcess<'_>, String> {
    let ProfileRequest { executable, workload, median_ns, all, time, home, limit } = request;
    let title = &workload.title;
    let command = match workload.kind {
        WorkloadKind::Criterion => {
            if shares_its_name(workload, all) {
                return Err(message::shared_name(title));
            }
            let settings = Settings::for_profile(time, median_ns);
            criterion::launch::measure(executable, &Filter::for_title(title), settings, home, limit)
        }
        WorkloadKind::Divan => divan::launch::prolong(executable, title, time, limit),
        WorkloadKind::Libtest => libtest::launch::measure(executable, title, limit),
        _ => return Err("it is not a benchmark of a harness that is known".to_owned()),
    };
    Ok(ProfiledProcess { command, workload, home })
}

/// Whether Criterion tells this benchmark from another by a number at the end of its name only.
pub(crate) fn shares_its_name(workload: &Workload, all: &[Workload]) -> bool {
    let base = |title: &str| match title.rsplit_once(" #") {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => base.to_owned(),
        _ => title.to_owned(),
    };
    let own = base(&workload.title);
    let target = |other: &&Workload| other.package == workload.package && other.target == workload.target;
    all.iter().filter(target).filter(|other| base(&other.title) == own).count() > 1
}

/// What a process stated of itself while it was profiled.
#[derive(Debug, Clone, PartialEq)]
pub enum Stated {
    /// The median time per iteration with its interval, from the samples that it handed out.
    Median(Box<Figure>),
    /// The median that it printed, in nanoseconds.
    Printed(f64),
}

/// What one process of a benchmark measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredProcess {
    /// The median time per iteration in nanoseconds, above zero: of the batches that it handed out, or the one that it
    /// printed.
    pub median_ns: f64,
    /// The 95th percentile of its calls in nanoseconds; none where it timed batches of calls, printed a median only, or
    /// made fewer than [`LEAST_CALLS`] calls.
    pub p95_of_calls_ns: Option<f64>,
    /// How much work one iteration does, where the benchmark declares it.
    pub throughput: Option<Throughput>,
}

/// The 95th percentile of fewer calls is the largest of them.
const LEAST_CALLS: usize = 21;

impl ProfiledProcess<'_> {
    /// What the process measured. None when it stated nothing that can be read, or a median that is no positive number.
    #[must_use]
    pub fn measured(&self, finished: &Finished) -> Option<MeasuredProcess> {
        let measured = match self.workload.kind {
            WorkloadKind::Criterion => {
                let id = self.workload.id.clone();
                let Measurement { samples, throughput, .. } =
                    results::collect(self.home, |_| id.clone()).into_iter().find_map(Result::ok)?;
                let sample = Sample::new(samples.per_iteration().collect()).ok()?;
                let is_calls = samples.iterations().iter().all(|&n| n == 1) && sample.len() >= LEAST_CALLS;
                let p95_of_calls_ns =
                    is_calls.then(|| quantile(&sample, Probability::P95)).filter(|p95| *p95 > 0.0);
                MeasuredProcess { median_ns: sample.median(), p95_of_calls_ns, throughput }
            }
            _ => MeasuredProcess {
                median_ns: self.printed_ns(finished)?,
                p95_of_calls_ns: None,
                throughput: None,
            },
        };
        (measured.median_ns.is_finite() && measured.median_ns > 0.0).then_some(measured)
    }

    fn printed_ns(&self, finished: &Finished) -> Option<f64> {
        let stdout = finished.stdout.text();
        let stated = match self.workload.kind {
            WorkloadKind::Divan => {
                let rows = Table::parse(&stdout).rows;
                rows.into_iter().find(|(path, _)| path == Row::of(&self.workload.title).path)?.1
            }
            WorkloadKind::Libtest => libtest::report::parse(&stdout).into_iter().next()?.1,
            _ => return None,
        };
        Some(stated.median.value)
    }

    /// What the process stated of itself; none when it stated nothing that can be read.
    #[must_use]
    pub fn stated(&self, finished: &Finished, seed: u64) -> Option<Stated> {
        match self.workload.kind {
            WorkloadKind::Criterion => {
                let measurement = results::collect(self.home, |_| self.workload.id.clone())
                    .into_iter()
                    .find_map(Result::ok)?;
                let estimates = crate::metrics(self.workload, &measurement.samples, seed).ok()?;
                let median =
                    estimates.metrics.into_iter().find(|metric| metric.name == MetricName::WALL_TIME_P50)?;
                Some(Stated::Median(Box::new(median.figure)))
            }
            _ => self.printed_ns(finished).map(Stated::Printed),
        }
    }
}
