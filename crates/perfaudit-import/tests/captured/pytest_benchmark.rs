//! `--benchmark-json` and `--benchmark-save` of pytest-benchmark.

use perfaudit_import::{Grouping, metric};
use perfaudit_result::Of;

use super::{agrees, import, json, named, of, pair, raw, stated, statistics_agree};

#[test]
fn the_rounds_of_pytest_benchmark_are_those_it_summarises() {
    let name = "pytest-benchmark/data.json";
    let (imported, theirs) = (import(name), json(name));
    assert_eq!(imported.workloads.len(), 5);
    for (workload, theirs) in imported.workloads.iter().zip(theirs["benchmarks"].as_array().unwrap()) {
        let times = raw(workload, &metric::WALL_TIME);
        statistics_agree(times, &theirs["stats"], 1e9);
        assert_eq!((times.grouping(), times.groups().len()), (Grouping::ByProcess, 1));
        let single = theirs["stats"]["iterations"] == 1;
        assert_eq!(of(workload, &metric::WALL_TIME), if single { Of::Call } else { Of::BatchMean });
        assert_eq!(workload.warnings, []);
    }
    assert_eq!(named(&imported, "test_words.py::test_count[1024]").parameters, [pair("words", "1024")]);
    assert_eq!(*named(&imported, "test_words.py::test_parse").context, [pair("group", "parse")]);
}

#[test]
fn pytest_benchmark_without_data_is_a_summary() {
    let name = "pytest-benchmark/saved-without-data.json";
    let (imported, theirs) = (import(name), json(name));
    for (workload, theirs) in imported.workloads.iter().zip(theirs["benchmarks"].as_array().unwrap()) {
        let summary = stated(workload, &metric::WALL_TIME);
        for (ours, field) in [
            (summary.min, "min"),
            (summary.lower_quartile, "q1"),
            (summary.median, "median"),
            (summary.mean, "mean"),
            (summary.upper_quartile, "q3"),
            (summary.max, "max"),
            (summary.std_dev, "stddev"),
        ] {
            agrees(ours.unwrap(), theirs["stats"][field].as_f64().unwrap() * 1e9);
        }
        assert_eq!(summary.n, theirs["stats"]["rounds"].as_u64());
    }
    assert_eq!(of(named(&imported, "test_words.py::test_sleep"), &metric::WALL_TIME), Of::Call);
    assert_eq!(of(named(&imported, "test_words.py::test_batches"), &metric::WALL_TIME), Of::BatchMean);
}

#[test]
fn a_timer_of_processor_time_does_not_make_wall_time() {
    let imported = import("pytest-benchmark/process-time.json");
    assert!(imported.workloads[0].measurement(&metric::WALL_TIME).is_none());
    assert!(imported.workloads[0].measurement(&metric::CPU_TIME).is_some());
}
