//! Whole commands as workloads, from the configuration and from the command line.

use perfaudit_result::{MetricName, Of, SloStatus, Trust, Unit, WorkloadKind, WorkloadState};

use crate::support::{MANIFEST, Project};

fn project(config: &str) -> Project {
    Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n")
        .file("src/lib.rs", "")
        .file("perfaudit.toml", config)
}

#[test]
fn a_command_with_parameters_is_a_row_for_each_value() {
    let project = project(
        "[[command]]\nname = \"count\"\nrun = \"seq {n}\"\nparameters = { n = [10, 1000, 100000] }\nruns = 6\n",
    );
    let audited = project.audit(&["--mode", "quick"]);
    let ids: Vec<&str> = audited.rows().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["command/count/10", "command/count/1000", "command/count/100000"]);
    for row in &audited.result.workloads {
        assert_eq!(
            (row.kind, row.state),
            (WorkloadKind::Command, WorkloadState::Measured),
            "{:?}",
            row.message
        );
        let median = &row.metric(&MetricName::WALL_TIME_P50).unwrap().figure;
        assert_eq!((median.of, median.n), (Of::Process, 6));
        for name in [MetricName::CPU_USER, MetricName::CPU_SYSTEM, MetricName::PAGE_FAULTS_MINOR] {
            assert!(row.metric(&name).is_some(), "{}: {}", row.id, name.0);
        }
    }
    assert_eq!(audited.result.groups[0].axes[0].numeric.as_deref(), Some(&[10.0, 1000.0, 100_000.0][..]));
    assert_eq!(audited.code(), 0);
}

#[test]
fn peak_memory_is_the_programs_own() {
    // Fills a buffer of 64 MiB from /dev/zero, whose size `dd` does not get around.
    let project = project(
        "[[command]]\nname = \"fill\"\nrun = [\"dd\", \"if=/dev/zero\", \"of=/dev/null\", \"bs=64M\", \"count=1\", \"status=none\"]\nruns = 6\n\n\
         [[slo]]\nmetric = \"rss.peak\"\nworkload = \"command/*\"\nlimit = \"200 MB\"\n",
    );
    let audited = project.audit(&["--mode", "quick"]);
    let peak = &audited.row("command/fill").metric(&MetricName::RSS_PEAK).unwrap().figure;
    let megabytes = peak.value().unwrap() / 1e6;
    assert!((67.0..80.0).contains(&megabytes), "{megabytes} MB");
    assert_eq!(audited.result.slos[0].status, SloStatus::Ok, "{}", audited.result.slos[0].reason);
}

#[test]
fn an_upper_bound_of_peak_memory_keeps_an_objective_that_it_does_not_exceed() {
    // What starts commands occupies some megabytes itself, and less than that cannot be told.
    let project = project(
        "[[command]]\nname = \"tiny\"\nrun = [\"true\"]\nruns = 6\n\n\
         [[slo]]\nmetric = \"rss.peak\"\nworkload = \"command/*\"\nlimit = \"500 MB\"\n\n\
         [[slo]]\nmetric = \"rss.peak\"\nworkload = \"command/*\"\nlimit = \"1 kB\"\n",
    );
    let audited = project.audit(&["--mode", "quick"]);
    let [kept, exceeded] = &audited.result.slos[..] else { panic!("two objectives") };
    assert_eq!(kept.status, SloStatus::Ok, "{}", kept.reason);
    assert_eq!(exceeded.status, SloStatus::NotMeasured, "{}", exceeded.reason);
    assert!(audited.file("report.md").contains("at most "), "{}", audited.file("report.md"));
    assert_eq!(audited.code(), 3);
}

#[test]
fn a_command_that_fails_says_how_and_the_others_are_measured() {
    let project = project(
        "[[command]]\nname = \"fails\"\nrun = \"echo oops >&2; exit 3\"\n\n[[command]]\nname = \"tolerated\"\nrun = \"exit 3\"\nexit-codes = [3]\nruns = 3\n",
    );
    let audited = project.audit(&["--mode", "quick"]);
    assert_eq!(audited.code(), 4);
    let (state, message) = audited.told("command/fails");
    assert_eq!(state, WorkloadState::Failed);
    assert!(message.contains("exit code 3") && message.contains("oops"), "{message}");
    assert_eq!(audited.told("command/tolerated").0, WorkloadState::Measured);
}

#[test]
fn a_command_behind_two_dashes_needs_no_project() {
    let folder = Project::empty();
    let outcome = folder
        .perfaudit()
        .args(["bench", "--mode", "quick", "--format", "json", "--", "sh", "-c", "exit 0"])
        .run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result = perfaudit_result::from_json(&outcome.stdout).unwrap();
    assert_eq!(result.workloads[0].id.0, "command/sh -c exit 0");
    assert_eq!(result.project.language, perfaudit_result::Language::None);
    let run = folder.root().join(".perfaudit/runs/latest");
    for file in ["result.json", "report.html", "findings.sarif"] {
        assert!(run.join(file).is_file(), "{file}");
    }
    folder.nothing_survives();
}

#[test]
fn a_command_behind_two_dashes_leaves_the_benchmarks_of_the_project_alone() {
    let project = Project::small();
    let out = project.home().join("run").to_string_lossy().into_owned();
    let arguments = ["bench", "--mode", "quick", "--out", &out, "--format", "json", "--", "true"];
    let outcome = project.perfaudit().args(arguments).run();
    let result = perfaudit_result::from_json(&outcome.stdout).unwrap();
    assert_eq!(result.workloads.iter().map(|row| row.id.0.as_str()).collect::<Vec<_>>(), ["command/true"]);
    assert_eq!(result.project.name, "small");
    assert!(!project.root().join("target/perfaudit/build").exists());
}

#[test]
fn a_program_that_does_not_exist_is_a_failed_row() {
    let folder = Project::empty();
    let outcome = folder.perfaudit().args(["bench", "--", "no-such-program"]).run();
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("no-such-program"), "{}", outcome.stdout);
}

fn captured(file: &str) -> String {
    format!("{}/../../testdata/import/{file}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn what_other_tools_measured_becomes_rows_without_running_anything() {
    let folder = Project::empty();
    for (file, tool, of) in [
        ("hyperfine/parameters-1.20.json", "hyperfine", Of::Process),
        ("google-benchmark/repetitions.json", "google-benchmark", Of::BatchMean),
        ("pyperf/functions.json", "pyperf", Of::ProcessMedian),
        ("pytest-benchmark/data.json", "pytest-benchmark", Of::Call),
        ("go/counts.txt", "go test", Of::BatchMean),
        ("criterion", "Criterion", Of::BatchMean),
    ] {
        let out = folder.home().join("runs").join(tool).to_string_lossy().into_owned();
        let arguments = ["bench", "--import", &captured(file), "--out", &out, "--format", "json"];
        let outcome = folder.perfaudit().args(arguments).run();
        assert_eq!(outcome.code, Some(0), "{file}: {}", outcome.stderr);
        let result = perfaudit_result::from_json(&outcome.stdout).unwrap();
        assert!(
            result.workloads.iter().all(|row| row.kind == WorkloadKind::Imported && row.package == tool),
            "{file}"
        );
        let has = |row: &perfaudit_result::Workload| {
            row.metric(&MetricName::WALL_TIME_P50).is_some_and(|metric| metric.figure.of == of)
        };
        assert!(result.workloads.iter().any(has), "{file}");
        assert_eq!(result.limits[0].code, "measured-elsewhere", "{file}");
        assert_eq!(result.findings, [], "{file}");
    }
}

#[test]
fn a_file_of_no_known_tool_is_refused_with_what_is_known() {
    let folder = Project::empty().file("results.json", "{\"hello\": [1]}");
    let outcome = folder.perfaudit().args(["bench", "--import", "results.json"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    for part in ["results.json", "hyperfine"] {
        assert!(outcome.stderr.contains(part), "{part:?} is not in {}", outcome.stderr);
    }
}

/// A figure of the first row of a file, as `--import` shows it.
fn imported_figures(file: &str) -> Vec<(String, perfaudit_result::Figure)> {
    let folder = Project::empty();
    let outcome = folder.perfaudit().args(["bench", "--import", &captured(file), "--format", "json"]).run();
    assert_eq!(outcome.code, Some(0), "{file}: {}", outcome.stderr);
    let result = perfaudit_result::from_json(&outcome.stdout).expect("it is a result");
    let metrics = result.workloads.into_iter().flat_map(|row| row.metrics);
    metrics.map(|metric| (metric.name.0.into_owned(), metric.figure)).collect()
}

#[test]
fn memory_cpu_time_throughput_and_counters_of_other_tools_are_figures_too() {
    for (file, name, unit, has_value_alone) in [
        ("hyperfine/parameters-1.20.json", "cpu.user.mean", Unit::Nanoseconds, true),
        ("hyperfine/parameters-1.20.json", "rss.peak", Unit::Bytes, false),
        ("hyperfine/parameters-2.0.json", "cpu.user", Unit::Nanoseconds, false),
        ("google-benchmark/repetitions.json", "cpu.time", Unit::Nanoseconds, false),
        ("google-benchmark/repetitions.json", "throughput", Unit::BytesPerSecond, false),
        ("pytest-benchmark/process-time.json", "cpu.time", Unit::Nanoseconds, false),
        ("go/counts.txt", "alloc.bytes", Unit::Bytes, false),
    ] {
        let figures = imported_figures(file);
        let Some((_, figure)) = figures.iter().find(|(known, _)| known == name) else {
            let names: Vec<_> = figures.iter().map(|(name, _)| name).collect();
            panic!("{name} of {file} is not among {names:?}");
        };
        assert_eq!(figure.unit, unit, "{name} of {file}");
        assert!(figure.value().is_some() && figure.n > 0, "{name} of {file}: {figure:?}");
        if has_value_alone {
            assert_eq!(figure.reason(), Some("the file holds no raw values"), "{name} of {file}");
        }
    }
}

#[test]
fn a_counter_that_the_author_named_keeps_its_name_and_says_what_is_not_recorded() {
    let figures = imported_figures("google-benchmark/repetitions.json");
    let (name, figure) = figures.iter().find(|(name, _)| name.starts_with("custom.")).expect("it is there");
    assert_eq!(figure.unit, Unit::Unknown, "{name}");
    assert!(figure.method.0.contains("which way is better is not recorded"), "{name}: {figure:?}");
}

#[test]
fn several_command_lines_are_compared_with_the_reference_or_the_fastest() {
    let folder = Project::empty();
    let relative = |arguments: &[&str]| -> Vec<(String, Option<f64>)> {
        let all = ["bench", "--mode", "quick", "--format", "json"].iter().chain(arguments);
        let outcome = folder.perfaudit().args(all).run();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let result = perfaudit_result::from_json(&outcome.stdout).expect("it is a result");
        let ratio = |row: &perfaudit_result::Workload| {
            let figure = &row.metric(&MetricName::WALL_TIME_RELATIVE)?.figure;
            assert!(figure.unit == Unit::Ratio && figure.interval().is_some(), "{figure:?}");
            figure.value()
        };
        result.workloads.iter().map(|row| (row.title.clone(), ratio(row))).collect()
    };
    let found = relative(&["--command", "sleep 0.05", "--command", "sleep 0.02"]);
    assert!(
        matches!(&found[..], [(slow, Some(ratio)), (_, None)] if slow == "sleep 0.05" && *ratio > 1.0),
        "{found:?}"
    );
    let found =
        relative(&["--reference", "sleep 0.05", "--command", "sleep 0.02", "--command", "sleep 0.02"]);
    let titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(titles, ["sleep 0.05", "sleep 0.02", "sleep 0.02 (2)"]);
    assert!(
        found[0].1.is_none() && found[1..].iter().all(|(_, ratio)| ratio.is_some_and(|ratio| ratio < 1.0))
    );
}

#[test]
fn what_is_done_around_runs_is_done_around_those_that_are_looked_into() {
    let project = project("").file("said.txt", "hello");
    let log = project.home().join("log");
    // A run fails unless it was prepared just before, and its input is there.
    let config = format!(
        "[[command]]\nname = \"stepped\"\nruns = 6\nwarmup = 0\ninput = \"said.txt\"\n\
         setup = \"mkdir work && echo setup >> {log}\"\n\
         prepare = \"touch work/token && echo prepare >> {log}\"\n\
         run = \"rm work/token && grep -q hello && seq 3000000 | tail -n 1\"\n\
         cleanup = \"rm -r work && echo cleanup >> {log}\"\n",
        log = log.display()
    );
    project.write("perfaudit.toml", &config);
    let audited = project.audit(&["--mode", "quick", "--only", "cpu", "--only", "heap"]);
    let profile = &audited.result.cpu.as_ref().unwrap().workloads[0];
    assert_ne!(profile.trust, Trust::NotProfiled, "{:?}", profile.remarks);
    assert!(profile.sampler.as_ref().unwrap().samples > 0);
    let heap = &audited.result.heap.as_ref().unwrap().workloads[0];
    assert!(!heap.remarks.iter().any(|remark| remark.contains("steps")), "{:?}", heap.remarks);
    assert!(heap.totals.count > 0, "{heap:?}");
    let steps = std::fs::read_to_string(&log).unwrap();
    let count = |step: &str| steps.lines().filter(|line| *line == step).count();
    // Measured, profiled and counted.
    assert_eq!((count("setup"), count("cleanup")), (3, 3), "{steps}");
    assert!(count("prepare") > 6 + 1, "{steps}");
}
