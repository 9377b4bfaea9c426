//! What `go test -bench` prints.

use perfaudit_import::{Grouping, Iterations, MeasuredUnit, metric};
use perfaudit_result::Of;

use super::{import, named, of, pair, raw};

#[test]
fn lines_of_one_go_benchmark_are_its_samples() {
    let imported = import("go/counts.txt");
    assert_eq!(imported.workloads.len(), 3);
    let count = named(&imported, "Count/words=16-2");
    let times = raw(count, &metric::WALL_TIME);
    assert_eq!((times.len(), times.grouping()), (6, Grouping::NotRecorded));
    assert!(matches!(times.groups()[0].iterations(), Iterations::Each(each) if each.len() == 6));
    assert_eq!(of(count, &metric::WALL_TIME), Of::BatchMean);
    assert_eq!(count.parameters, [pair("words", "16"), pair("gomaxprocs", "2")]);
    assert!(count.context.contains(&pair("pkg", "example.com/words")));
    // The text is 80 bytes long, and go prints four digits or more.
    for (time, rate) in times.values().zip(raw(count, &metric::THROUGHPUT_BYTES).values()) {
        assert!((80.0 / (time * 1e-9) / rate - 1.0).abs() < 1e-3);
    }
    assert_eq!(raw(count, &metric::ALLOC_BYTES).values().collect::<Vec<_>>(), [256.0; 6]);
    assert_eq!(raw(count, &metric::ALLOC_COUNT).values().collect::<Vec<_>>(), [1.0; 6]);
}

#[test]
fn units_of_a_go_benchmarks_own_are_kept() {
    let imported = import("go/counts.txt");
    let custom = named(&imported, "Custom-2").measurement(&metric::custom("lookups/op")).unwrap();
    assert_eq!(custom.unit, MeasuredUnit::AsStated("lookups/op".to_owned()));
}

#[test]
fn go_benchmarks_of_one_iteration_are_calls() {
    let imported = import("go/once.txt");
    for workload in &imported.workloads {
        assert_eq!(
            (of(workload, &metric::WALL_TIME), raw(workload, &metric::WALL_TIME).len()),
            (Of::Call, 3)
        );
    }
    let times: Vec<_> = raw(named(&imported, "Custom-2"), &metric::WALL_TIME).values().collect();
    assert_eq!(times, [1042.0, 631.0, 340.0]);
}

#[test]
fn log_lines_among_go_benchmarks_are_left_out_and_failures_told() {
    let imported = import("go/failures.txt");
    assert_eq!(raw(named(&imported, "Once-2"), &metric::WALL_TIME).len(), 6);
    let skipped: Vec<_> = imported.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(skipped, ["BenchmarkFails", "example.com/words"]);
    assert_eq!(import("go/verbose.txt").skipped, []);
}
