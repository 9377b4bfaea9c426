//! The text of `go test -bench`: the Go benchmark data format (golang.org/design/14313-benchmark-format).
//!
//! `key: value` lines configure what follows. A line `BenchmarkName-8 N value unit ...` is one sample: the mean over N
//! iterations. Lines of one name under one configuration (`-count`) are samples of one benchmark. All other lines are log
//! output, but failures among them are told.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;
use std::sync::Arc;

use perfaudit_result::{MetricName, Unit};

use crate::error::ImportError;
use crate::format::{FileFormat, Format};
use crate::input;
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::quantity::{Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};

/// Configuration is repeated for every benchmark: what is larger than this in all was not written by go.
const LARGEST_CONFIGURATION: usize = 4096;
/// Packages times commits and the like; each takes memory of its own.
const MOST_CONFIGURATIONS: usize = 4096;
/// How much of a line is shown.
const SHOWN: usize = 120;

/// Whether any line is a result.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    lines(bytes).any(|line| matches!(Line::parse(&line), Line::Result { .. }))
}

/// The lines as text; what is not UTF-8 can only be log output.
fn lines(bytes: &[u8]) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    bytes.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line.trim_ascii_end()))
}

/// Reads the content of a file; `file` is what errors call it.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut reader = Reader { file, ..Reader::default() };
    let mut all = lines(bytes).enumerate().peekable();
    while let Some((index, line)) = all.next() {
        // go ends every line: what follows the last end may be cut.
        let is_ended = all.peek().is_some();
        reader.line(index + 1, &line, is_ended)?;
    }
    let workloads = reader.benchmarks.into_iter().filter_map(Benchmark::into_workload).collect();
    Imported::new(file, Format::File(FileFormat::GoBench), workloads, reader.skipped)
}

/// What a line says.
enum Line<'a> {
    Configuration { key: &'a str, value: &'a str },
    Result { name: &'a str, iterations: NonZeroU64, values: Vec<&'a str> },
    Malformed { name: &'a str, reason: &'static str },
    Failed { what: &'a str, reason: String },
    Other,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        if let Some(message) = line.strip_prefix("panic: ") {
            return Self::Failed { what: "panic", reason: shortened(message) };
        }
        if let Some(name) = line.trim_start().strip_prefix("--- FAIL: ") {
            return Self::Failed { what: name, reason: "failed".to_owned() };
        }
        if let Some(name) = line.trim_start().strip_prefix("--- SKIP: ") {
            return Self::Failed { what: name, reason: "skipped by itself".to_owned() };
        }
        if let Some(package) = line.strip_prefix("FAIL\t") {
            let package = package.split_whitespace().next().unwrap_or(package);
            return Self::Failed { what: package, reason: "failed: benchmarks may be missing".to_owned() };
        }
        if let Some((key, value)) = configuration(line) {
            return Self::Configuration { key, value };
        }
        Self::result(line)
    }

    fn result(line: &'a str) -> Self {
        let mut fields = line.split_whitespace();
        let name = fields.next().filter(|_| line.starts_with("Benchmark"));
        let Some(name) = name.filter(|name| !name["Benchmark".len()..].starts_with(char::is_lowercase))
        else {
            return Self::Other;
        };
        // `-v` announces a benchmark by its name alone.
        let Some(iterations) = fields.next() else { return Self::Other };
        let Ok(iterations) = iterations.parse::<NonZeroU64>() else {
            return Self::Malformed { name, reason: "expected a number of iterations after the name" };
        };
        let values: Vec<_> = fields.collect();
        if values.is_empty() || values.len() % 2 != 0 {
            return Self::Malformed { name, reason: "expected pairs of a value and a unit; the line is cut" };
        }
        Self::Result { name, iterations, values }
    }
}

/// `key: value`: the key begins with a lower-case letter and holds neither spaces nor upper case.
fn configuration(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key =
        key.starts_with(char::is_lowercase) && !key.contains(|c: char| c.is_whitespace() || c.is_uppercase());
    let is_separated = value.is_empty() || value.starts_with([' ', '\t']);
    (is_key && is_separated).then(|| (key, value.trim()))
}

fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[derive(Default)]
struct Reader<'a> {
    file: &'a str,
    configuration: BTreeMap<String, String>,
    /// Each configuration that was met, with its number; `current` is that in force, if it was asked for.
    configurations: HashMap<BTreeMap<String, String>, Configuration>,
    current: Option<Configuration>,
    places: HashMap<(usize, String), usize>,
    benchmarks: Vec<Benchmark>,
    skipped: Vec<Skipped>,
}

/// A configuration that results were measured under.
#[derive(Clone)]
struct Configuration {
    number: usize,
    pairs: Arc<[(String, String)]>,
}

struct Benchmark {
    name: String,
    configuration: Arc<[(String, String)]>,
    columns: BTreeMap<String, Column>,
}

#[derive(Default)]
struct Column {
    values: Vec<f64>,
    iterations: Vec<NonZeroU64>,
    last_line: usize,
}

impl Reader<'_> {
    fn line(&mut self, number: usize, line: &str, is_ended: bool) -> Result<(), ImportError> {
        match Line::parse(line) {
            Line::Configuration { key, value } => self.configure(number, key, value),
            Line::Result { name, values, .. } if !is_ended && !self.knows_units(name, &values) => {
                let what = format!("line {number}: {}", shortened(name));
                let reason = "the line does not end, and a unit in it may be cut".to_owned();
                self.skipped.push(Skipped { what, reason });
                Ok(())
            }
            Line::Result { name, iterations, values } => self.result(number, name, iterations, &values),
            Line::Malformed { name, reason } => {
                let what = format!("line {number}: {}", shortened(name));
                self.skipped.push(Skipped { what, reason: reason.to_owned() });
                Ok(())
            }
            Line::Failed { what, reason } => {
                self.skipped.push(Skipped { what: shortened(what), reason });
                Ok(())
            }
            Line::Other => Ok(()),
        }
    }

    /// Whether each unit is one of go's, or one that the benchmark has had before.
    fn knows_units(&self, name: &str, values: &[&str]) -> bool {
        let benchmark = self.benchmarks.iter().rev().find(|benchmark| benchmark.name == name);
        values.chunks_exact(2).all(|pair| {
            ["ns/op", "B/op", "allocs/op", "MB/s"].contains(&pair[1])
                || benchmark.is_some_and(|benchmark| benchmark.columns.contains_key(pair[1]))
        })
    }

    /// A line of configuration; an empty value ends it.
    fn configure(&mut self, number: usize, key: &str, value: &str) -> Result<(), ImportError> {
        if self.configuration.get(key).is_some_and(|known| known == value) {
            return Ok(());
        }
        self.current = None;
        if value.is_empty() {
            self.configuration.remove(key);
            return Ok(());
        }
        self.configuration.insert(key.to_owned(), value.to_owned());
        let size: usize = self.configuration.iter().map(|(key, value)| key.len() + value.len()).sum();
        if size > LARGEST_CONFIGURATION {
            return Err(self.shape(
                number,
                format!("{size} bytes of configuration in force"),
                "at most 4096; remove `key: value` lines that are log output",
            ));
        }
        Ok(())
    }

    fn result(
        &mut self,
        number: usize,
        name: &str,
        iterations: NonZeroU64,
        values: &[&str],
    ) -> Result<(), ImportError> {
        let configuration = self.configuration_in_force(number)?;
        input::room_for_workload(self.file, self.benchmarks.len())?;
        let place = *self.places.entry((configuration.number, name.to_owned())).or_insert_with(|| {
            self.benchmarks.push(Benchmark {
                name: name.to_owned(),
                configuration: configuration.pairs,
                columns: BTreeMap::new(),
            });
            self.benchmarks.len() - 1
        });
        for pair in values.chunks_exact(2) {
            let (written, unit) = (pair[0], pair[1]);
            let Ok(value) = written.parse::<f64>() else {
                let found = format!("{} where a value belongs", shortened(written));
                return Err(self.shape(number, found, "a number before each unit"));
            };
            let number_read = match value {
                value if value.is_nan() => Number::Nan,
                value => Number::Finite(value),
            };
            let at = || format!("line {number}, {}", shortened(unit));
            let value = measured(unit).2.at(number_read, self.file, at)?;
            let columns = &mut self.benchmarks[place].columns;
            if !columns.contains_key(unit) {
                input::room_for_measurement(self.file, columns.len())?;
            }
            let column = columns.entry(unit.to_owned()).or_default();
            if column.last_line == number {
                let found = format!("the unit {} twice", shortened(unit));
                return Err(self.shape(number, found, "each unit once in a line"));
            }
            column.last_line = number;
            column.values.push(value);
            column.iterations.push(iterations);
        }
        Ok(())
    }

    /// The configuration in force: the same one met again has the same number.
    fn configuration_in_force(&mut self, line: usize) -> Result<Configuration, ImportError> {
        if let Some(current) = &self.current {
            return Ok(current.clone());
        }
        let number = self.configurations.len();
        if number > MOST_CONFIGURATIONS {
            let found = format!("more than {MOST_CONFIGURATIONS} configurations");
            return Err(self.shape(line, found, "fewer; split the file"));
        }
        let pairs = || self.configuration.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let entry = self.configurations.entry(self.configuration.clone());
        let current = entry.or_insert_with(|| Configuration { number, pairs: pairs() }).clone();
        self.current = Some(current.clone());
        Ok(current)
    }

    fn shape(&self, line: usize, found: String, expected: &'static str) -> ImportError {
        ImportError::Shape { file: self.file.to_owned(), place: format!("line {line}"), found, expected }
    }
}

impl Benchmark {
    fn into_workload(self) -> Option<ImportedWorkload> {
        let mut workload = ImportedWorkload::new(self.name.strip_prefix("Benchmark").unwrap_or(&self.name));
        workload.parameters = parameters(&workload.name);
        workload.context = self.configuration;
        for (name, column) in self.columns {
            let (metric, unit, _) = measured(&name);
            let group = Group::new(column.values, Iterations::each(column.iterations))?;
            let raw = Raw::pooled(group);
            workload.add_raw(metric, unit, raw.of_calls(), raw, &Summary::default());
        }
        workload.measurements.sort_by_key(|measurement| measurement.metric != metric::WALL_TIME);
        Some(workload)
    }
}

/// What a unit says of its values. go writes the first four; others are the author's (`b.ReportMetric`).
fn measured(unit: &str) -> (MetricName, MeasuredUnit, Quantity) {
    match unit {
        "ns/op" => (metric::WALL_TIME, MeasuredUnit::NANOSECONDS, Quantity::NANOSECONDS),
        "B/op" => (metric::ALLOC_BYTES, MeasuredUnit::BYTES, Quantity::Bytes),
        "allocs/op" => {
            (metric::ALLOC_COUNT, MeasuredUnit::AsStated("allocations".to_owned()), Quantity::AS_IS)
        }
        "MB/s" => (
            metric::THROUGHPUT_BYTES,
            MeasuredUnit::Known(Unit::BytesPerSecond),
            Quantity::Other { factor: 1e6 },
        ),
        other => (metric::custom(other), MeasuredUnit::AsStated(other.to_owned()), Quantity::AS_IS),
    }
}

/// The parameters in a name: `Count/words=16-2` has `words` and, from the number at the end, `gomaxprocs`.
fn parameters(name: &str) -> Vec<(String, String)> {
    let procs = name.rsplit_once('-').filter(|(_, procs)| procs.parse::<NonZeroU64>().is_ok());
    let base = procs.map_or(name, |(base, _)| base);
    let parts = base.split('/').skip(1).filter_map(|part| part.split_once('='));
    let gomaxprocs = procs.map(|(_, procs)| ("gomaxprocs", procs));
    parts.chain(gomaxprocs).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
