//! What pyperf writes with `-o` (format 1.0). Each run is a process; its values are means of `loops * inner_loops` calls.
//! Runs without values calibrate and are left out, as are warm-ups. Metadata that is equal for all runs stands at the
//! benchmark or at the whole file; the innermost counts.

use std::num::NonZeroU64;

use perfaudit_result::{MetricName, Of};
use serde::Deserialize;

use crate::error::ImportError;
use crate::format::{FileFormat, Format};
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::quantity::{Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::{input, json};

const EXPECTED: &str = "what pyperf writes with `-o`: an object with `version` and `benchmarks[].runs[]`";

#[derive(Deserialize)]
struct File {
    version: Option<serde_json::Value>,
    #[serde(default)]
    metadata: Metadata,
    benchmarks: Vec<Benchmark>,
}

#[derive(Deserialize)]
struct Benchmark {
    #[serde(default)]
    metadata: Metadata,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    values: Vec<Number>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    name: Option<String>,
    unit: Option<String>,
    loops: Option<NonZeroU64>,
    inner_loops: Option<NonZeroU64>,
    mem_max_rss: Option<Number>,
    /// Only `pyperf command` writes it: the values are times of processes.
    command: Option<String>,
}

/// Reads the content of a file; `file` is what errors call it.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let File { version, metadata, benchmarks } = json::parse(file, bytes, EXPECTED)?;
    if version.as_ref().is_none_or(|version| version != "1.0") {
        return Err(ImportError::Version {
            file: file.to_owned(),
            format: FileFormat::Pyperf,
            found: version.map_or_else(|| "(none)".to_owned(), |version| json::text(&version)),
            expected: "1.0",
        });
    }
    let mut workloads = Vec::new();
    let mut skipped = Vec::new();
    for (index, benchmark) in benchmarks.iter().enumerate() {
        input::room_for_workload(file, index)?;
        let reader = Reader { file, index, suite: &metadata, benchmark };
        match reader.workload()? {
            Some(workload) => workloads.push(workload),
            None => skipped.push(Skipped {
                what: reader.name(),
                reason: "no run has values: only calibration was recorded".to_owned(),
            }),
        }
    }
    Imported::new(file, Format::File(FileFormat::Pyperf), workloads, skipped)
}

/// One benchmark with the metadata around it.
struct Reader<'a> {
    file: &'a str,
    index: usize,
    suite: &'a Metadata,
    benchmark: &'a Benchmark,
}

impl<'a> Reader<'a> {
    /// The innermost value of a field.
    fn of_run<T>(&self, run: &'a Run, field: impl Fn(&'a Metadata) -> Option<T>) -> Option<T> {
        field(&run.metadata).or_else(|| field(&self.benchmark.metadata)).or_else(|| field(self.suite))
    }

    fn of_benchmark<T>(&self, field: impl Fn(&'a Metadata) -> Option<T>) -> Option<T> {
        let first = self.benchmark.runs.first();
        match first {
            Some(run) => self.of_run(run, field),
            None => field(&self.benchmark.metadata).or_else(|| field(self.suite)),
        }
    }

    fn name(&self) -> String {
        let name = self.of_benchmark(|metadata| metadata.name.clone());
        name.unwrap_or_else(|| format!("benchmarks[{}]", self.index))
    }

    /// The benchmark, if any run has values.
    fn workload(&self) -> Result<Option<ImportedWorkload>, ImportError> {
        let (metric, unit, quantity) = measured(self.of_benchmark(|metadata| metadata.unit.as_deref()));
        let mut processes = Vec::new();
        let mut memory = Vec::new();
        for (number, run) in self.benchmark.runs.iter().enumerate() {
            let place = |field: &str| format!("benchmarks[{}].runs[{number}].{field}", self.index);
            let values = quantity.list(&run.values, self.file, || place("values"))?;
            let iterations = match &unit {
                // The memory of a process is not that of its loops.
                &MeasuredUnit::BYTES => Iterations::NotRecorded,
                _ => self.iterations(run, || place("metadata"))?,
            };
            let Some(group) = Group::new(values, iterations) else {
                continue;
            };
            processes.push(group);
            let peak = self.of_run(run, |metadata| metadata.mem_max_rss);
            let peak = Quantity::Bytes.maybe(peak, self.file, || place("metadata.mem_max_rss"))?;
            memory.extend(peak.and_then(|peak| Group::new(vec![peak], Iterations::NotRecorded)));
        }
        let complete = memory.len() == processes.len();
        let Some(raw) = Raw::by_process(processes) else {
            return Ok(None);
        };
        let mut workload = ImportedWorkload::new(self.name());
        let of = self.of(&raw, &unit);
        let nothing = Summary::default();
        workload.add_raw(metric, unit, of, raw, &nothing);
        if let Some(peaks) = Raw::by_process(memory).filter(|_| complete) {
            workload.add_raw(metric::RSS_PEAK, MeasuredUnit::BYTES, Of::Process, peaks, &nothing);
        }
        Ok(Some(workload))
    }

    /// The calls behind each value of a run.
    fn iterations(&self, run: &'a Run, place: impl Fn() -> String) -> Result<Iterations, ImportError> {
        let loops = self.of_run(run, |metadata| metadata.loops).unwrap_or(NonZeroU64::MIN);
        let inner = self.of_run(run, |metadata| metadata.inner_loops).unwrap_or(NonZeroU64::MIN);
        loops.checked_mul(inner).map(Iterations::Every).ok_or_else(|| ImportError::Shape {
            file: self.file.to_owned(),
            place: place(),
            found: format!("{loops} loops of {inner}"),
            expected: "fewer than 2^64 in all",
        })
    }

    /// What one value is.
    fn of(&self, raw: &Raw, unit: &MeasuredUnit) -> Of {
        // Memory is measured once in each process, however many loops it runs.
        if *unit == MeasuredUnit::BYTES {
            return Of::Process;
        }
        let is_command = self.of_benchmark(|metadata| metadata.command.as_ref()).is_some();
        match raw.of_calls() {
            Of::Call if is_command => Of::Process,
            of => of,
        }
    }
}

/// What the unit of a benchmark says of its values: pyperf knows three units.
fn measured(unit: Option<&str>) -> (MetricName, MeasuredUnit, Quantity) {
    match unit {
        None | Some("second") => (metric::WALL_TIME, MeasuredUnit::NANOSECONDS, Quantity::SECONDS),
        Some("byte") => (metric::MEMORY, MeasuredUnit::BYTES, Quantity::Bytes),
        Some(other) => (metric::custom("value"), MeasuredUnit::AsStated(other.to_owned()), Quantity::AS_IS),
    }
}
