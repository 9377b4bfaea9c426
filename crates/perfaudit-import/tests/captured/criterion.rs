//! A folder that Criterion wrote.

use perfaudit_import::{Format, Warning, metric};
use perfaudit_result::{Of, Throughput};

use super::{agrees, import, json, named, of, pair, raw, sample};

#[test]
fn batches_of_criterion_give_its_estimates() {
    let imported = import("criterion");
    assert_eq!(imported.format, Format::CriterionFolder);
    assert_eq!((imported.workloads.len(), imported.skipped.len()), (5, 0));
    for (title, folder) in [
        ("checksum/16384", "checksum/16384"),
        ("kinds/elements and bytes", "kinds/elements and bytes"),
        ("own settings/format", "own settings/format"),
        ("repeated/upper", "repeated/upper"),
        ("repeated/upper #2", "repeated/upper_2"),
    ] {
        let workload = named(&imported, title);
        let estimates = json(&format!("criterion/{folder}/new/estimates.json"));
        let sample = sample(raw(workload, &metric::WALL_TIME));
        for (ours, field) in
            [(sample.mean(), "mean"), (sample.median(), "median"), (sample.std_dev().unwrap(), "std_dev")]
        {
            agrees(ours, estimates[field]["point_estimate"].as_f64().unwrap());
        }
        assert_eq!(of(workload, &metric::WALL_TIME), Of::BatchMean);
        assert_eq!(workload.warnings, [Warning::UnitAssumed { metric: metric::WALL_TIME }]);
    }
}

#[test]
fn names_and_declared_work_of_criterion_are_kept() {
    let imported = import("criterion");
    let checksum = named(&imported, "checksum/16384");
    assert_eq!(checksum.throughput, Some(Throughput::Bytes(16384)));
    assert_eq!(checksum.parameters, [pair("group", "checksum"), pair("value", "16384")]);
    let both = named(&imported, "kinds/elements and bytes");
    assert_eq!(both.throughput, Some(Throughput::Elements(64)));
}
