//! Harnesses that print a summary and keep their samples to themselves: divan, and the standard library's.

use std::process::Command;
use std::sync::LazyLock;

use perfaudit_result::{
    ArtifactKind, AuditState, MetricName, Of, SamplingMode, Throughput, WorkloadKind, WorkloadState as State,
};

use crate::support::{Audited, Project};

/// Quick mode runs every benchmark in so many processes.
const PROCESSES: u64 = 6;

static SUITE: LazyLock<Project> = LazyLock::new(|| Project::copy_of("divan-suite"));

static DIVAN: LazyLock<Audited> =
    LazyLock::new(|| SUITE.audit_quietly(&["--mode", "quick", "--timeout", "5s"]));

#[test]
fn rows_of_arguments_and_of_numbers_of_threads_are_profiled_and_counted_under_their_names() {
    let chosen = ["--bench", "suite", "--filter", "suite::(threads|sizes::2048)"];
    let audited =
        SUITE.audit_quietly(&[&["--mode", "quick", "--only", "cpu", "--only", "heap"], &chosen[..]].concat());
    let cpu = &audited.result.cpu.as_ref().unwrap().workloads;
    for title in ["sizes::2048", "threads::t=1", "threads::t=2"] {
        let row = cpu.iter().find(|row| row.id.0.ends_with(title)).unwrap_or_else(|| panic!("{title}"));
        let kept = row.sampler.as_ref().unwrap_or_else(|| panic!("{row:#?}")).samples;
        assert!(kept > 30 && !row.remarks.iter().any(|remark| remark.contains("in no stack")), "{row:#?}");
        assert!(row.slowdown.is_some(), "its table was read: {row:#?}");
        let heap = &audited.result.heap.as_ref().unwrap().workloads;
        let row = heap.iter().find(|row| row.id.0.ends_with(title)).unwrap();
        assert!(row.iterations.is_some(), "{row:#?}");
    }
}

fn assert_told(id: &str, state: State, parts: &[&str]) {
    let (actual, message) = DIVAN.told(&format!("divan-suite/{id}"));
    assert_eq!(actual, state, "{id}: {message}");
    for part in parts {
        assert!(message.contains(part), "{id}: {part:?} is not in {message:?}");
    }
}

#[test]
fn every_path_of_a_divan_tree_is_a_row_measured_in_several_processes() {
    let suite = DIVAN.result.workloads.iter().filter(|row| row.target == "suite");
    let measured: Vec<_> = suite.filter(|row| row.state == State::Measured).collect();
    let mut titles: Vec<&str> = measured.iter().map(|row| row.title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(
        titles,
        [
            "suite::failing::prints",
            "suite::generic::String::4",
            "suite::generic::String::8",
            "suite::generic::u8::4",
            "suite::generic::u8::8",
            "suite::names::<script>",
            "suite::names::a::b  c",
            "suite::sizes::16384",
            "suite::sizes::2048",
            "suite::sizes::256",
            "suite::threads::t=1",
            "suite::threads::t=2",
        ]
    );
    for row in measured {
        let sampling = row.sampling.as_ref().unwrap();
        assert_eq!((row.kind, sampling.mode), (WorkloadKind::Divan, SamplingMode::Processes), "{}", row.id);
        assert_eq!(sampling.batches, PROCESSES, "{}: {:?}", row.id, row.message);
        let median = &row.metric(&MetricName::WALL_TIME_P50).unwrap().figure;
        assert_eq!((median.of, median.n), (Of::ProcessMedian, PROCESSES), "{}", row.id);
        assert!(median.interval().is_some(), "{}", row.id);
        let p99 = &row.metric(&MetricName::WALL_TIME_P99).unwrap().figure;
        assert_eq!(
            p99.reason(),
            Some("not estimable from 6 processes: a 95 % interval needs 368"),
            "{}",
            row.id
        );
    }
}

/// Every median is one that a process printed.
#[test]
fn the_observations_are_what_the_processes_printed() {
    let row = DIVAN.row("divan-suite/suite/suite::sizes::2048");
    let printed: Vec<String> = DIVAN
        .result
        .artifacts
        .iter()
        .filter(|artifact| artifact.kind == ArtifactKind::BenchProcess)
        .map(|artifact| {
            let process: serde_json::Value = serde_json::from_str(&DIVAN.file(&artifact.path)).unwrap();
            process["stdout"].as_str().unwrap().to_owned()
        })
        .filter(|text| text.contains("\u{2500} 2048 "))
        .collect();
    assert_eq!(printed.len() as u64, PROCESSES);
    let samples: serde_json::Value =
        serde_json::from_str(&DIVAN.file(&row.samples.as_ref().unwrap().0)).unwrap();
    for (time, text) in samples["times"].as_array().unwrap().iter().zip(&printed) {
        let line = text.lines().find(|line| line.contains("\u{2500} 2048 ")).unwrap();
        let median = line.split('\u{2502}').nth(2).unwrap();
        let (number, unit) = median.trim().split_once(' ').unwrap();
        let factor = if unit == "ns" { 1.0 } else { 1000.0 };
        let expected = number.parse::<f64>().unwrap() * factor;
        assert!((time.as_f64().unwrap() - expected).abs() < 1e-6 * expected, "{time} in {line}");
    }
}

#[test]
fn arguments_make_a_sweep_and_counters_the_work_of_one_iteration() {
    let sweep = DIVAN.result.groups.iter().find(|group| group.name == "suite::sizes::*").unwrap();
    assert_eq!(sweep.axes[0].numeric.as_deref(), Some(&[256.0, 2048.0, 16384.0][..]));
    let declared = DIVAN.row("divan-suite/suite/suite::sizes::256").throughput;
    assert_eq!(declared, Some(Throughput::Bytes(256)));
}

#[test]
fn audits_that_need_single_samples_abstain() {
    let row = DIVAN.row("divan-suite/suite/suite::sizes::256");
    let state = |rule: &str| row.audits.iter().find(|audit| audit.rule == rule).unwrap().state;
    assert_eq!(state("drifting"), AuditState::NotMeasured);
    assert_eq!(state("too-few-samples"), AuditState::Passed);
    assert_eq!(state("optimised-away"), AuditState::Passed);
}

#[test]
fn benchmarks_that_fail_are_rows_with_a_message() {
    assert_told(
        "suite/suite::failing::panics",
        State::Failed,
        &["exit code 101", "benches/suite.rs", "out of cheese"],
    );
    assert_told("suite/suite::failing::exits_with_0", State::NoResults, &["exit code 0, but no figures"]);
    assert_told("suite/suite::failing::measures_nothing", State::NoResults, &["No benchmark function"]);
}

#[test]
fn what_its_source_ignores_is_told_and_does_not_make_the_run_incomplete() {
    for id in ["suite/suite::ignored", "without-terse/old::left_out"] {
        assert_told(id, State::Ignored, &["marks it with `ignore`"]);
    }
    assert!(!DIVAN.result.verdict.headline.contains("ignored"), "{}", DIVAN.result.verdict.headline);
}

#[test]
fn a_program_that_prints_what_divan_never_would_harms_only_its_own_rows() {
    assert_told("pretender/p::other_columns", State::Unreadable, &["typical", "expected fastest"]);
    assert_told("pretender/p::garbage", State::NoResults, &[]);
    assert_told("pretender/p::nothing", State::NoResults, &[]);
    assert_told("pretender/p::sometimes", State::Failed, &["process 2, after 1", "exit code 3"]);
    assert_told("pretender/p::hangs", State::TimedOut, &["--timeout"]);
    assert_told("pretender/p::of_another", State::Measured, &[]);
}

#[test]
fn a_divan_that_lists_no_arguments_gets_their_rows_from_its_table() {
    assert_told("without-terse/old::parse::short", State::Measured, &[]);
    assert_told("without-terse/old::parse::long", State::Measured, &[]);
    assert_told("without-terse/old::parse::empty", State::NoResults, &["named without figures"]);
    let row = DIVAN.row("divan-suite/without-terse/old::parse::long");
    let median = &row.metric(&MetricName::WALL_TIME_P50).unwrap().figure;
    let interval = median.interval().unwrap();
    assert_eq!(median.value(), Some(9500.0));
    assert_eq!((interval.lower(), interval.upper()), (9499.0, 9501.0));
}

#[test]
fn bench_functions_are_measured_with_a_nightly_toolchain_and_explained_without() {
    let project = Project::copy_of("libtest-suite");
    let stable = project.audit_with(project.perfaudit().env("RUSTUP_TOOLCHAIN", "stable"), &[]);
    assert_eq!(stable.rows(), [("libtest-suite/suite", State::BuildFailed)]);
    assert!(stable.told("libtest-suite/suite").1.contains("cargo +nightly perfaudit"));

    let installed = Command::new("rustup").args(["run", "nightly", "rustc", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return;
    }
    let nightly =
        project.audit_with(project.perfaudit().env("RUSTUP_TOOLCHAIN", "nightly"), &["--mode", "quick"]);
    assert_eq!(
        nightly.rows(),
        [
            ("libtest-suite/suite/bytes", State::Measured),
            ("libtest-suite/suite/failing::exits_with_0", State::NoResults),
            ("libtest-suite/suite/failing::panics", State::Failed),
            ("libtest-suite/suite/failing::ignored", State::Ignored),
        ]
    );
    assert!(nightly.told("libtest-suite/suite/failing::panics").1.contains("out of cheese"));
    let row = nightly.row("libtest-suite/suite/bytes");
    let median = &row.metric(&MetricName::WALL_TIME_P50).unwrap().figure;
    assert_eq!((row.kind, median.of, median.n), (WorkloadKind::Libtest, Of::ProcessMedian, PROCESSES));
    assert_eq!(row.throughput, Some(Throughput::Bytes(64)));
}
