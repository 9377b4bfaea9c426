//! `--benchmark_out_format=json` of google-benchmark.

use perfaudit_import::{Grouping, MeasuredUnit, metric};
use perfaudit_result::{Of, Unit};

use super::{agrees, import, json, named, of, pair, raw, sample, stated};

#[test]
fn repetitions_of_google_benchmark_give_its_aggregates() {
    let name = "google-benchmark/repetitions.json";
    let (imported, theirs) = (import(name), json(name));
    let rows = theirs["benchmarks"].as_array().unwrap();
    let mut compared = 0;
    for workload in &imported.workloads {
        for (metric, field) in [(metric::WALL_TIME, "real_time"), (metric::CPU_TIME, "cpu_time")] {
            let sample = sample(raw(workload, &metric));
            for (aggregate, ours) in
                [("mean", sample.mean()), ("median", sample.median()), ("stddev", sample.std_dev().unwrap())]
            {
                let is_same = |row: &&serde_json::Value| {
                    row["run_name"] == *workload.name && row["aggregate_name"] == *aggregate
                };
                let row = rows.iter().find(is_same).unwrap();
                let nanoseconds = match row["time_unit"].as_str().unwrap() {
                    "ns" => 1.0,
                    "us" => 1e3,
                    _ => 1e6,
                };
                agrees(ours, row[field].as_f64().unwrap() * nanoseconds);
                compared += 1;
            }
        }
        assert_eq!(workload.warnings, []);
    }
    assert_eq!((imported.workloads.len(), compared), (5, 30));
}

#[test]
fn a_repetition_of_google_benchmark_is_a_batch_unless_it_has_one_iteration() {
    let imported = import("google-benchmark/repetitions.json");
    let sort = named(&imported, "BM_Sort/n:1000/repeats:5");
    assert_eq!(of(sort, &metric::WALL_TIME), Of::BatchMean);
    assert_eq!(raw(sort, &metric::WALL_TIME).grouping(), Grouping::ByProcess);
    assert_eq!(sort.parameters, [pair("n", "1000")]);
    assert_eq!(*sort.context, [pair("label", "reversed")]);
    let once = named(&imported, "BM_Once/iterations:1/repeats:5/real_time");
    assert_eq!(of(once, &metric::WALL_TIME), Of::Call);
}

#[test]
fn counters_of_google_benchmark_are_metrics_of_their_own() {
    let imported = import("google-benchmark/repetitions.json");
    let sort = named(&imported, "BM_Sort/n:1000/repeats:5");
    assert_eq!(raw(sort, &metric::custom("size")).values().collect::<Vec<_>>(), [1000.0; 5]);
    let items = sort.measurement(&metric::THROUGHPUT_ELEMENTS).unwrap();
    assert_eq!(items.unit, MeasuredUnit::Known(Unit::ElementsPerSecond));
    let metrics: Vec<_> = sort.measurements.iter().map(|measurement| measurement.metric.0.as_ref()).collect();
    assert_eq!(metrics, ["wall_time", "cpu_time", "throughput.elements", "custom.size"]);
}

#[test]
fn a_google_benchmark_that_failed_is_told_with_its_message() {
    let imported = import("google-benchmark/repetitions.json");
    let skipped: Vec<_> =
        imported.skipped.iter().map(|skipped| format!("{}: {}", skipped.what, skipped.reason)).collect();
    assert_eq!(skipped, ["BM_Broken: the benchmark failed: no input file"]);
}

#[test]
fn aggregates_of_google_benchmark_alone_are_a_summary() {
    let name = "google-benchmark/aggregates-only.json";
    let (imported, theirs) = (import(name), json(name));
    let summary = stated(&imported.workloads[0], &metric::WALL_TIME);
    agrees(summary.mean.unwrap(), theirs["benchmarks"][0]["real_time"].as_f64().unwrap());
    agrees(summary.median.unwrap(), theirs["benchmarks"][1]["real_time"].as_f64().unwrap());
    agrees(summary.std_dev.unwrap(), theirs["benchmarks"][2]["real_time"].as_f64().unwrap());
    assert_eq!((summary.n, summary.min), (Some(5), None));
    assert_eq!(of(&imported.workloads[0], &metric::WALL_TIME), Of::BatchMean);
}
