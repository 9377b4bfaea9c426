//! A result of `asv run`, format 2: a table with a row for each benchmark and, in most cells, a list with an entry for
//! each combination of parameters, the last one changing fastest.
//!
//! The result of a timing is the median of its samples, which are there only with `--record-samples`. asv runs samples in
//! several processes and does not say which is from which. Units and names of parameters are not in this file but in
//! `benchmarks.json` of the folder above; without it the kind of a benchmark is told from its name, as asv itself does.

mod benchmarks;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use perfaudit_result::{MetricName, Of, Unit};
use serde::Deserialize;
use serde_json::Value;

use crate::error::ImportError;
use crate::format::{FileFormat, Format};
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::quantity::{Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::{input, json};
use benchmarks::{Benchmarks, Kind};

const EXPECTED: &str =
    "what `asv run` writes below `results`: an object with `version`, `result_columns` and `results`";

#[derive(Deserialize)]
struct File {
    version: Option<Value>,
    commit_hash: Option<String>,
    #[serde(default)]
    result_columns: Vec<String>,
    results: BTreeMap<String, Value>,
}

/// No benchmark has as many parameters, and asv writes 13 columns.
const MOST_COLUMNS: usize = 64;
/// Names and parameters are repeated for each combination: what takes more bytes than this was not written by asv.
const MOST_REPEATED: usize = 256 * 1024 * 1024;

/// Reads the content of a result and of the `benchmarks.json` that belongs to it, each given by the name that errors
/// call it and its content.
///
/// # Errors
/// When one of them is not what asv writes, or holds a value that cannot have been measured.
pub fn read_with_benchmarks(
    (file, bytes): (&str, &[u8]),
    (benchmarks_file, benchmarks): (&str, &[u8]),
) -> Result<Imported, ImportError> {
    read(file, bytes, Some(&Benchmarks::parse(benchmarks_file, benchmarks)?))
}

/// Reads a file and `benchmarks.json` in the folder above it, if that is there.
pub(crate) fn read_beside_benchmarks(path: &Path, file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let beside = path.parent().map(|folder| folder.join("../benchmarks.json"));
    match beside.filter(|path| path.is_file()) {
        Some(path) => {
            let name = path.display().to_string();
            let benchmarks = input::load(&path, &name)?;
            read_with_benchmarks((file, bytes), (&name, &benchmarks))
        }
        None => read(file, bytes, None),
    }
}

/// Reads the content of a file; `file` is what errors call it.
pub(crate) fn read(
    file: &str,
    bytes: &[u8],
    benchmarks: Option<&Benchmarks>,
) -> Result<Imported, ImportError> {
    let File { version, commit_hash, result_columns, results } = json::parse(file, bytes, EXPECTED)?;
    if version.as_ref().is_none_or(|version| *version != 2) {
        return Err(ImportError::Version {
            file: file.to_owned(),
            format: FileFormat::Asv,
            found: version.map_or_else(|| "(none)".to_owned(), |version| json::text(&version)),
            expected: "2 (`asv update` converts older files)",
        });
    }
    if result_columns.len() > MOST_COLUMNS {
        return Err(ImportError::Shape {
            file: file.to_owned(),
            place: "result_columns".to_owned(),
            found: format!("{} columns", result_columns.len()),
            expected: "at most 64",
        });
    }
    let context: Arc<[_]> = commit_hash.map(|commit| ("commit".to_owned(), commit)).into_iter().collect();
    let mut workloads = Vec::new();
    let mut skipped = Vec::new();
    for (name, row) in &results {
        let Some(cells) = row.as_array() else {
            skipped.push(Skipped { what: name.clone(), reason: "not a row of cells".to_owned() });
            continue;
        };
        let row = Row { file, name, columns: &result_columns, cells, benchmarks };
        row.read(&context, &mut workloads, &mut skipped)?;
    }
    Imported::new(file, Format::File(FileFormat::Asv), workloads, skipped)
}

/// The row of one benchmark.
struct Row<'a> {
    file: &'a str,
    name: &'a str,
    columns: &'a [String],
    cells: &'a [Value],
    benchmarks: Option<&'a Benchmarks>,
}

/// What an entry of the column `result` is.
enum Entry {
    Value(f64),
    Skipped(&'static str),
}

impl<'a> Row<'a> {
    /// The cell of a column; asv leaves out the last ones where they are empty.
    fn cell(&self, column: &str) -> Option<&'a Value> {
        let index = self.columns.iter().position(|name| name == column)?;
        self.cells.get(index).filter(|cell| !cell.is_null())
    }

    /// The entry of a column for a combination of parameters.
    fn entry(&self, column: &str, combination: usize) -> Option<&'a Value> {
        self.cell(column)?.as_array()?.get(combination).filter(|entry| !entry.is_null())
    }

    fn place(&self, column: &str, combination: usize) -> String {
        format!("results[{:?}].{column}[{combination}]", self.name)
    }

    fn shape(&self, column: &str, found: String, expected: &'static str) -> ImportError {
        let place = format!("results[{:?}].{column}", self.name);
        ImportError::Shape { file: self.file.to_owned(), place, found, expected }
    }

    fn read(
        &self,
        context: &Arc<[(String, String)]>,
        workloads: &mut Vec<ImportedWorkload>,
        skipped: &mut Vec<Skipped>,
    ) -> Result<(), ImportError> {
        let mut skip = |what: String, reason: &str| skipped.push(Skipped { what, reason: reason.to_owned() });
        let version = self.cell("version").and_then(Value::as_str);
        let known = self.benchmarks.and_then(|benchmarks| benchmarks.find(self.name, version));
        let Some(kind) = known.map_or_else(|| Kind::of_name(self.name), |known| Some(known.kind.clone()))
        else {
            skip(self.name.to_owned(), "neither its name nor `benchmarks.json` tells what it measures");
            return Ok(());
        };
        let Some(results) = self.cell("result") else {
            skip(self.name.to_owned(), "failed: asv recorded no result");
            return Ok(());
        };
        let results = results.as_array().ok_or_else(|| {
            self.shape(
                "result",
                json::text(results),
                "a list with an entry for each combination of parameters",
            )
        })?;
        let parameters = self.parameters()?;
        let combinations =
            parameters.iter().try_fold(1_usize, |product, values| product.checked_mul(values.len()));
        if combinations != Some(results.len()) {
            let found =
                format!("{} entries for the combinations of {} parameters", results.len(), parameters.len());
            return Err(self.shape("result", found, "one entry for each combination"));
        }
        self.repeats_little(&parameters, results.len())?;
        for (combination, result) in results.iter().enumerate() {
            let chosen = chosen(&parameters, combination);
            let named = known.map_or(&[][..], |known| &known.param_names);
            let mut workload = ImportedWorkload::new(self.name);
            workload.context = Arc::clone(context);
            workload.parameters = chosen
                .iter()
                .enumerate()
                .map(|(index, value)| {
                    let name = named.get(index).cloned().unwrap_or_else(|| format!("param{}", index + 1));
                    (name, json::text(value))
                })
                .collect();
            match self.result(&kind, combination, result)? {
                Entry::Value(value) => {
                    input::room_for_workload(self.file, workloads.len())?;
                    self.measure(&mut workload, &kind, combination, value)?;
                    workloads.push(workload);
                }
                Entry::Skipped(reason) => skip(described(&workload), reason),
            }
        }
        Ok(())
    }

    /// The values of each parameter.
    fn parameters(&self) -> Result<Vec<&'a [Value]>, ImportError> {
        let Some(cell) = self.cell("params") else { return Ok(Vec::new()) };
        let lists =
            cell.as_array().map(|lists| lists.iter().map(Value::as_array).collect::<Option<Vec<_>>>());
        let lists =
            lists.flatten().ok_or_else(|| self.shape("params", json::text(cell), "a list of lists"))?;
        Ok(lists.into_iter().map(Vec::as_slice).collect())
    }

    /// Refuses a small file that would take much memory: every combination repeats the name and its parameters.
    fn repeats_little(&self, parameters: &[&[Value]], combinations: usize) -> Result<(), ImportError> {
        let longest =
            |values: &&[Value]| values.iter().map(|value| json::text(value).len()).max().unwrap_or(0);
        let one: usize = self.name.len() + parameters.iter().map(longest).sum::<usize>();
        let fits = one.checked_mul(combinations).is_some_and(|bytes| bytes <= MOST_REPEATED);
        if fits && parameters.len() <= MOST_COLUMNS {
            return Ok(());
        }
        let found =
            format!("{combinations} combinations of {} parameters, {one} bytes each", parameters.len());
        Err(self.shape(
            "params",
            found,
            "at most 64 parameters, and 256 MiB for the names of all combinations",
        ))
    }

    fn result(&self, kind: &Kind, combination: usize, result: &Value) -> Result<Entry, ImportError> {
        if result.is_null() {
            return Ok(Entry::Skipped("failed: asv recorded no result"));
        }
        match self.number("result", result)? {
            Number::Nan => Ok(Entry::Skipped("not applicable: the benchmark skipped itself")),
            number => {
                let value = kind.quantity().at(number, self.file, || self.place("result", combination))?;
                Ok(Entry::Value(value))
            }
        }
    }

    fn number(&self, column: &str, value: &Value) -> Result<Number, ImportError> {
        Number::deserialize(value).map_err(|_| self.shape(column, json::text(value), "a number"))
    }

    /// Adds the measurement of one combination.
    fn measure(
        &self,
        workload: &mut ImportedWorkload,
        kind: &Kind,
        combination: usize,
        result: f64,
    ) -> Result<(), ImportError> {
        let nothing = Summary::default();
        let once = |value| Group::new(vec![value], Iterations::NotRecorded).map(Raw::pooled);
        let (metric, unit, of) = match kind {
            Kind::Time => return self.time(workload, combination, result),
            Kind::Memory => (metric::MEMORY, MeasuredUnit::BYTES, Of::Call),
            Kind::PeakMemory => (metric::RSS_PEAK, MeasuredUnit::BYTES, Of::Process),
            Kind::Track { unit } => {
                let unit = match unit {
                    Some(unit) => MeasuredUnit::AsStated(unit.clone()),
                    None => MeasuredUnit::Known(Unit::Unknown),
                };
                (metric::custom("value"), unit, Of::Call)
            }
        };
        if let Some(raw) = once(result) {
            workload.add_raw(metric, unit, of, raw, &nothing);
        }
        Ok(())
    }

    fn time(
        &self,
        workload: &mut ImportedWorkload,
        combination: usize,
        median: f64,
    ) -> Result<(), ImportError> {
        let count = |column| self.entry(column, combination).and_then(Value::as_u64);
        let iterations = count("stats_number").and_then(NonZeroU64::new);
        let stated = Summary {
            n: count("stats_repeat"),
            median: Some(median),
            lower_quartile: self.statistic("stats_q_25", combination)?,
            upper_quartile: self.statistic("stats_q_75", combination)?,
            ..Summary::default()
        };
        let (metric, unit): (MetricName, _) = (metric::WALL_TIME, MeasuredUnit::NANOSECONDS);
        let samples = match self.entry("samples", combination) {
            Some(list) => self.samples(list, combination)?,
            None => Vec::new(),
        };
        match Group::new(samples, iterations.map_or(Iterations::NotRecorded, Iterations::Every)) {
            Some(group) => {
                let raw = Raw::pooled(group);
                workload.add_raw(metric, unit, raw.of_calls(), raw, &stated);
            }
            None => {
                let of = if iterations == Some(NonZeroU64::MIN) { Of::Call } else { Of::BatchMean };
                workload.add_summary(metric, unit, of, stated);
            }
        }
        Ok(())
    }

    fn statistic(&self, column: &str, combination: usize) -> Result<Option<f64>, ImportError> {
        let Some(value) = self.entry(column, combination) else { return Ok(None) };
        let number = self.number(column, value)?;
        Quantity::SECONDS.at(number, self.file, || self.place(column, combination)).map(Some)
    }

    fn samples(&self, list: &Value, combination: usize) -> Result<Vec<f64>, ImportError> {
        let place = || self.place("samples", combination);
        let list =
            list.as_array().ok_or_else(|| self.shape("samples", json::text(list), "a list of times"))?;
        let numbers = list.iter().map(|value| self.number("samples", value));
        Quantity::SECONDS.list(&numbers.collect::<Result<Vec<_>, _>>()?, self.file, place)
    }
}

/// The values of the parameters in one combination; the last parameter changes fastest.
fn chosen<'a>(parameters: &[&'a [Value]], combination: usize) -> Vec<&'a Value> {
    let mut rest = combination;
    let mut chosen: Vec<_> = parameters
        .iter()
        .rev()
        .map(|values| {
            let value = &values[rest % values.len()];
            rest /= values.len();
            value
        })
        .collect();
    chosen.reverse();
    chosen
}

/// The name with its parameters.
fn described(workload: &ImportedWorkload) -> String {
    let pairs = workload.parameters.iter().map(|(name, value)| format!("{name}={value}"));
    let pairs = pairs.collect::<Vec<_>>().join(", ");
    if pairs.is_empty() { workload.name.clone() } else { format!("{}({pairs})", workload.name) }
}
