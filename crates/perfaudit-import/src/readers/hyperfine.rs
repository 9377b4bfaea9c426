//! `hyperfine --export-json`. Version 1 writes lists by quantity, version 2 (`schema_version` 2) one object a run.
//!
//! Every value is that of one process. Version 1 keeps only the means of user and system time.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use perfaudit_result::{MetricName, Of};
use serde::{Deserialize, Deserializer};

use crate::error::ImportError;
use crate::format::{FileFormat, Format};
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, metric};
use crate::quantity::{Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::warning::Warning;
use crate::{input, json};

const EXPECTED: &str = "what hyperfine writes with `--export-json`: an object with `results`";

#[derive(Deserialize)]
struct Header {
    schema_version: Option<serde_json::Value>,
}

/// Reads the content of a file; `file` is what errors call it.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let Header { schema_version } = json::parse(file, bytes, EXPECTED)?;
    let workloads = match schema_version {
        None => {
            let File { results } = json::parse::<File<Lists>>(file, bytes, EXPECTED)?;
            let each = results.into_iter().enumerate();
            each.map(|(index, result)| result.into_workload(file, index)).collect::<Result<Vec<_>, _>>()?
        }
        Some(version) if version == 2 => {
            let File { results } = json::parse::<File<Runs>>(file, bytes, EXPECTED)?;
            let each = results.into_iter().enumerate();
            each.map(|(index, result)| result.into_workload(file, index)).collect::<Result<Vec<_>, _>>()?
        }
        Some(version) => {
            return Err(ImportError::Version {
                file: file.to_owned(),
                format: FileFormat::Hyperfine,
                found: version.to_string(),
                expected: "no `schema_version` (hyperfine 1) or 2",
            });
        }
    };
    Imported::new(file, Format::File(FileFormat::Hyperfine), workloads, Vec::new())
}

#[derive(Deserialize)]
struct File<T> {
    results: Vec<T>,
}

/// A result of version 1.
#[derive(Deserialize)]
struct Lists {
    command: String,
    mean: Number,
    stddev: Option<Number>,
    median: Option<Number>,
    user: Option<Number>,
    system: Option<Number>,
    min: Option<Number>,
    max: Option<Number>,
    #[serde(default)]
    times: Vec<Number>,
    #[serde(default)]
    memory_usage_byte: Vec<Number>,
    #[serde(default)]
    exit_codes: Vec<Option<i64>>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

impl Lists {
    fn into_workload(self, file: &str, index: usize) -> Result<ImportedWorkload, ImportError> {
        input::room_for_workload(file, index)?;
        let place = |field: &str| format!("results[{index}].{field}");
        let maybe = |number, field| Quantity::SECONDS.maybe(number, file, || place(field));
        let times = Quantity::SECONDS.list(&self.times, file, || place("times"))?;
        let memory = Quantity::Bytes.list(&self.memory_usage_byte, file, || place("memory_usage_byte"))?;
        let runs = times.len();
        let n = u64::try_from(runs).ok().filter(|n| *n > 0);
        for (field, length) in [("memory_usage_byte", memory.len()), ("exit_codes", self.exit_codes.len())] {
            if length != 0 && runs != 0 && length != runs {
                return Err(ImportError::Shape {
                    file: file.to_owned(),
                    place: place(field),
                    found: format!("{length} entries for {runs} times"),
                    expected: "one for each time",
                });
            }
        }
        let stated = Summary {
            n,
            mean: maybe(Some(self.mean), "mean")?,
            median: maybe(self.median, "median")?,
            std_dev: maybe(self.stddev, "stddev")?,
            min: maybe(self.min, "min")?,
            max: maybe(self.max, "max")?,
            ..Summary::default()
        };
        let mut workload = ImportedWorkload::new(self.command);
        workload.parameters = self.parameters.into_iter().collect();
        workload.warnings.extend(failed_runs(&self.exit_codes));
        match processes(times) {
            Some(raw) => {
                workload.add_raw(metric::WALL_TIME, MeasuredUnit::NANOSECONDS, Of::Process, raw, &stated);
            }
            None => {
                workload.add_summary(metric::WALL_TIME, MeasuredUnit::NANOSECONDS, Of::Process, stated);
            }
        }
        for (metric, mean) in [
            (metric::USER_TIME, maybe(self.user, "user")?),
            (metric::SYSTEM_TIME, maybe(self.system, "system")?),
        ] {
            if mean.is_some() {
                let stated = Summary { n, mean, ..Summary::default() };
                workload.add_summary(metric, MeasuredUnit::NANOSECONDS, Of::Process, stated);
            }
        }
        if let Some(raw) = processes(memory) {
            let nothing = Summary::default();
            workload.add_raw(metric::RSS_PEAK, MeasuredUnit::BYTES, Of::Process, raw, &nothing);
        }
        Ok(workload)
    }
}

/// A result of version 2.
#[derive(Deserialize)]
struct Runs {
    command: String,
    measurements: Vec<Run>,
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    summary: BTreeMap<String, StatedSummary>,
}

#[derive(Deserialize)]
struct Run {
    #[serde(default, deserialize_with = "present")]
    exit_code: Option<Option<i64>>,
    #[serde(flatten)]
    readings: BTreeMap<String, Reading>,
}

/// Tells null from a field that is missing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
struct Reading {
    value: Number,
    unit: String,
}

#[derive(Deserialize)]
struct Parameter {
    value: String,
}

#[derive(Deserialize)]
struct StatedSummary {
    unit: String,
    count: Option<u64>,
    mean: Option<Number>,
    stddev: Option<Number>,
    median: Option<Number>,
    min: Option<Number>,
    max: Option<Number>,
}

impl Runs {
    fn into_workload(self, file: &str, index: usize) -> Result<ImportedWorkload, ImportError> {
        input::room_for_workload(file, index)?;
        let mut columns: BTreeMap<&str, (&str, Vec<f64>)> = BTreeMap::new();
        for (run, measured) in self.measurements.iter().enumerate() {
            for (name, reading) in &measured.readings {
                let place = || format!("results[{index}].measurements[{run}].{name}");
                let value = quantity(&reading.unit).at(reading.value, file, place)?;
                if !columns.contains_key(name.as_str()) {
                    input::room_for_measurement(file, columns.len())?;
                }
                let (unit, values) = columns.entry(name).or_insert((&reading.unit, Vec::new()));
                if *unit != reading.unit {
                    return Err(ImportError::Shape {
                        file: file.to_owned(),
                        place: place(),
                        found: format!("unit {}, after {unit} in an earlier run", reading.unit),
                        expected: "one unit for all runs",
                    });
                }
                values.push(value);
            }
        }
        let mut workload = ImportedWorkload::new(self.command);
        workload.parameters =
            self.parameters.into_iter().map(|(name, parameter)| (name, parameter.value)).collect();
        let codes: Vec<_> = self.measurements.iter().filter_map(|run| run.exit_code).collect();
        workload.warnings.extend(failed_runs(&codes));
        for (name, (unit, values)) in columns {
            let stated = match self.summary.get(name) {
                Some(stated) => stated.read(file, || format!("results[{index}].summary.{name}"))?,
                None => Summary::default(),
            };
            if let Some(raw) = processes(values) {
                workload.add_raw(metric_of(name), unit_of(unit), Of::Process, raw, &stated);
            }
        }
        if workload.measurements.is_empty() {
            return Err(ImportError::Shape {
                file: file.to_owned(),
                place: format!("results[{index}].measurements"),
                found: "no run with a measurement".to_owned(),
                expected: "at least one",
            });
        }
        workload.measurements.sort_by_key(|measurement| measurement.metric != metric::WALL_TIME);
        Ok(workload)
    }
}

impl StatedSummary {
    fn read(&self, file: &str, place: impl Fn() -> String) -> Result<Summary, ImportError> {
        let maybe =
            |number, field: &str| quantity(&self.unit).maybe(number, file, || format!("{}.{field}", place()));
        Ok(Summary {
            n: self.count,
            mean: maybe(self.mean, "mean")?,
            median: maybe(self.median, "median")?,
            std_dev: maybe(self.stddev, "stddev")?,
            min: maybe(self.min, "min")?,
            max: maybe(self.max, "max")?,
            ..Summary::default()
        })
    }
}

fn metric_of(name: &str) -> MetricName {
    match name {
        "time_wall_clock" => metric::WALL_TIME,
        "time_cpu" => metric::CPU_TIME,
        "time_user" => metric::USER_TIME,
        "time_system" => metric::SYSTEM_TIME,
        "memory_peak_resident" => metric::RSS_PEAK,
        other => metric::custom(other),
    }
}

fn quantity(unit: &str) -> Quantity {
    match unit {
        "second" => Quantity::SECONDS,
        "byte" => Quantity::Bytes,
        _ => Quantity::AS_IS,
    }
}

fn unit_of(unit: &str) -> MeasuredUnit {
    match unit {
        "second" => MeasuredUnit::NANOSECONDS,
        "byte" => MeasuredUnit::BYTES,
        other => MeasuredUnit::AsStated(other.to_owned()),
    }
}

/// One process for each value.
fn processes(values: Vec<f64>) -> Option<Raw> {
    let once = || Iterations::Every(NonZeroU64::MIN);
    Raw::by_process(values.into_iter().filter_map(|value| Group::new(vec![value], once())).collect())
}

/// Tells of runs that did not end with 0.
fn failed_runs(codes: &[Option<i64>]) -> Option<Warning> {
    let failed: Vec<_> = codes.iter().copied().filter(|code| *code != Some(0)).collect();
    (!failed.is_empty()).then(|| Warning::FailedRuns {
        failed: failed.len(),
        runs: codes.len(),
        codes: BTreeSet::from_iter(failed),
    })
}
