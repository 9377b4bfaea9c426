//! Files that are cut, edited or hostile: they are read or refused with their place, and never make a reader panic.
#![expect(clippy::unwrap_used, reason = "a captured file that cannot be read fails its test")]

use std::fs;
use std::path::PathBuf;

use perfaudit_import::{
    FileFormat, Imported, ImportedWorkload, MeasuredUnit, Values, read, read_as, read_asv_with_benchmarks,
    read_criterion_benchmark,
};
use perfaudit_result::Unit;
use proptest::prelude::*;

/// A small captured file of each format.
const FILES: [(FileFormat, &str); 10] = [
    (FileFormat::Hyperfine, "hyperfine/failures-1.20.json"),
    (FileFormat::Hyperfine, "hyperfine/failures-2.0.json"),
    (FileFormat::GoogleBenchmark, "google-benchmark/aggregates-only.json"),
    (FileFormat::PytestBenchmark, "pytest-benchmark/process-time.json"),
    (FileFormat::Pyperf, "pyperf/functions.json"),
    (FileFormat::Pyperf, "pyperf/command.json"),
    (FileFormat::Asv, "asv/words/7d34e2bc-with-samples.json"),
    (FileFormat::Asv, "asv/words/7d34e2bc-without-samples.json"),
    (FileFormat::GoBench, "go/counts.txt"),
    (FileFormat::GoBench, "go/failures.txt"),
];

const LARGER: (FileFormat, &str) = (FileFormat::GoogleBenchmark, "google-benchmark/repetitions.json");

const FORMATS: [FileFormat; 6] = [
    FileFormat::Hyperfine,
    FileFormat::GoogleBenchmark,
    FileFormat::PytestBenchmark,
    FileFormat::Pyperf,
    FileFormat::Asv,
    FileFormat::GoBench,
];

fn captured(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/import").join(name)).unwrap()
}

/// What must hold of whatever was read.
fn is_sound(imported: &Imported) {
    assert!(!imported.workloads.is_empty());
    imported.workloads.iter().for_each(workload_is_sound);
}

fn workload_is_sound(workload: &ImportedWorkload) {
    assert!(!workload.measurements.is_empty(), "{}", workload.name);
    for measurement in &workload.measurements {
        let least = match measurement.unit {
            MeasuredUnit::Known(Unit::Nanoseconds | Unit::Bytes) => 0.0,
            _ => f64::MIN,
        };
        let values: Vec<f64> = match &measurement.values {
            Values::Raw(raw) => raw.values().collect(),
            Values::Summary(summary) => {
                [summary.mean, summary.median, summary.std_dev, summary.min, summary.max]
                    .into_iter()
                    .flatten()
                    .collect()
            }
        };
        assert!(!values.is_empty(), "{}", workload.name);
        assert!(values.iter().all(|value| value.is_finite() && *value >= least), "{values:?}");
    }
}

fn refusal(format: FileFormat, text: &str) -> String {
    read_as(format, "results.json", text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn every_captured_file_is_taken_for_what_it_is() {
    for (format, name) in FILES.into_iter().chain([LARGER]) {
        assert_eq!(FileFormat::detect(name, &captured(name)).unwrap(), format, "{name}");
    }
}

#[test]
fn a_json_file_cut_at_any_byte_is_refused() {
    for (format, name) in FILES.into_iter().filter(|(format, _)| *format != FileFormat::GoBench) {
        let whole = captured(name);
        let whole = whole.trim_ascii_end();
        for end in 0..whole.len() {
            let error = read_as(format, name, &whole[..end]).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains("line "), "{error}");
        }
    }
}

#[test]
fn go_text_cut_at_any_byte_gives_no_unit_that_is_not_in_it() {
    for (_, name) in FILES.into_iter().filter(|(format, _)| *format == FileFormat::GoBench) {
        let whole = captured(name);
        let complete = read_as(FileFormat::GoBench, name, &whole).unwrap();
        let metrics: Vec<_> = complete.workloads.iter().flat_map(|workload| &workload.measurements).collect();
        for end in 0..whole.len() {
            let Ok(imported) = read_as(FileFormat::GoBench, name, &whole[..end]) else { continue };
            is_sound(&imported);
            for measurement in imported.workloads.iter().flat_map(|workload| &workload.measurements) {
                assert!(metrics.iter().any(|known| known.metric == measurement.metric), "{measurement:?}");
            }
        }
    }
}

#[test]
fn criterion_files_cut_at_any_byte_are_refused() {
    let benchmark = captured("criterion/checksum/16384/new/benchmark.json");
    let sample = captured("criterion/checksum/16384/new/sample.json");
    let read = |benchmark: &[u8], sample: &[u8]| {
        read_criterion_benchmark(("benchmark.json", benchmark), ("sample.json", sample))
    };
    workload_is_sound(&read(&benchmark, &sample).unwrap());
    for end in 0..benchmark.len() {
        assert!(read(&benchmark[..end], &sample).unwrap_err().to_string().starts_with("benchmark.json: "));
    }
    for end in 0..sample.len() {
        assert!(read(&benchmark, &sample[..end]).unwrap_err().to_string().starts_with("sample.json: "));
    }
}

#[test]
fn a_time_that_no_clock_gives_is_refused_with_its_place() {
    let with =
        |time: &str| format!(r#"{{"results": [{{"command": "x", "mean": 1, "times": [1, {time}]}}]}}"#);
    assert_eq!(
        refusal(FileFormat::Hyperfine, &with("-0.5")),
        "results.json: results[0].times[1]: -0.5, expected at least 0; measure again, or remove the benchmark from the \
         file"
    );
    assert!(refusal(FileFormat::Hyperfine, &with("NaN")).contains("results[0].times[1]: not a number"));
    assert!(refusal(FileFormat::Hyperfine, &with("Infinity")).contains("results[0].times[1]: infinite"));
    assert!(refusal(FileFormat::Hyperfine, &with("1e300")).contains("1e300, expected at most"));
    assert!(refusal(FileFormat::Hyperfine, &with("1e999")).contains("line 1 column"));
}

#[test]
fn the_place_of_a_bad_value_is_told_in_every_format() {
    let google = r#"{"benchmarks":[{"name":"b","run_type":"iteration","iterations":5,"real_time":-1,"time_unit":"ns"}]}"#;
    assert!(refusal(FileFormat::GoogleBenchmark, google).contains("benchmarks[0].real_time (b): -1"));
    let pytest = r#"{"benchmarks":[{"fullname":"t","stats":{"data":[1,NaN],"iterations":1}}]}"#;
    assert!(
        refusal(FileFormat::PytestBenchmark, pytest).contains("benchmarks[0].stats.data[1]: not a number")
    );
    let pyperf = r#"{"version":"1.0","benchmarks":[{"runs":[{"values":[1]},{"values":[1,-1]}]}]}"#;
    assert!(refusal(FileFormat::Pyperf, pyperf).contains("benchmarks[0].runs[1].values[1]: -1"));
    let asv = r#"{"version":2,"result_columns":["result"],"results":{"m.time_x":[[Infinity]]}}"#;
    assert!(refusal(FileFormat::Asv, asv).contains(r#"results["m.time_x"].result[0]: infinite"#));
    let go = "pkg: p\nBenchmarkX 10 -5 ns/op\n";
    assert!(refusal(FileFormat::GoBench, go).contains("line 2, ns/op: -5, expected at least 0"));
    assert!(
        refusal(FileFormat::GoBench, "BenchmarkX 10 NaN ns/op\n").contains("line 1, ns/op: not a number")
    );
    let sample = br#"{"sampling_mode":"Flat","iters":[1.0,0.5],"times":[1.0,2.0]}"#;
    let criterion =
        read_criterion_benchmark(("b.json", br#"{"title":"t"}"#), ("s.json", sample)).unwrap_err();
    assert!(criterion.to_string().contains("s.json: iters[1]: "), "{criterion}");
}

#[test]
fn a_file_that_measured_nothing_is_refused_with_the_reason() {
    assert!(
        refusal(FileFormat::Hyperfine, r#"{"results":[]}"#).contains("holds no measurement of hyperfine;")
    );
    let pyperf =
        r#"{"version":"1.0","benchmarks":[{"metadata":{"name":"x"},"runs":[{"warmups":[[1,2.0]]}]}]}"#;
    let error = refusal(FileFormat::Pyperf, pyperf);
    assert!(error.contains("(x: no run has values: only calibration was recorded)"), "{error}");
    assert!(refusal(FileFormat::GoBench, "PASS\n").contains("holds no measurement of go test"));
    let asv = r#"{"version":2,"result_columns":["result"],"results":{"m.time_x":[[NaN]],"m.time_y":[null]}}"#;
    assert!(
        refusal(FileFormat::Asv, asv)
            .contains("m.time_x: not applicable: the benchmark skipped itself; and 1 more")
    );
}

#[test]
fn a_version_that_is_not_known_is_refused_with_those_that_are() {
    let hyperfine = refusal(FileFormat::Hyperfine, r#"{"schema_version":3,"results":[]}"#);
    assert!(
        hyperfine.contains("version 3 of hyperfine's format; expected no `schema_version`"),
        "{hyperfine}"
    );
    assert!(refusal(FileFormat::Pyperf, r#"{"version":"0.8.3","benchmarks":[]}"#).contains("expected 1.0"));
    assert!(refusal(FileFormat::Asv, r#"{"version":1,"results":{}}"#).contains("asv update"));
}

#[test]
fn parts_that_contradict_each_other_are_refused() {
    let codes = r#"{"results":[{"command":"x","mean":1,"times":[1,1],"exit_codes":[0]}]}"#;
    assert!(refusal(FileFormat::Hyperfine, codes).contains("results[0].exit_codes: 1 entries for 2 times"));
    let asv =
        r#"{"version":2,"result_columns":["result","params"],"results":{"m.time_x":[[1,2,3],[["1","2"]]]}}"#;
    assert!(refusal(FileFormat::Asv, asv).contains("3 entries for the combinations of 1 parameters"));
    let unit = r#"{"benchmarks":[{"name":"b","iterations":5,"real_time":1,"time_unit":"h"}]}"#;
    assert!(refusal(FileFormat::GoogleBenchmark, unit).contains("time_unit (b): h; expected `ns`"));
    let twice = "BenchmarkX 10 5 ns/op 6 ns/op\n";
    assert!(refusal(FileFormat::GoBench, twice).contains("line 1: the unit ns/op twice"));
}

#[test]
fn what_no_tool_wrote_is_refused_with_the_remedy() {
    let detect = |bytes: &[u8]| FileFormat::detect("f", bytes).unwrap_err().to_string();
    assert!(detect(b"").contains("an empty file"));
    assert!(detect(b"hello").contains("neither a JSON object nor a line of a Go benchmark"));
    assert!(detect(b"{}").contains("without `results`"));
    assert!(detect(b"{").contains("line 1 column 1"));
    assert!(detect(b"\x1F\x8B\x08").contains("gzip -d"));
    assert!(detect(b"\xFF\xFEB\0").contains("UTF-16"));
    assert!(detect(br#"{"Action":"output","Package":"p"}"#).contains("without `-json`"));
}

#[test]
fn json_nested_without_end_is_refused_without_a_stack_overflow() {
    let nested = format!(r#"{{"version":2,"results":{{"m.time_x":{}"#, "[".repeat(1_000_000));
    for format in FORMATS {
        assert!(read_as(format, "f", nested.as_bytes()).is_err());
    }
    assert!(FileFormat::detect("f", nested.as_bytes()).is_err());
}

#[test]
fn a_small_asv_file_cannot_ask_for_much_memory() {
    let long = "x".repeat(100_000);
    let many = vec!["1"; 10_000].join(",");
    let text = format!(
        r#"{{"version":2,"result_columns":["result","params"],"results":{{"m.time_x":[[{many}],[["{long}"],[{many}]]]}}}}"#
    );
    assert!(refusal(FileFormat::Asv, &text).contains("256 MiB for the names of all combinations"));
}

#[test]
fn a_benchmark_with_more_measurements_than_any_has_is_refused() {
    let units: String = (0..300).map(|unit| format!(" 1 u{unit}")).collect();
    let go = refusal(FileFormat::GoBench, &format!("BenchmarkX 1{units}\n"));
    assert_eq!(go, "results.json: more than 256 measurements of one benchmark; split the file");
    let counters: String = (0..300).map(|counter| format!(r#""c{counter}":1,"#)).collect();
    let google = format!(
        r#"{{"benchmarks":[{{{counters}"name":"b","iterations":5,"real_time":1,"time_unit":"ns"}}]}}"#
    );
    assert!(refusal(FileFormat::GoogleBenchmark, &google).contains("more than 256 measurements"));
}

#[test]
fn go_configuration_that_grows_is_refused() {
    let text: String = (0..1000).map(|n| format!("key{n}: value\nBenchmarkX 1 1 ns/op\n")).collect();
    assert!(refusal(FileFormat::GoBench, &text).contains("bytes of configuration in force"));
}

#[test]
fn go_lines_under_another_configuration_are_another_benchmark() {
    let text =
        "commit: a\nBenchmarkX 1 1 ns/op\ncommit: b\nBenchmarkX 1 2 ns/op\ncommit: a\nBenchmarkX 1 3 ns/op\n";
    let imported = read_as(FileFormat::GoBench, "f", text.as_bytes()).unwrap();
    let sizes: Vec<_> = imported
        .workloads
        .iter()
        .map(|workload| match &workload.measurements[0].values {
            Values::Raw(raw) => (workload.context[0].1.as_str(), raw.len()),
            Values::Summary(_) => panic!("go states no summary"),
        })
        .collect();
    assert_eq!(sizes, [("a", 2), ("b", 1)]);
}

#[test]
fn a_mark_of_byte_order_and_windows_line_ends_are_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("go.txt");
    fs::write(&file, "\u{FEFF}pkg: p\r\nBenchmarkX 10 5 ns/op\r\n").unwrap();
    assert_eq!(read(&file).unwrap().workloads[0].name, "X");
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: PathBuf| read(&path).unwrap_err().to_string();
    assert!(message(folder.path().join("none.json")).contains("none.json: cannot be read"));
    assert!(message(folder.path().to_owned()).contains("a folder without any `new/benchmark.json`"));
    let large = folder.path().join("large.json");
    fs::File::create(&large).unwrap().set_len(perfaudit_import::LARGEST_FILE + 1).unwrap();
    assert!(message(large).contains("split it by benchmark"));
}

#[cfg(unix)]
#[test]
fn a_device_and_a_link_in_a_criterion_folder_are_not_read() {
    let error = read(&PathBuf::from("/dev/zero")).unwrap_err().to_string();
    assert!(error.contains("expected a regular file"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let benchmark = folder.path().join("g/new");
    fs::create_dir_all(&benchmark).unwrap();
    fs::write(benchmark.join("benchmark.json"), r#"{"title":"g"}"#).unwrap();
    std::os::unix::fs::symlink("/dev/zero", benchmark.join("sample.json")).unwrap();
    let error = read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("g/new: g/new/sample.json: expected a regular file"), "{error}");
}

#[test]
fn one_unreadable_criterion_benchmark_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sample) in [("good", r#"{"sampling_mode":"Flat","iters":[1.0],"times":[5.0]}"#), ("bad", "{")]
    {
        let new = folder.path().join(name).join("new");
        fs::create_dir_all(&new).unwrap();
        fs::write(new.join("benchmark.json"), format!(r#"{{"title":"{name}"}}"#)).unwrap();
        fs::write(new.join("sample.json"), sample).unwrap();
    }
    let imported = read(folder.path()).unwrap();
    assert_eq!(imported.workloads.len(), 1);
    assert_eq!(imported.skipped[0].what, "bad/new");
}

#[test]
fn asv_names_parameters_by_its_list_of_benchmarks_unless_the_code_has_changed() {
    let result = captured("asv/words/7d34e2bc-with-samples.json");
    let benchmarks = String::from_utf8(captured("asv/benchmarks.json")).unwrap();
    let names = |benchmarks: &str| {
        let imported = read_asv_with_benchmarks(("r", &result), ("b", benchmarks.as_bytes())).unwrap();
        let count = imported.workloads.iter().find(|workload| workload.name == "words.Count.time_count");
        count.unwrap().parameters.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&benchmarks), ["words", "case"]);
    assert_eq!(names(&benchmarks.replace("acea8051", "00000000")), ["param1", "param2"]);
}

/// Where the numbers of a text are.
fn numbers(text: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        while at < text.len() && (text[at].is_ascii_digit() || b".+-e".contains(&text[at])) {
            at += 1;
        }
        if text[start..at].iter().any(u8::is_ascii_digit) {
            found.push((start, at));
        }
        at = at.max(start + 1);
    }
    found
}

fn odd_number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("NaN".to_owned()),
        Just("Infinity".to_owned()),
        Just("-Infinity".to_owned()),
        Just("-1".to_owned()),
        Just("-0.0".to_owned()),
        Just("0".to_owned()),
        Just("1e308".to_owned()),
        Just("1e999".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("\"N\"".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        any::<i64>().prop_map(|number| number.to_string()),
    ]
}

proptest! {
    #[test]
    fn a_file_with_another_number_in_it_is_read_soundly_or_refused_by_name(
        (_file, format, name) in (0..FILES.len() + 1).prop_map(|index| {
            let (format, name) = FILES.get(index).copied().unwrap_or(LARGER);
            (index, format, name)
        }),
        which in any::<prop::sample::Index>(),
        number in odd_number(),
    ) {
        let text = captured(name);
        let places = numbers(&text);
        let (start, end) = places[which.index(places.len())];
        let edited = [&text[..start], number.as_bytes(), &text[end..]].concat();
        match read_as(format, "edited.json", &edited) {
            Ok(imported) => is_sound(&imported),
            Err(error) => prop_assert!(error.to_string().starts_with("edited.json: ")),
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = FileFormat::detect("f", &bytes);
        for format in FORMATS {
            let _ = read_as(format, "f", &bytes);
        }
        let _ = read_criterion_benchmark(("b", &bytes), ("s", &bytes));
    }

    #[test]
    fn times_come_back_as_they_were_written(times in prop::collection::vec(0.0..1e6_f64, 1..50)) {
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        let text = serde_json::json!({"results": [{"command": "x", "mean": mean, "times": times}]}).to_string();
        let imported = read_as(FileFormat::Hyperfine, "f", text.as_bytes()).unwrap();
        let Values::Raw(raw) = &imported.workloads[0].measurements[0].values else { panic!("raw values") };
        for (read, written) in raw.values().zip(times) {
            prop_assert!((read - written * 1e9).abs() <= 1e-15 * read);
        }
    }
}
