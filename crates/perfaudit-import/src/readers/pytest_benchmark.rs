//! What pytest-benchmark writes. `--benchmark-json` keeps raw values (`stats.data`), `--benchmark-save` only with
//! `--benchmark-save-data`. Each value is the mean of `stats.iterations` calls.

use std::num::NonZeroU64;

use perfaudit_result::{MetricName, Of, Unit};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ImportError;
use crate::format::{FileFormat, Format};
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::quantity::{Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::{input, json};

const EXPECTED: &str =
    "what pytest-benchmark writes with `--benchmark-json`: an object with `benchmarks[].stats`";

#[derive(Deserialize)]
struct File {
    benchmarks: Vec<Benchmark>,
}

#[derive(Deserialize)]
struct Benchmark {
    fullname: String,
    group: Option<String>,
    params: Option<Map<String, Value>>,
    #[serde(default)]
    options: Options,
    stats: Option<Stats>,
}

#[derive(Deserialize, Default)]
struct Options {
    timer: Option<String>,
}

#[derive(Deserialize)]
struct Stats {
    min: Option<Number>,
    max: Option<Number>,
    mean: Option<Number>,
    stddev: Option<Number>,
    median: Option<Number>,
    q1: Option<Number>,
    q3: Option<Number>,
    rounds: Option<u64>,
    iterations: Option<NonZeroU64>,
    #[serde(default)]
    data: Vec<Number>,
}

/// Reads the content of a file; `file` is what errors call it.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let File { benchmarks } = json::parse(file, bytes, EXPECTED)?;
    let mut workloads = Vec::new();
    let mut skipped = Vec::new();
    for (index, benchmark) in benchmarks.into_iter().enumerate() {
        input::room_for_workload(file, index)?;
        match &benchmark.stats {
            Some(stats) => workloads.push(benchmark.workload(stats, file, index)?),
            None => skipped.push(Skipped {
                what: benchmark.fullname,
                reason: "no `stats`: the test failed before it was measured".to_owned(),
            }),
        }
    }
    Imported::new(file, Format::File(FileFormat::PytestBenchmark), workloads, skipped)
}

impl Benchmark {
    fn workload(&self, stats: &Stats, file: &str, index: usize) -> Result<ImportedWorkload, ImportError> {
        let mut workload = ImportedWorkload::new(&self.fullname);
        let params = self.params.iter().flatten();
        workload.parameters = params.map(|(name, value)| (name.clone(), json::text(value))).collect();
        workload.context = self.group.iter().map(|group| ("group".to_owned(), group.clone())).collect();
        let (metric, unit, quantity) = timed_by(self.options.timer.as_deref());
        let place = |field: &str| format!("benchmarks[{index}].stats.{field}");
        let stated = stats.stated(quantity, file, &place)?;
        let iterations = stats.iterations.map_or(Iterations::NotRecorded, Iterations::Every);
        let values = quantity.list(&stats.data, file, || place("data"))?;
        match Group::new(values, iterations) {
            Some(group) => {
                let raw = Raw::of_one_process(group);
                workload.add_raw(metric, unit, raw.of_calls(), raw, &stated);
            }
            None => {
                let single = stats.iterations == Some(NonZeroU64::MIN);
                let of = if single { Of::Call } else { Of::BatchMean };
                workload.add_summary(metric, unit, of, stated);
            }
        }
        Ok(workload)
    }
}

impl Stats {
    fn stated(
        &self,
        quantity: Quantity,
        file: &str,
        place: &impl Fn(&str) -> String,
    ) -> Result<Summary, ImportError> {
        let maybe = |number, field| quantity.maybe(number, file, || place(field));
        Ok(Summary {
            n: self.rounds,
            mean: maybe(self.mean, "mean")?,
            median: maybe(self.median, "median")?,
            std_dev: maybe(self.stddev, "stddev")?,
            min: maybe(self.min, "min")?,
            lower_quartile: maybe(self.q1, "q1")?,
            upper_quartile: maybe(self.q3, "q3")?,
            max: maybe(self.max, "max")?,
        })
    }
}

/// What a timer measures. `--benchmark-timer` takes any function of Python, also one that does not count seconds.
fn timed_by(timer: Option<&str>) -> (MetricName, MeasuredUnit, Quantity) {
    let name = timer.map(|timer| timer.rsplit('.').next().unwrap_or(timer));
    match name {
        None | Some("perf_counter" | "time" | "monotonic" | "default_timer") => {
            (metric::WALL_TIME, MeasuredUnit::NANOSECONDS, Quantity::SECONDS)
        }
        Some("process_time" | "thread_time" | "clock") => {
            (metric::CPU_TIME, MeasuredUnit::NANOSECONDS, Quantity::SECONDS)
        }
        Some(other) => (metric::custom(other), MeasuredUnit::Known(Unit::Unknown), Quantity::AS_IS),
    }
}
