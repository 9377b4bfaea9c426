//! Reading what Criterion writes: `GROUP[/FUNCTION][/VALUE]/new/{benchmark,sample}.json`.

use std::fs;
use std::path::Path;

use perfaudit_result::{Samples, SamplesError, SamplingMode, Throughput, WorkloadId};
use serde::Deserialize;
use walkdir::WalkDir;

/// A file of samples larger than this was not written by a benchmark of this run.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// The complete files of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measurement {
    /// The benchmark's title, as it is listed.
    pub(crate) title: String,
    /// The amount of work in one iteration, if it was declared.
    pub(crate) throughput: Option<Throughput>,
    /// How the samples were taken.
    pub(crate) mode: SamplingMode,
    /// The batches.
    pub(crate) samples: Samples,
}

/// Why the files of a benchmark cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResultError {
    #[error("{file}: cannot be read: {source}")]
    Read { file: String, source: std::io::Error },
    #[error("{file}: {bytes} bytes; expected at most {LARGEST_FILE}")]
    TooLarge { file: String, bytes: u64 },
    #[error("{file}: {source}; expected {expected}, as Criterion 0.5 to 0.8 write it")]
    Json { file: String, source: serde_json::Error, expected: &'static str },
    #[error("{file}: {source}")]
    Samples { file: String, source: SamplesError },
    #[error("{file}: {value} iterations in batch {batch}: expected a whole number from 1 to 2^53")]
    Iterations { file: String, batch: usize, value: f64 },
    #[error("{file}: batch {batch} took {value:e}: expected at most 2^53")]
    Time { file: String, batch: usize, value: f64 },
    #[error("{file}: expected a file, found something else")]
    NotAFile { file: String },
}

/// Above this an f64 does not hold every integer; sums of squares of what lies below stay finite.
const LARGEST_NUMBER: f64 = 9_007_199_254_740_992.0;

/// What Criterion wrote below `home`: each benchmark by itself, since one that cannot be read must not hide the
/// others.
pub(crate) fn collect(
    home: &Path,
    workload: impl Fn(&str) -> WorkloadId,
) -> Vec<Result<Measurement, ResultError>> {
    WalkDir::new(home)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| {
            entry.file_name() == "benchmark.json" && entry.path().parent().is_some_and(|p| p.ends_with("new"))
        })
        .map(|entry| read(home, entry.path(), &workload))
        .collect()
}

fn read(
    home: &Path,
    benchmark_file: &Path,
    workload: &impl Fn(&str) -> WorkloadId,
) -> Result<Measurement, ResultError> {
    let sample_file = benchmark_file.with_file_name("sample.json");
    let benchmark = Content::load(home, benchmark_file)?;
    let sample = Content::load(home, &sample_file)?;
    parse_files(&benchmark, &sample, workload)
}

/// A file's content with the name that errors call it by.
pub(crate) struct Content {
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
}

impl Content {
    fn load(home: &Path, path: &Path) -> Result<Self, ResultError> {
        let file = shown(home, path);
        let read = |source| ResultError::Read { file: file.clone(), source };
        let metadata = fs::symlink_metadata(path).map_err(read)?;
        if !metadata.is_file() {
            return Err(ResultError::NotAFile { file });
        }
        if metadata.len() > LARGEST_FILE {
            return Err(ResultError::TooLarge { file, bytes: metadata.len() });
        }
        let bytes = fs::read(path).map_err(read)?;
        Ok(Self { file, bytes })
    }

    fn parse<T: for<'de> Deserialize<'de>>(&self, expected: &'static str) -> Result<T, ResultError> {
        serde_json::from_slice(&self.bytes).map_err(|source| ResultError::Json {
            file: self.file.clone(),
            source,
            expected,
        })
    }
}

/// Reads the content of `benchmark.json` and `sample.json`.
pub(crate) fn parse_files(
    benchmark: &Content,
    sample: &Content,
    workload: &impl Fn(&str) -> WorkloadId,
) -> Result<Measurement, ResultError> {
    let file = || sample.file.clone();
    let benchmark: BenchmarkFile = benchmark.parse("an object with `title` and `throughput`")?;
    let SampleFile { sampling_mode, iters, times } =
        sample.parse("an object with `sampling_mode`, `iters` and `times`")?;
    let whole =
        |(batch, value)| whole(value).ok_or_else(|| ResultError::Iterations { file: file(), batch, value });
    let iterations = iters.into_iter().enumerate().map(whole).collect::<Result<Vec<u64>, _>>()?;
    if let Some((batch, &value)) = times.iter().enumerate().find(|(_, time)| **time > LARGEST_NUMBER) {
        return Err(ResultError::Time { file: file(), batch, value });
    }
    let samples = Samples::new(workload(&benchmark.title), iterations, times)
        .map_err(|source| ResultError::Samples { file: file(), source })?;
    Ok(Measurement {
        title: benchmark.title,
        throughput: benchmark.throughput.map(ThroughputFile::into_throughput),
        mode: match sampling_mode {
            SamplingModeFile::Linear => SamplingMode::Linear,
            SamplingModeFile::Flat => SamplingMode::Flat,
        },
        samples,
    })
}

/// The file as the user finds it in the run's artifacts.
fn shown(home: &Path, file: &Path) -> String {
    file.strip_prefix(home).unwrap_or(file).display().to_string()
}

/// The number as an integer, if it is one that an f64 holds exactly.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
fn whole(value: f64) -> Option<u64> {
    ((1.0..=LARGEST_NUMBER).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}

#[derive(Deserialize)]
struct BenchmarkFile {
    title: String,
    throughput: Option<ThroughputFile>,
}

#[derive(Deserialize)]
enum ThroughputFile {
    Bytes(u64),
    BytesDecimal(u64),
    Bits(u64),
    Elements(u64),
    ElementsAndBytes { elements: u64 },
}

impl ThroughputFile {
    fn into_throughput(self) -> Throughput {
        match self {
            Self::Bytes(n) | Self::BytesDecimal(n) => Throughput::Bytes(n),
            Self::Bits(n) => Throughput::Bits(n),
            Self::Elements(n) | Self::ElementsAndBytes { elements: n } => Throughput::Elements(n),
        }
    }
}

#[derive(Deserialize)]
struct SampleFile {
    sampling_mode: SamplingModeFile,
    iters: Vec<f64>,
    times: Vec<f64>,
}

#[derive(Deserialize)]
enum SamplingModeFile {
    Linear,
    Flat,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BENCHMARK: &str = r#"{"group_id":"g","function_id":"f","value_str":null,"throughput":{"Bytes":64},"full_id":"g/f","directory_name":"g/f","title":"g/f"}"#;

    fn collect_from(benchmark: &str, sample: &str) -> Vec<Result<Measurement, ResultError>> {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("g/f/new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("benchmark.json"), benchmark).unwrap();
        fs::write(folder.join("sample.json"), sample).unwrap();
        collect(home.path(), |title| WorkloadId(title.to_owned()))
    }

    fn error_from(benchmark: &str, sample: &str) -> String {
        collect_from(benchmark, sample).remove(0).unwrap_err().to_string()
    }

    #[test]
    fn a_complete_set_of_files_is_a_measurement() {
        let sample = r#"{"sampling_mode":"Linear","iters":[2.0,4.0],"times":[20.0,44.0]}"#;
        let measurement = collect_from(BENCHMARK, sample).remove(0).unwrap();
        assert_eq!(measurement.title, "g/f");
        assert_eq!(measurement.throughput, Some(Throughput::Bytes(64)));
        assert_eq!(measurement.samples.iterations(), [2, 4]);
        assert_eq!(measurement.samples.times(), [20.0, 44.0]);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_name_and_place() {
        let truncated = error_from(BENCHMARK, r#"{"sampling_mode":"Linear","iters":[2.0"#);
        assert!(
            truncated.starts_with("g/f/new/sample.json: ") && truncated.contains("line 1 column"),
            "{truncated}"
        );
        let future = error_from(&BENCHMARK.replace("Bytes", "Furlongs"), "{}");
        assert!(
            future.contains("Furlongs") && future.contains("expected an object with `title`"),
            "{future}"
        );
        let fraction = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.5],"times":[1.0]}"#);
        assert!(fraction.contains("1.5 iterations in batch 0"), "{fraction}");
        let lengths = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.0],"times":[]}"#);
        assert!(lengths.contains("1 iteration counts but 0 times"), "{lengths}");
        let nothing = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.0],"times":[null]}"#);
        assert!(nothing.contains("null"), "{nothing}");
    }

    #[test]
    fn times_whose_squares_overflow_are_refused() {
        let absurd = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.0],"times":[1e308]}"#);
        assert!(absurd.contains("batch 0 took 1e308: expected at most 2^53"), "{absurd}");
    }

    #[test]
    fn a_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("g/new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("benchmark.json"), BENCHMARK).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.join("sample.json")).unwrap();
        let error = collect(home.path(), |title| WorkloadId(title.to_owned())).remove(0).unwrap_err();
        assert_eq!(error.to_string(), "g/new/sample.json: expected a file, found something else");
    }

    #[test]
    fn an_empty_folder_holds_no_measurement() {
        let home = tempfile::tempdir().unwrap();
        assert!(collect(home.path(), |title| WorkloadId(title.to_owned())).is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(benchmark in ".{0,200}", sample in ".{0,200}") {
            let _ = collect_from(&benchmark, &sample);
        }

        #[test]
        fn batches_come_back_as_they_were_written(times in prop::collection::vec(0.0..1e15_f64, 1..50)) {
            let iters = vec![3.0; times.len()];
            let sample = serde_json::json!({"sampling_mode": "Flat", "iters": iters, "times": times}).to_string();
            let measurement = collect_from(BENCHMARK, &sample).remove(0).unwrap();
            prop_assert_eq!(measurement.samples.times(), times);
        }
    }
}
