//! Variants of the formats that the captured files do not show.
#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails its test")]

use perfaudit_import::{FileFormat, Imported, MeasuredUnit, Values, metric, read_as};
use perfaudit_result::{Of, Unit};

fn import(format: FileFormat, text: &str) -> Imported {
    read_as(format, "results", text.as_bytes()).unwrap()
}

fn values(imported: &Imported, workload: usize, measurement: usize) -> Vec<f64> {
    match &imported.workloads[workload].measurements[measurement].values {
        Values::Raw(raw) => raw.values().collect(),
        Values::Summary(summary) => panic!("raw values were expected, not {summary:?}"),
    }
}

#[test]
fn a_row_that_google_benchmark_1_8_skipped_is_told_with_its_message() {
    let text = r#"{"benchmarks":[
        {"name":"a","run_type":"iteration","iterations":2,"real_time":1.5,"time_unit":"s"},
        {"name":"b","run_type":"iteration","skipped":true,"skip_message":"no GPU","iterations":0,"real_time":0}]}"#;
    let imported = import(FileFormat::GoogleBenchmark, text);
    assert_eq!(values(&imported, 0, 0), [1.5e9]);
    assert_eq!(imported.skipped[0].reason, "the benchmark was skipped: no GPU");
}

#[test]
fn a_row_that_may_be_an_aggregate_of_an_old_google_benchmark_is_left_out() {
    let text = r#"{"benchmarks":[
        {"name":"a","iterations":2,"real_time":1,"time_unit":"ns"},
        {"name":"a_mean","iterations":2,"real_time":1,"time_unit":"ns"}]}"#;
    let imported = import(FileFormat::GoogleBenchmark, text);
    assert_eq!(imported.workloads.len(), 1);
    assert!(imported.skipped[0].reason.contains("before 1.5"));
}

#[test]
fn a_fit_of_google_benchmark_is_no_measurement() {
    let text = r#"{"benchmarks":[
        {"name":"a/8","run_type":"iteration","iterations":2,"real_time":1,"time_unit":"ns"},
        {"name":"a_BigO","run_name":"a","run_type":"aggregate","aggregate_name":"BigO","real_coefficient":3.0,"big_o":"N"}]}"#;
    let imported = import(FileFormat::GoogleBenchmark, text);
    assert_eq!(imported.workloads[0].parameters, [("range(0)".to_owned(), "8".to_owned())]);
    assert_eq!(imported.skipped[0].reason, "BigO was made from measurements and is not one");
}

#[test]
fn a_counter_that_is_not_a_number_does_not_take_the_times_with_it() {
    let text = r#"{"benchmarks":[
        {"name":"a","run_type":"iteration","iterations":2,"real_time":1,"time_unit":"ns","hits":NaN}]}"#;
    let imported = import(FileFormat::GoogleBenchmark, text);
    assert_eq!(values(&imported, 0, 0), [1.0]);
    assert_eq!(imported.skipped[0].what, "a: counter hits");
}

#[test]
fn a_metric_that_hyperfine_2_got_from_elsewhere_keeps_its_name_and_unit() {
    let text = r#"{"schema_version":2,"results":[{"command":"x","measurements":[
        {"time_wall_clock":{"value":1,"unit":"second"},"instructions":{"value":-5,"unit":"count"},"exit_code":null}]}]}"#;
    let imported = import(FileFormat::Hyperfine, text);
    let custom = imported.workloads[0].measurement(&metric::custom("instructions")).unwrap();
    assert_eq!(custom.unit, MeasuredUnit::AsStated("count".to_owned()));
    assert_eq!(
        imported.workloads[0].warnings[0].to_string(),
        "1 of 1 runs failed (no exit code); their times are counted with the others"
    );
}

#[test]
fn hyperfine_without_times_is_a_summary() {
    let text = r#"{"results":[{"command":"x","mean":0.5,"stddev":null,"median":0.4,"min":0.3,"max":0.9}]}"#;
    let imported = import(FileFormat::Hyperfine, text);
    let Values::Summary(summary) = &imported.workloads[0].measurements[0].values else {
        panic!("no summary")
    };
    assert_eq!((summary.n, summary.mean, summary.std_dev), (None, Some(5e8), None));
}

#[test]
fn a_timer_that_is_not_known_to_pytest_benchmark_has_no_known_unit() {
    let text = r#"{"benchmarks":[
        {"fullname":"t","options":{"timer":"ticks"},"stats":{"data":[12],"iterations":1}},
        {"fullname":"u","stats":null}]}"#;
    let imported = import(FileFormat::PytestBenchmark, text);
    let custom = imported.workloads[0].measurement(&metric::custom("ticks")).unwrap();
    assert_eq!((&custom.unit, custom.of), (&MeasuredUnit::Known(Unit::Unknown), Of::Call));
    assert_eq!(values(&imported, 0, 0), [12.0]);
    assert_eq!(imported.skipped[0].what, "u");
}

#[test]
fn the_innermost_metadata_of_pyperf_counts() {
    let text = r#"{"version":"1.0","metadata":{"unit":"integer","loops":1,"name":"outer"},"benchmarks":[
        {"metadata":{"name":"inner"},"runs":[{"metadata":{"loops":8},"values":[-3]}]}]}"#;
    let imported = import(FileFormat::Pyperf, text);
    assert_eq!(imported.workloads[0].name, "inner");
    let value = imported.workloads[0].measurement(&metric::custom("value")).unwrap();
    assert_eq!((&value.unit, value.of), (&MeasuredUnit::AsStated("integer".to_owned()), Of::BatchMean));
    assert_eq!(values(&imported, 0, 0), [-3.0]);
}

#[test]
fn asv_without_its_list_of_benchmarks_numbers_parameters_and_tells_what_it_cannot_name() {
    let text = r#"{"version":2,"result_columns":["result","params"],"results":{
        "m.TimeSort":[[1e-9,2e-9],[["a","b"]]],"m.odd":[[1],[]],"m.track_x":[[-2]]}}"#;
    let imported = import(FileFormat::Asv, text);
    assert_eq!(imported.workloads[1].parameters, [("param1".to_owned(), "b".to_owned())]);
    assert_eq!(imported.workloads[2].measurements[0].unit, MeasuredUnit::Known(Unit::Unknown));
    assert!(imported.skipped[0].reason.contains("neither its name nor `benchmarks.json`"));
}

#[test]
fn a_go_line_that_is_cut_is_told_and_a_log_line_is_not_a_result() {
    let text = "Benchmarking starts\nBenchmarkA 10 5 ns/op\nBenchmarkB 10\nBenchmarkC soon\npanic: boom\nBenchmarkA 10 6 ns/op";
    let imported = import(FileFormat::GoBench, text);
    assert_eq!(values(&imported, 0, 0), [5.0, 6.0]);
    let skipped: Vec<_> = imported.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(skipped, ["line 3: BenchmarkB", "line 4: BenchmarkC", "panic"]);
}
