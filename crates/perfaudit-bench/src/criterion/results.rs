//! What Criterion wrote of a run, as batches. The files are read by `perfaudit-import`, as those of other runs are.

use std::path::Path;

use perfaudit_import::{CriterionBenchmark, ImportError, criterion_benchmarks};
use perfaudit_result::{Samples, SamplingMode, Throughput, WorkloadId};

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

impl Measurement {
    pub(crate) fn new(benchmark: CriterionBenchmark, workload: impl Fn(&str) -> WorkloadId) -> Self {
        let CriterionBenchmark { title, throughput, mode, iterations, times, .. } = benchmark;
        let iterations = iterations.into_iter().map(u64::from).collect();
        let samples = Samples::new(workload(&title), iterations, times)
            .expect("the reader refuses batches that cannot have been measured");
        Self { title, throughput, mode, samples }
    }
}

/// What Criterion wrote below `home`: each benchmark by itself.
pub(crate) fn collect(
    home: &Path,
    workload: impl Fn(&str) -> WorkloadId,
) -> Vec<Result<Measurement, ImportError>> {
    // A process that measured nothing makes no folder.
    if !home.is_dir() {
        return Vec::new();
    }
    criterion_benchmarks(home).map(|entry| Ok(Measurement::new(entry.benchmark?, &workload))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use proptest::prelude::*;

    const BENCHMARK: &str = r#"{"group_id":"g","function_id":"f","value_str":null,"throughput":{"Bytes":64},"full_id":"g/f","directory_name":"g/f","title":"g/f"}"#;

    fn collect_from(benchmark: &str, sample: &str) -> Vec<Result<Measurement, ImportError>> {
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
        assert!(fraction.contains("iters[0]: 1.5; expected a whole number"), "{fraction}");
        let lengths = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.0],"times":[]}"#);
        assert!(lengths.contains("1 iteration counts and 0 times"), "{lengths}");
        let nothing = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.0],"times":[null]}"#);
        assert!(nothing.contains("null"), "{nothing}");
    }

    #[test]
    fn times_whose_squares_overflow_are_refused() {
        let absurd = error_from(BENCHMARK, r#"{"sampling_mode":"Flat","iters":[1.0],"times":[1e308]}"#);
        assert!(absurd.contains("times[0]: 1e308, expected at most 9.0"), "{absurd}");
    }

    #[test]
    fn a_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("g/new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("benchmark.json"), BENCHMARK).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.join("sample.json")).unwrap();
        let error = collect(home.path(), |title| WorkloadId(title.to_owned())).remove(0).unwrap_err();
        assert!(error.to_string().starts_with("g/new/sample.json: expected a regular file"), "{error}");
    }

    #[test]
    fn an_empty_folder_holds_no_measurement() {
        let home = tempfile::tempdir().unwrap();
        for folder in [home.path(), &home.path().join("missing")] {
            assert!(collect(folder, |title| WorkloadId(title.to_owned())).is_empty());
        }
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
