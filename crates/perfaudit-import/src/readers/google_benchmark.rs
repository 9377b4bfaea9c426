//! `--benchmark_out_format=json` of google-benchmark, from 1.5 on.
//!
//! A row of `run_type` `iteration` is one repetition: the mean over its `iterations`. Rows of `run_type` `aggregate` are
//! made from repetitions; they count only where the file holds no repetition (`--benchmark_report_aggregates_only`).

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;

use perfaudit_result::{MetricName, Of, Unit};
use serde::Deserialize;
use serde_json::Value;

use crate::error::ImportError;
use crate::format::{FileFormat, Format};
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::quantity::{Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::{input, json};

const EXPECTED: &str =
    "what google-benchmark writes with `--benchmark_out_format=json`: an object with `benchmarks`";

#[derive(Deserialize)]
struct File {
    benchmarks: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    run_name: Option<String>,
    run_type: Option<String>,
    family_index: Option<u64>,
    per_family_instance_index: Option<u64>,
    iterations: Option<u64>,
    real_time: Option<Number>,
    cpu_time: Option<Number>,
    time_unit: Option<String>,
    aggregate_name: Option<String>,
    label: Option<String>,
    #[serde(default)]
    error_occurred: bool,
    error_message: Option<String>,
    skipped: Option<Value>,
    skip_message: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// Fields of a row that are not counters.
const NOT_COUNTERS: [&str; 6] =
    ["repetitions", "repetition_index", "threads", "aggregate_unit", "family_index", "cpu_coefficient"];

/// What the statistics that google-benchmark makes by itself are called; a row of a version that does not write
/// `run_type` has one of them at the end of its name.
const AGGREGATES: [&str; 6] = ["_mean", "_median", "_stddev", "_cv", "_BigO", "_RMS"];

/// The rows of one benchmark with one set of arguments.
#[derive(Default)]
struct Rows {
    repetitions: Vec<(usize, Row)>,
    aggregates: Vec<(usize, Row)>,
}

/// Reads the content of a file; `file` is what errors call it.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let File { benchmarks } = json::parse(file, bytes, EXPECTED)?;
    let mut order: HashMap<(String, Option<u64>, Option<u64>), usize> = HashMap::new();
    let mut groups: Vec<(String, Rows)> = Vec::new();
    let mut skipped = Vec::new();
    for (index, row) in benchmarks.into_iter().enumerate() {
        if let Some(reason) = row.reason_to_skip() {
            skipped.push(Skipped { what: row.name, reason });
            continue;
        }
        input::room_for_workload(file, groups.len())?;
        let name = row.run_name.as_ref().unwrap_or(&row.name).clone();
        let key = (name.clone(), row.family_index, row.per_family_instance_index);
        let place = *order.entry(key).or_insert_with(|| {
            groups.push((name, Rows::default()));
            groups.len() - 1
        });
        let rows = &mut groups[place].1;
        let list = if row.is_aggregate() { &mut rows.aggregates } else { &mut rows.repetitions };
        list.push((index, row));
    }
    let mut workloads = Vec::new();
    for (name, rows) in groups {
        workloads.extend(rows.into_workload(name, file, &mut skipped)?);
    }
    Imported::new(file, Format::File(FileFormat::GoogleBenchmark), workloads, skipped)
}

impl Row {
    fn is_aggregate(&self) -> bool {
        self.run_type.as_deref() == Some("aggregate")
    }

    fn reason_to_skip(&self) -> Option<String> {
        if self.error_occurred {
            let message = self.error_message.as_deref().unwrap_or("no message");
            return Some(format!("the benchmark failed: {message}"));
        }
        if self.skipped.as_ref().is_some_and(|skipped| *skipped != Value::Bool(false)) {
            let message = self.skip_message.as_deref().unwrap_or("no message");
            return Some(format!("the benchmark was skipped: {message}"));
        }
        let is_unclear =
            self.run_type.is_none() && AGGREGATES.iter().any(|aggregate| self.name.ends_with(aggregate));
        if is_unclear {
            return Some(
                "the file does not say whether this is a repetition or was made from some (google-benchmark before \
                 1.5): measure again with a newer one"
                    .to_owned(),
            );
        }
        let statistic = self.aggregate_name.as_deref().filter(|_| self.is_aggregate())?;
        (!["mean", "median", "stddev", "cv"].contains(&statistic))
            .then(|| format!("{statistic} was made from measurements and is not one"))
    }

    fn time(&self) -> Option<Quantity> {
        let nanoseconds = match self.time_unit.as_deref() {
            None | Some("ns") => 1.0,
            Some("us") => 1e3,
            Some("ms") => 1e6,
            Some("s") => 1e9,
            Some(_) => return None,
        };
        Some(Quantity::Time { nanoseconds })
    }

    fn shape(
        &self,
        file: &str,
        index: usize,
        field: &str,
        found: String,
        expected: &'static str,
    ) -> ImportError {
        ImportError::Shape {
            file: file.to_owned(),
            place: format!("benchmarks[{index}].{field} ({})", self.name),
            found,
            expected,
        }
    }

    fn clocks(&self) -> [(MetricName, Option<Number>, &'static str); 2] {
        [(metric::WALL_TIME, self.real_time, "real_time"), (metric::CPU_TIME, self.cpu_time, "cpu_time")]
    }

    /// Its times in nanoseconds, wall time first.
    fn times(&self, file: &str, index: usize) -> Result<Vec<(MetricName, f64)>, ImportError> {
        let unit = || self.time_unit.clone().unwrap_or_default();
        let time = self
            .time()
            .ok_or_else(|| self.shape(file, index, "time_unit", unit(), "`ns`, `us`, `ms` or `s`"))?;
        let mut times = Vec::new();
        for (metric, number, field) in self.clocks() {
            let place = || format!("benchmarks[{index}].{field} ({})", self.name);
            times.extend(time.maybe(number, file, place)?.map(|value| (metric, value)));
        }
        Ok(times)
    }
}

/// A column of values with the iterations behind each.
#[derive(Default)]
struct Column {
    values: Vec<f64>,
    iterations: Vec<NonZeroU64>,
    /// Whether a repetition has a value that is not finite.
    broken: bool,
}

impl Rows {
    fn into_workload(
        self,
        name: String,
        file: &str,
        skipped: &mut Vec<Skipped>,
    ) -> Result<Option<ImportedWorkload>, ImportError> {
        let stated = self.stated(file)?;
        let mut workload = ImportedWorkload::new(name);
        workload.parameters = arguments(&workload.name);
        let rows = self.repetitions.iter().chain(&self.aggregates);
        let label = rows.filter_map(|(_, row)| row.label.as_ref()).find(|label| !label.is_empty());
        workload.context = label.map(|label| ("label".to_owned(), label.clone())).into_iter().collect();
        if self.repetitions.is_empty() {
            for (metric, summary) in stated {
                workload.add_summary(metric, MeasuredUnit::NANOSECONDS, Of::BatchMean, summary);
            }
        } else {
            let (clocks, counters) = self.columns(file)?;
            for (metric, column) in clocks {
                let summary = stated.iter().find(|(of, _)| *of == metric).map(|(_, summary)| *summary);
                add(&mut workload, metric, MeasuredUnit::NANOSECONDS, column, &summary.unwrap_or_default());
            }
            for (counter, column) in counters {
                if column.broken {
                    skipped.push(Skipped {
                        what: format!("{}: counter {counter}", workload.name),
                        reason: "not a finite number in at least one repetition".to_owned(),
                    });
                    continue;
                }
                let (metric, unit) = counter_metric(&counter);
                add(&mut workload, metric, unit, column, &Summary::default());
            }
        }
        if workload.measurements.is_empty() {
            skipped.push(Skipped { what: workload.name, reason: "its rows hold no time".to_owned() });
            return Ok(None);
        }
        Ok(Some(workload))
    }

    /// What the aggregate rows state of each clock.
    fn stated(&self, file: &str) -> Result<Vec<(MetricName, Summary)>, ImportError> {
        let mut stated: Vec<(MetricName, Summary)> = Vec::new();
        for (index, row) in &self.aggregates {
            let statistic = row.aggregate_name.as_deref().unwrap_or_default();
            if !["mean", "median", "stddev"].contains(&statistic) {
                continue;
            }
            for (metric, value) in row.times(file, *index)? {
                let at = stated.iter().position(|(of, _)| *of == metric).unwrap_or_else(|| {
                    stated.push((metric, Summary { n: row.iterations, ..Summary::default() }));
                    stated.len() - 1
                });
                let summary = &mut stated[at].1;
                match statistic {
                    "mean" => summary.mean = Some(value),
                    "median" => summary.median = Some(value),
                    _ => summary.std_dev = Some(value),
                }
            }
        }
        Ok(stated)
    }

    /// The values of the repetitions: clocks in nanoseconds, and counters as written.
    #[expect(clippy::type_complexity, reason = "two lists of columns, used once")]
    fn columns(
        &self,
        file: &str,
    ) -> Result<(Vec<(MetricName, Column)>, BTreeMap<String, Column>), ImportError> {
        let mut clocks: Vec<(MetricName, Column)> = Vec::new();
        let mut counters: BTreeMap<String, Column> = BTreeMap::new();
        for (index, row) in &self.repetitions {
            let iterations = row.iterations.and_then(NonZeroU64::new).ok_or_else(|| {
                let found = row.iterations.map_or_else(|| "missing".to_owned(), |n| n.to_string());
                row.shape(file, *index, "iterations", found, "at least 1")
            })?;
            for (metric, value) in row.times(file, *index)? {
                let at = clocks.iter().position(|(of, _)| *of == metric).unwrap_or_else(|| {
                    clocks.push((metric, Column::default()));
                    clocks.len() - 1
                });
                clocks[at].1.values.push(value);
                clocks[at].1.iterations.push(iterations);
            }
            for (counter, value) in &row.others {
                let Ok(number) = Number::deserialize(value) else { continue };
                if NOT_COUNTERS.contains(&counter.as_str()) {
                    continue;
                }
                if !counters.contains_key(counter) {
                    input::room_for_measurement(file, clocks.len() + counters.len())?;
                }
                let column = counters.entry(counter.clone()).or_default();
                match Quantity::AS_IS.convert(number) {
                    Ok(value) => {
                        column.values.push(value);
                        column.iterations.push(iterations);
                    }
                    Err(_) => column.broken = true,
                }
            }
        }
        Ok((clocks, counters))
    }
}

/// Adds a column; all repetitions of a run are measured by one process.
fn add(
    workload: &mut ImportedWorkload,
    metric: MetricName,
    unit: MeasuredUnit,
    column: Column,
    stated: &Summary,
) {
    if let Some(group) = Group::new(column.values, Iterations::each(column.iterations)) {
        let raw = Raw::of_one_process(group);
        workload.add_raw(metric, unit, raw.of_calls(), raw, stated);
    }
}

fn counter_metric(counter: &str) -> (MetricName, MeasuredUnit) {
    match counter {
        "bytes_per_second" => (metric::THROUGHPUT_BYTES, MeasuredUnit::Known(Unit::BytesPerSecond)),
        "items_per_second" => (metric::THROUGHPUT_ELEMENTS, MeasuredUnit::Known(Unit::ElementsPerSecond)),
        "allocs_per_iter" => (metric::ALLOC_COUNT, MeasuredUnit::AsStated("allocations".to_owned())),
        other => (metric::custom(other), MeasuredUnit::Known(Unit::Unknown)),
    }
}

/// Settings that google-benchmark appends to a name as if they were arguments.
const SETTINGS: [&str; 5] = ["repeats", "iterations", "min_time", "min_warmup_time", "manual_time"];

/// The arguments in a name: `BM_Sort/n:1000/8/threads:2` has `n`, `range(1)` and `threads`.
fn arguments(name: &str) -> Vec<(String, String)> {
    let mut position = 0;
    let mut arguments = Vec::new();
    for part in name.split('/').skip(1) {
        let (key, value) = part.split_once(':').unwrap_or(("", part));
        if SETTINGS.contains(&key) || value.parse::<i64>().is_err() {
            continue;
        }
        let key = if key.is_empty() { format!("range({position})") } else { key.to_owned() };
        if key != "threads" {
            position += 1;
        }
        arguments.push((key, value.to_owned()));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_told_from_settings() {
        let pairs = |name| arguments(name).into_iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>();
        assert_eq!(
            pairs("BM_Sort/n:1000/8/repeats:5/threads:2/real_time"),
            ["n=1000", "range(1)=8", "threads=2"]
        );
        assert!(pairs("BM_Sort<std::vector<int>>").is_empty());
    }
}
