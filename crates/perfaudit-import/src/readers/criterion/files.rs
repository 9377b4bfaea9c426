//! The files themselves: `GROUP[/FUNCTION][/VALUE]/new/{benchmark,sample}.json`, as Criterion 0.5 to 0.8 write them.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;

use perfaudit_result::{SamplingMode, Throughput};
use serde::Deserialize;
use walkdir::WalkDir;

use crate::error::ImportError;
use crate::quantity::{LARGEST_AMOUNT, Number, Quantity};
use crate::{input, json};

const EXPECTED_BENCHMARK: &str = "an object with `title` and `throughput`, as Criterion 0.5 to 0.8 write it";
const EXPECTED_SAMPLE: &str =
    "an object with `sampling_mode`, `iters` and `times`, as Criterion 0.5 to 0.8 write it";

/// What Criterion wrote of one benchmark: batches with their total times.
#[derive(Debug, Clone, PartialEq)]
pub struct CriterionBenchmark {
    /// Its title, as it is listed.
    pub title: String,
    /// The group, the function and the value that the title is made of, by these names, as far as there are any.
    pub parts: Vec<(String, String)>,
    /// The amount of work in one iteration, if it was declared.
    pub throughput: Option<Throughput>,
    /// How iterations were spread over batches.
    pub mode: SamplingMode,
    /// The iterations of each batch, at least one batch, each at most 2^53.
    pub iterations: Vec<NonZeroU64>,
    /// The time of each batch in nanoseconds, from 0 to 2^53.
    pub times: Vec<f64>,
}

/// A folder below which there may be files of a benchmark, and what came of reading them.
#[derive(Debug)]
pub struct CriterionEntry {
    /// The folder of the files, below the one that was asked for.
    pub place: String,
    /// The benchmark.
    pub benchmark: Result<CriterionBenchmark, ImportError>,
}

/// Every benchmark below a folder, each by itself, since one that cannot be read must not hide the others. Saved
/// baselines (`base` and others) are left out.
pub fn criterion_benchmarks(folder: &Path) -> impl Iterator<Item = CriterionEntry> + '_ {
    WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(|entry| match entry {
        Ok(entry) => {
            let parent = entry.path().parent().filter(|parent| parent.ends_with("new"))?;
            (entry.file_name() == "benchmark.json").then(|| CriterionEntry {
                place: shown(folder, parent),
                benchmark: load_and_read(folder, entry.path()),
            })
        }
        Err(error) => {
            let place = error.path().map_or_else(String::new, |path| shown(folder, path));
            let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("a folder in itself"));
            Some(CriterionEntry { benchmark: Err(ImportError::Read { file: place.clone(), source }), place })
        }
    })
}

fn load_and_read(folder: &Path, benchmark: &Path) -> Result<CriterionBenchmark, ImportError> {
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
    read_criterion_files((&benchmark_file, &benchmark_bytes), (&sample_file, &sample_bytes))
}

/// The path below the folder.
fn shown(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[derive(Deserialize)]
struct BenchmarkFile {
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
struct SampleFile {
    sampling_mode: Mode,
    iters: Vec<Number>,
    times: Vec<Number>,
}

#[derive(Deserialize)]
enum Mode {
    Linear,
    Flat,
}

/// Reads `benchmark.json` and `sample.json`, each given by the name that errors call it and its content.
///
/// # Errors
/// When one of them is not what Criterion writes, or holds a value that no clock gives.
pub fn read_criterion_files(
    (benchmark_file, benchmark): (&str, &[u8]),
    (file, sample): (&str, &[u8]),
) -> Result<CriterionBenchmark, ImportError> {
    let BenchmarkFile { group_id, function_id, value_str, title, throughput } =
        json::parse(benchmark_file, benchmark, EXPECTED_BENCHMARK)?;
    let SampleFile { sampling_mode, iters, times } = json::parse(file, sample, EXPECTED_SAMPLE)?;
    if iters.len() != times.len() || times.is_empty() {
        return Err(ImportError::Shape {
            file: file.to_owned(),
            place: "times".to_owned(),
            found: format!("{} iteration counts and {} times", iters.len(), times.len()),
            expected: "one of each for every batch, and at least one batch",
        });
    }
    let times = Quantity::NANOSECONDS.list(&times, file, || "times".to_owned())?;
    let iterations = iters.iter().enumerate().map(|(index, &number)| {
        whole(number).ok_or_else(|| ImportError::Shape {
            file: file.to_owned(),
            place: format!("iters[{index}]"),
            found: match number {
                Number::Finite(value) => format!("{value:?}"),
                Number::Nan | Number::Infinite => "no finite number".to_owned(),
            },
            expected: "a whole number from 1 to 2^53",
        })
    });
    let parts = [("group", group_id), ("function", function_id), ("value", value_str)];
    Ok(CriterionBenchmark {
        title,
        parts: parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        throughput: throughput.map(Throughput::from),
        mode: match sampling_mode {
            Mode::Linear => SamplingMode::Linear,
            Mode::Flat => SamplingMode::Flat,
        },
        iterations: iterations.collect::<Result<Vec<_>, _>>()?,
        times,
    })
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
