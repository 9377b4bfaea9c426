//! `hyperfine --export-json`.

use perfaudit_import::{FileFormat, Format, Grouping, Statistic, Warning, metric, read_as};
use perfaudit_result::Of;

use super::{agrees, import, json, named, of, pair, path, raw, stated, statistics_agree};

#[test]
fn the_times_of_hyperfine_1_are_those_it_summarises() {
    let name = "hyperfine/parameters-1.20.json";
    let (imported, theirs) = (import(name), json(name));
    assert_eq!(imported.format, Format::File(FileFormat::Hyperfine));
    assert_eq!(imported.workloads.len(), 2);
    for (workload, theirs) in imported.workloads.iter().zip(theirs["results"].as_array().unwrap()) {
        let times = raw(workload, &metric::WALL_TIME);
        statistics_agree(times, theirs, 1e9);
        assert_eq!((times.len(), times.groups().len(), times.grouping()), (12, 12, Grouping::ByProcess));
        assert_eq!(of(workload, &metric::WALL_TIME), Of::Process);
        assert_eq!(raw(workload, &metric::RSS_PEAK).len(), 12);
        assert_eq!(workload.warnings, []);
    }
    assert_eq!(imported.workloads[0].parameters, [pair("n", "0.001")]);
}

#[test]
fn user_and_system_time_of_hyperfine_1_are_means_without_values() {
    let name = "hyperfine/parameters-1.20.json";
    let (imported, theirs) = (import(name), json(name));
    for (metric, field) in [(metric::USER_TIME, "user"), (metric::SYSTEM_TIME, "system")] {
        let summary = stated(&imported.workloads[0], &metric);
        agrees(summary.mean.unwrap(), theirs["results"][0][field].as_f64().unwrap() * 1e9);
        assert_eq!((summary.n, summary.median, summary.std_dev), (Some(12), None, None));
    }
}

#[test]
fn one_run_of_hyperfine_has_no_standard_deviation() {
    let imported = import("hyperfine/one-run-1.20.json");
    assert_eq!(raw(&imported.workloads[0], &metric::WALL_TIME).len(), 1);
    assert_eq!(imported.workloads[0].warnings, []);
}

#[test]
fn hyperfine_before_1_19_records_no_memory() {
    let imported = import("hyperfine/no-memory-1.15.json");
    assert!(imported.workloads[0].measurement(&metric::RSS_PEAK).is_none());
    assert_eq!(raw(&imported.workloads[0], &metric::WALL_TIME).len(), 3);
}

#[test]
fn failing_runs_and_times_of_zero_are_told() {
    let imported = import("hyperfine/failures-1.20.json");
    let warnings = &named(&imported, "sometimes fails").warnings;
    let texts: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "2 of 4 runs failed (exit code 1); their times are counted with the others",
            "wall_time: 2 of 4 values are 0: below what the tool can tell",
        ]
    );
}

#[test]
fn every_metric_of_hyperfine_2_is_that_of_a_process() {
    let name = "hyperfine/parameters-2.0.json";
    let (imported, theirs) = (import(name), json(name));
    for (workload, theirs) in imported.workloads.iter().zip(theirs["results"].as_array().unwrap()) {
        for (metric, field, factor) in [
            (metric::WALL_TIME, "time_wall_clock", 1e9),
            (metric::CPU_TIME, "time_cpu", 1e9),
            (metric::USER_TIME, "time_user", 1e9),
            (metric::SYSTEM_TIME, "time_system", 1e9),
            (metric::RSS_PEAK, "memory_peak_resident", 1.0),
        ] {
            statistics_agree(raw(workload, &metric), &theirs["summary"][field], factor);
            assert_eq!(of(workload, &metric), Of::Process);
        }
        assert_eq!(workload.measurements[0].metric, metric::WALL_TIME);
        assert_eq!(workload.warnings, []);
    }
    assert_eq!(imported.workloads[1].parameters, [pair("n", "0.002")]);
}

#[test]
fn a_command_that_was_killed_under_hyperfine_2_is_told() {
    let imported = import("hyperfine/failures-2.0.json");
    assert_eq!(
        imported.workloads[0].warnings[0].to_string(),
        "2 of 2 runs failed (exit code 137); their times are counted with the others"
    );
}

#[test]
fn a_summary_that_its_own_values_do_not_give_is_told() {
    let text = std::fs::read_to_string(path("hyperfine/no-memory-1.15.json")).unwrap();
    let edited = text.replace("\"mean\": 0.0042", "\"mean\": 0.0032");
    let imported = read_as(FileFormat::Hyperfine, "edited.json", edited.as_bytes()).unwrap();
    assert!(matches!(
        imported.workloads[0].warnings[..],
        [Warning::SummaryDisagrees { statistic: Statistic::Mean, .. }]
    ));
    assert!(imported.workloads[0].warnings[0].to_string().contains("it was edited, merged or cut"));
}
