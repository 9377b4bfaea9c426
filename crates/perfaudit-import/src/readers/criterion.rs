//! A folder that Criterion 0.5 to 0.8 wrote: `GROUP[/FUNCTION][/VALUE]/new/{benchmark,sample}.json`.
//!
//! `sample.json` holds total times of batches and their iterations; here they become times per iteration. Saved
//! baselines (`base` and others) are left out. Criterion records no unit, host or time of measuring.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;

use perfaudit_result::Throughput;
use serde::Deserialize;
use walkdir::WalkDir;

use crate::error::ImportError;
use crate::format::Format;
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::quantity::{LARGEST_AMOUNT, Number, Quantity};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::warning::Warning;
use crate::{input, json};

const EXPECTED_BENCHMARK: &str = "an object with `title` and `throughput`, as Criterion 0.5 to 0.8 write it";
const EXPECTED_SAMPLE: &str = "an object with `iters` and `times`, as Criterion 0.5 to 0.8 write it";

/// Reads every benchmark below a folder. One that cannot be read is skipped: it must not hide the others.
pub(crate) fn read_folder(folder: &Path) -> Result<Imported, ImportError> {
    let mut workloads = Vec::new();
    let mut skipped = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let what = error.path().map_or_else(String::new, |path| shown(folder, path));
                skipped.push(Skipped { what, reason: error.to_string() });
                continue;
            }
        };
        let is_newest = entry.path().parent().is_some_and(|parent| parent.ends_with("new"));
        if !is_newest || entry.file_name() != "benchmark.json" {
            continue;
        }
        match read_files(folder, entry.path()) {
            Ok(workload) => workloads.push(workload),
            Err(error) => {
                let what = entry.path().parent().map_or_else(String::new, |path| shown(folder, path));
                skipped.push(Skipped { what, reason: error.to_string() });
            }
        }
    }
    if workloads.is_empty() && skipped.is_empty() {
        return Err(ImportError::Unrecognised {
            file: folder.display().to_string(),
            found: "a folder without any `new/benchmark.json`".to_owned(),
        });
    }
    Imported::new(&folder.display().to_string(), Format::CriterionFolder, workloads, skipped)
}

fn read_files(folder: &Path, benchmark: &Path) -> Result<ImportedWorkload, ImportError> {
    let load = |path: &Path| {
        let file = shown(folder, path);
        let metadata =
            fs::symlink_metadata(path).map_err(|source| ImportError::Read { file: file.clone(), source })?;
        // A link in a folder of results leads anywhere.
        if metadata.is_symlink() {
            return Err(ImportError::NotAFile { file });
        }
        let bytes = input::load(path, &file)?;
        Ok((file, bytes))
    };
    let (benchmark_file, benchmark_bytes) = load(benchmark)?;
    let (sample_file, sample_bytes) = load(&benchmark.with_file_name("sample.json"))?;
    read_benchmark((&benchmark_file, &benchmark_bytes), (&sample_file, &sample_bytes))
}

/// The path below the folder.
fn shown(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[derive(Deserialize)]
struct Benchmark {
    group_id: Option<String>,
    function_id: Option<String>,
    value_str: Option<String>,
    title: String,
    throughput: Option<Declared>,
}

#[derive(Deserialize)]
enum Declared {
    Bytes(u64),
    BytesDecimal(u64),
    Bits(u64),
    Elements(u64),
    ElementsAndBytes { elements: u64 },
}

impl From<Declared> for Throughput {
    fn from(declared: Declared) -> Self {
        match declared {
            Declared::Bytes(n) | Declared::BytesDecimal(n) => Self::Bytes(n),
            Declared::Bits(n) => Self::Bits(n),
            Declared::Elements(n) | Declared::ElementsAndBytes { elements: n } => Self::Elements(n),
        }
    }
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<Number>,
    times: Vec<Number>,
}

/// Reads the two files of one benchmark, each given by the name that errors call it and its content.
///
/// # Errors
/// When one of them is not what Criterion writes, or holds a value that no clock gives.
pub fn read_benchmark(
    (benchmark_file, benchmark): (&str, &[u8]),
    (file, sample): (&str, &[u8]),
) -> Result<ImportedWorkload, ImportError> {
    let benchmark: Benchmark = json::parse(benchmark_file, benchmark, EXPECTED_BENCHMARK)?;
    let Sample { iters, times } = json::parse(file, sample, EXPECTED_SAMPLE)?;
    if iters.len() != times.len() || times.is_empty() {
        return Err(ImportError::Shape {
            file: file.to_owned(),
            place: "times".to_owned(),
            found: format!("{} iteration counts and {} times", iters.len(), times.len()),
            expected: "one of each for every batch, and at least one batch",
        });
    }
    let totals = Quantity::NANOSECONDS.list(&times, file, || "times".to_owned())?;
    let iterations = iters.iter().enumerate().map(|(index, &number)| {
        whole(number).ok_or_else(|| ImportError::Shape {
            file: file.to_owned(),
            place: format!("iters[{index}]"),
            found: format!("{number:?}"),
            expected: "a whole number from 1 to 2^53",
        })
    });
    let iterations = iterations.collect::<Result<Vec<_>, _>>()?;
    #[expect(clippy::cast_precision_loss, reason = "checked to be at most 2^53")]
    let values = totals.iter().zip(&iterations).map(|(total, n)| total / n.get() as f64).collect();
    let mut workload = ImportedWorkload::new(benchmark.title);
    workload.throughput = benchmark.throughput.map(Throughput::from);
    let parameters =
        [("group", benchmark.group_id), ("function", benchmark.function_id), ("value", benchmark.value_str)];
    workload.parameters =
        parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    workload.warnings.push(Warning::UnitAssumed { metric: metric::WALL_TIME });
    if let Some(group) = Group::new(values, Iterations::each(iterations)) {
        let raw = Raw::of_one_process(group);
        let nothing = Summary::default();
        workload.add_raw(metric::WALL_TIME, MeasuredUnit::NANOSECONDS, raw.of_calls(), raw, &nothing);
    }
    Ok(workload)
}

/// The number as an integer, if it is one that an f64 holds exactly.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
fn whole(number: Number) -> Option<NonZeroU64> {
    match number {
        Number::Finite(value) if (1.0..=LARGEST_AMOUNT).contains(&value) && value.fract() == 0.0 => {
            NonZeroU64::new(value as u64)
        }
        _ => None,
    }
}
