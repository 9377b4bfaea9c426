//! Real Criterion, 0.5 to 0.8. The suites are built once for all tests, and nothing else is audited meanwhile.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use perfaudit_result::{
    ArtifactKind, AuditState, GroupShape, MetricName, SamplingMode, Throughput, Workload, WorkloadState,
};
use serde_json::Value;

use crate::support::{Audited, Project};

pub(crate) static SUITES: LazyLock<Project> = LazyLock::new(|| Project::copy_of("criterion-suites"));

static AUDITED: LazyLock<Audited> = LazyLock::new(|| SUITES.audit_quietly(&["--budget", "25s"]));

fn rows_of<'a>(audited: &'a Audited, package: &str, target: &str) -> Vec<&'a Workload> {
    let rows = audited.result.workloads.iter();
    rows.filter(|row| row.package == package && row.target == target).collect()
}

fn titles(rows: &[&Workload]) -> Vec<String> {
    rows.iter().map(|row| row.title.clone()).collect()
}

#[test]
fn every_version_gives_the_same_rows_in_the_order_of_the_source() {
    for package in ["criterion-0-5", "criterion-0-6", "criterion-0-7", "criterion-0-8"] {
        let rows = rows_of(&AUDITED, package, "suite");
        assert_eq!(
            titles(&rows),
            ["sum/64", "sum/512", "sum/4096", "sort", "own settings/format"],
            "{package}"
        );
        for row in &rows {
            assert_eq!(row.state, WorkloadState::Measured, "{}: {:?}", row.id, row.message);
            assert_eq!(row.source, "suite.rs");
        }
        assert_eq!(rows[1].throughput, Some(Throughput::Elements(512)), "{package}");
        assert_eq!(rows[3].throughput, None, "{package}");
    }
}

#[test]
fn settings_in_the_source_beat_what_perfaudit_asks_for() {
    for package in ["criterion-0-5", "criterion-0-6", "criterion-0-7", "criterion-0-8"] {
        let rows = rows_of(&AUDITED, package, "suite");
        let sampling = rows[4].sampling.as_ref().unwrap();
        assert_eq!((sampling.mode, sampling.batches), (SamplingMode::Flat, 10), "{package}");
    }
}

#[test]
fn sizes_in_the_names_make_a_sweep() {
    for package in ["criterion-0-5", "criterion-0-6", "criterion-0-7", "criterion-0-8"] {
        let of_package = |id: &str| id.starts_with(&format!("{package}/suite/sum/"));
        let group =
            AUDITED.result.groups.iter().find(|group| of_package(&group.cells[0].workload.0)).unwrap();
        assert_eq!(group.shape, GroupShape::Sweep);
        assert_eq!(group.axes[0].numeric.as_deref(), Some(&[64.0, 512.0, 4096.0][..]));
    }
}

#[test]
fn all_kinds_of_throughput_are_understood() {
    let rows = rows_of(&AUDITED, "criterion-0-8", "throughput");
    let declared: Vec<Option<Throughput>> = rows.iter().map(|row| row.throughput).collect();
    assert_eq!(
        declared,
        [Throughput::Bits(2048), Throughput::Bytes(256), Throughput::Elements(64)].map(Some)
    );
}

/// Criterion's own estimates of the same samples, where the definition is the same.
#[test]
fn estimates_agree_with_those_that_criterion_wrote() {
    let estimates: BTreeMap<String, Value> = AUDITED
        .result
        .artifacts
        .iter()
        .filter(|artifact| {
            artifact.kind == ArtifactKind::Harness && artifact.path.ends_with("new/estimates.json")
        })
        .map(|artifact| {
            let folder = Path::new(&artifact.path).parent().unwrap();
            let benchmark: Value =
                serde_json::from_str(&AUDITED.file(&folder.join("benchmark.json").to_string_lossy()))
                    .unwrap();
            let launch = artifact.path.split('/').nth(2).unwrap();
            let key = format!("{launch} {}", benchmark["title"].as_str().unwrap());
            (key, serde_json::from_str(&AUDITED.file(&artifact.path)).unwrap())
        })
        .collect();
    let mut compared = 0;
    for row in AUDITED.result.workloads.iter().filter(|row| row.state == WorkloadState::Measured) {
        let theirs = &estimates[&format!("{:04} {}", row.order.unwrap(), row.title)];
        for (name, their_name) in [
            (MetricName::WALL_TIME_P50, "median"),
            (MetricName::WALL_TIME_MEAN, "mean"),
            (MetricName::WALL_TIME_SLOPE, "slope"),
            (MetricName::WALL_TIME_STD_DEV, "std_dev"),
        ] {
            let Some(their_value) = theirs[their_name]["point_estimate"].as_f64() else { continue };
            let value = row.metric(&name).unwrap().figure.value().unwrap();
            assert!((value - their_value).abs() <= 1e-9 * their_value.abs(), "{} {their_name}", row.id);
            compared += 1;
        }
    }
    assert!(compared > 150, "only {compared} estimates were compared");
}

#[test]
fn hard_names_are_measured_under_their_own_titles() {
    let rows = rows_of(&AUDITED, "honesty", "names");
    let long = format!("{}...", "x".repeat(100));
    let expected = [
        long.as_str(),
        &format!("{long} #2"),
        "with/two/slashes",
        "na\u{ef}ve \u{2603} \u{65e5}\u{672c}\u{8a9e} \u{202e}backwards",
        "<script>alert(1)</script>",
        "--bench",
        "a.*(b|c)+[d]$ ^\\",
        "quoted \"'`&amp;",
        "ends in: benchmark",
        "issue #2",
        "repeated/upper",
        "repeated/upper #2",
    ];
    assert_eq!(titles(&rows), expected);
    for row in rows {
        assert_eq!(row.state, WorkloadState::Measured, "{}: {:?}", row.id, row.message);
    }
}

#[test]
fn two_benchmarks_of_one_title_have_samples_of_their_own() {
    let rows = rows_of(&AUDITED, "honesty", "names");
    for (one, other) in [(0, 1), (10, 11)] {
        let samples = |row: usize| AUDITED.file(&rows[row].samples.as_ref().unwrap().0);
        assert_ne!(samples(one), samples(other), "{}", rows[one].id);
    }
}

#[test]
fn benchmarks_that_overwrite_each_other_are_both_rows_and_one_finding() {
    let rows = rows_of(&AUDITED, "honesty", "two-groups");
    let told: Vec<(&str, WorkloadState)> = rows.iter().map(|row| (row.id.0.as_str(), row.state)).collect();
    assert_eq!(
        told,
        [
            ("honesty/two-groups/parse", WorkloadState::Measured),
            ("honesty/two-groups/parse (2 of 2)", WorkloadState::Unsupported)
        ]
    );
    assert_eq!(AUDITED.flagged_by("duplicate-name"), ["parse", "parse"]);
}

#[test]
fn names_are_escaped_in_the_html_report() {
    let html = AUDITED.file("report.html");
    assert!(html.contains("&lt;script&gt;alert(1)"));
    assert!(!html.contains("<script>alert(1)"));
    assert!(!html.contains('\u{202e}'), "a name must not turn the text of the report around");
}

/// Whatever a busy machine does to the others, work that was not done never takes long, and work that was done is
/// never flagged.
#[test]
fn benchmarks_that_measure_nothing_are_flagged_and_sound_ones_are_not() {
    // A machine that is busy with something else can hide a flat line behind noise, but not three times in a row.
    let mut missing = Vec::new();
    for _ in 0..3 {
        let audited = SUITES.audit_quietly(&[
            "--mode", "quick", "--budget", "45s", "-p", "honesty", "--bench", "hollow", "--bench", "sound",
        ]);
        let sound = rows_of(&audited, "honesty", "sound");
        assert_eq!(sound.len(), 5);
        for row in sound {
            let remarks: Vec<_> = row
                .audits
                .iter()
                .filter(|remark| remark.state == AuditState::Flagged)
                .filter(|remark| remark.rule == "optimised-away" || remark.rule == "flat-benchmark")
                .collect();
            assert!(remarks.is_empty(), "{}: {remarks:?}", row.id);
        }
        let (away, flat) = (audited.flagged_by("optimised-away"), audited.flagged_by("flat-benchmark"));
        missing = ["optimised away/result dropped", "optimised away/constant input"]
            .into_iter()
            .filter(|title| !away.contains(title))
            .chain(
                [
                    "folded/1000",
                    "folded/1000000",
                    "folded/1000000000",
                    "same input/1024",
                    "same input/1048576",
                    "same input/1073741824",
                ]
                .into_iter()
                .filter(|title| !flat.contains(title)),
            )
            .map(str::to_owned)
            .collect();
        if missing.is_empty() {
            return;
        }
    }
    panic!("not flagged: {missing:?}");
}
