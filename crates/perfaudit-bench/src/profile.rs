//! The process of one benchmark, to be looked at while it runs.
//!
//! A benchmark is profiled by the same measurement that gave its figures, in one more process: what it states of itself
//! tells how much looking at it has slowed it down. Two builds are compared by such processes, one of each in turn.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::{Command, Finished};
use perfaudit_result::{Figure, MetricName, Workload, WorkloadKind};
use perfaudit_stats::Sample;

use crate::criterion::listing::Filter;
use crate::criterion::results;
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

impl ProfiledProcess<'_> {
    /// The median time per iteration that the process measured, in nanoseconds: of the batches that it handed out, or
    /// the one that it printed. None when there is none, or it is no positive number.
    #[must_use]
    pub fn median_ns(&self, finished: &Finished) -> Option<f64> {
        let median = match self.workload.kind {
            WorkloadKind::Criterion => {
                let id = self.workload.id.clone();
                let measured =
                    results::collect(self.home, |_| id.clone()).into_iter().find_map(Result::ok)?;
                Sample::new(measured.samples.per_iteration().collect()).ok()?.median()
            }
            _ => self.printed_ns(finished)?,
        };
        (median.is_finite() && median > 0.0).then_some(median)
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
