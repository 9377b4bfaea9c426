//! Files that the real tools wrote: what is read from them agrees with what the tools themselves say of it.
#![expect(clippy::unwrap_used, reason = "a captured file that cannot be read fails its test")]

mod asv;
mod criterion;
mod go_bench;
mod google_benchmark;
mod hyperfine;
mod pyperf;
mod pytest_benchmark;

use std::path::PathBuf;

use perfaudit_import::{Imported, ImportedWorkload, Raw, Summary, Values, read};
use perfaudit_result::{MetricName, Of};
use perfaudit_stats::Sample;
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/import").join(name)
}

fn import(name: &str) -> Imported {
    read(&path(name)).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap()
}

fn named<'a>(imported: &'a Imported, name: &str) -> &'a ImportedWorkload {
    imported.workloads.iter().find(|workload| workload.name == name).unwrap()
}

fn raw<'a>(workload: &'a ImportedWorkload, metric: &MetricName) -> &'a Raw {
    match &workload.measurement(metric).unwrap().values {
        Values::Raw(raw) => raw,
        Values::Summary(summary) => panic!("raw values were expected, not {summary:?}"),
    }
}

fn stated<'a>(workload: &'a ImportedWorkload, metric: &MetricName) -> &'a Summary {
    match &workload.measurement(metric).unwrap().values {
        Values::Summary(summary) => summary,
        Values::Raw(raw) => panic!("a summary was expected, not {raw:?}"),
    }
}

fn of(workload: &ImportedWorkload, metric: &MetricName) -> Of {
    workload.measurement(metric).unwrap().of
}

fn sample(raw: &Raw) -> Sample {
    Sample::new(raw.values().collect()).unwrap()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Asserts that two figures agree to nine digits.
fn agrees(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{ours} is not {theirs}");
}

/// Asserts that the raw values give what the tool states in an object, times a factor.
fn statistics_agree(raw: &Raw, theirs: &Value, factor: f64) {
    let sample = sample(raw);
    for (ours, field) in [
        (sample.mean(), "mean"),
        (sample.median(), "median"),
        (sample.std_dev().unwrap(), "stddev"),
        (sample.min(), "min"),
        (sample.max(), "max"),
    ] {
        agrees(ours, theirs[field].as_f64().unwrap() * factor);
    }
}
