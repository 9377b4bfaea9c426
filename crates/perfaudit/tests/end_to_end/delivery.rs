//! Objectives on builds, tests, sizes and LLVM IR, through the command line.

use perfaudit_result::{MetricName, RecordedVerdict, SloStatus, StageName, WorkloadState};

use crate::support::{Audited, MANIFEST, Project};

const LOCKFILE: &str = "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n";

/// A package with a library, a program and a test, and no benchmark.
fn program() -> Project {
    Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", LOCKFILE)
        .file(
            "src/lib.rs",
            "//! ```\n//! assert!(small::answer() == 42);\n//! ```\n/// 42.\npub fn answer() -> u32 { 42 }\n",
        )
        .file("src/main.rs", "fn main() { println!(\"{}\", small::answer()); }\n")
        .file("tests/sound.rs", "#[test]\nfn holds() { assert_eq!(small::answer(), 42); }\n")
}

fn slo(metric: &str, limit: &str) -> String {
    format!("[[slo]]\nmetric = \"{metric}\"\nlimit = \"{limit}\"\n")
}

fn status(audited: &Audited, metric: &MetricName) -> (SloStatus, String) {
    let slos: Vec<_> = audited.result.slos.iter().filter(|slo| slo.metric == *metric).collect();
    assert_eq!(slos.len(), 1, "{slos:#?}");
    (slos[0].status, slos[0].reason.clone())
}

fn stages(audited: &Audited) -> Vec<StageName> {
    audited.result.run.stages.iter().map(|stage| stage.name).collect()
}

/// What only measuring needed is gone: target directories, and the copy.
fn nothing_is_left(project: &Project) {
    assert!(!project.root().join("target/perfaudit/delivery").exists());
    assert!(!project.root().join("target/perfaudit/ir").exists());
    let edited = walkdir::WalkDir::new(project.home().join("cache")).into_iter().filter_map(Result::ok);
    assert_eq!(edited.filter(|entry| entry.file_name() == "edited").count(), 0);
}

#[test]
fn builds_tests_and_sizes_are_measured_where_objectives_name_them() {
    let all = slo("build.clean", "1 h")
        + &slo("build.incremental", "1 h")
        + &slo("test_suite.time", "1 h")
        + &slo("binary.size", "1 GB")
        + &slo("ir.lines", "1 M lines");
    let project = program().file("perfaudit.toml", &all);
    let audited = project.audit(&["--mode", "quick", "--budget", "1h"]);
    assert_eq!(audited.code(), 0, "{}", audited.outcome.stdout);
    let rows = [
        ("build/clean", WorkloadState::Measured),
        ("build/incremental/small", WorkloadState::Measured),
        ("tests/all", WorkloadState::Measured),
        ("binary/small/small", WorkloadState::Measured),
        ("ir/small", WorkloadState::Measured),
    ];
    assert_eq!(audited.rows(), rows);
    for (metric, n) in [
        (MetricName::BUILD_CLEAN, 1),
        (MetricName::BUILD_INCREMENTAL, 3),
        (MetricName::TEST_SUITE_TIME, 1),
        (MetricName::BINARY_SIZE, 1),
        (MetricName::IR_LINES, 1),
    ] {
        let (status, reason) = status(&audited, &metric);
        assert_eq!(status, SloStatus::Ok, "{}: {reason}", metric.0);
        let row = audited.result.workloads.iter().find_map(|row| row.metric(&metric)).unwrap();
        assert_eq!(row.figure.n, n, "{}", metric.0);
        for report in ["report.html", "report.md"] {
            assert!(audited.file(report).contains(&*metric.0), "{report}: {}", metric.0);
        }
        assert!(audited.outcome.stdout.contains(&*metric.0), "{}", metric.0);
    }
    let clean = &audited.row("build/clean").metric(&MetricName::BUILD_CLEAN).unwrap().figure;
    assert!(clean.reason().unwrap().contains("a single run has no spread"), "{clean:?}");
    assert!(status(&audited, &MetricName::BUILD_CLEAN).1.contains("every single observation"));
    assert!(audited.row("build/clean").metric(&MetricName::RSS_PEAK).is_some());
    assert_eq!(
        stages(&audited)[4..9],
        [
            StageName::CleanBuild,
            StageName::IncrementalBuild,
            StageName::TestSuite,
            StageName::BinarySize,
            StageName::Ir
        ]
    );
    let commands: Vec<String> = audited.result.reproduce.iter().map(|step| step.argv.join(" ")).collect();
    assert!(commands.iter().any(|line| line.contains("test --target-dir")), "{commands:#?}");
    nothing_is_left(&project);
}

#[test]
fn the_size_of_a_binary_is_that_of_the_file_that_cargo_makes() {
    let project = program().file("perfaudit.toml", &slo("binary.size", "1 kB"));
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 1);
    assert_eq!(status(&audited, &MetricName::BINARY_SIZE).0, SloStatus::Critical);
    let file = project.root().join("target/perfaudit/build/release/small");
    let figure = &audited.row("binary/small/small").metric(&MetricName::BINARY_SIZE).unwrap().figure;
    assert_eq!(figure.value(), Some(std::fs::metadata(file).unwrap().len() as f64));
    let interval = figure.interval().unwrap();
    assert_eq!(interval.lower().to_bits(), interval.upper().to_bits());
}

#[test]
fn a_build_after_a_change_really_compiles_the_package_and_what_depends_on_it() {
    let project = program().file("perfaudit.toml", &slo("build.incremental", "1 h"));
    let log = project.home().join("compiled");
    let wrapper = project.home().join("wrapper");
    let script = format!("#!/bin/sh\necho \"$*\" >> \"{}\"\nexec \"$@\"\n", log.display());
    std::fs::write(&wrapper, script).unwrap();
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let invocation = project.perfaudit().env("RUSTC_WRAPPER", &wrapper);
    let audited = project.audit_with(invocation, &["--mode", "quick", "--budget", "1h"]);
    assert_eq!(audited.code(), 0, "{}", audited.outcome.stdout);
    let compiled = std::fs::read_to_string(&log).unwrap();
    let roots =
        |root: &str| compiled.lines().filter(|line| line.contains(root) && line.contains("--emit")).count();
    // Once before any change, once to warm up, and three timed ones.
    assert_eq!((roots("src/lib.rs"), roots("src/main.rs")), (5, 5), "{compiled}");
}

#[test]
fn a_missed_objective_is_told_although_there_is_a_single_run() {
    let project = program().file("perfaudit.toml", &slo("build.clean", "1 us"));
    let audited = project.audit(&["--mode", "quick"]);
    assert_eq!(audited.code(), 1, "{}", audited.outcome.stdout);
    let (status, reason) = status(&audited, &MetricName::BUILD_CLEAN);
    assert_eq!(status, SloStatus::Critical);
    assert!(reason.contains("every single observation exceeds"), "{reason}");
}

#[test]
fn the_time_of_failing_tests_keeps_no_promise() {
    let failing = "#[test]\nfn holds_not() { assert_eq!(small::answer(), 43); }\n";
    let project =
        program().file("tests/sound.rs", failing).file("perfaudit.toml", &slo("test_suite.time", "1 h"));
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 4, "{}", audited.outcome.stdout);
    let (state, message) = audited.told("tests/all");
    assert_eq!(state, WorkloadState::Failed);
    assert!(message.contains("1 of its tests failed") && message.contains("holds_not"), "{message}");
    let (status, reason) = status(&audited, &MetricName::TEST_SUITE_TIME);
    assert_eq!(status, SloStatus::NotMeasured);
    assert!(reason.contains("the workload was not measured: failed"), "{reason}");
}

#[test]
fn a_build_that_fails_is_a_row_for_each_objective() {
    let all = slo("build.clean", "1 h")
        + &slo("build.incremental", "1 h")
        + &slo("test_suite.time", "1 h")
        + &slo("binary.size", "1 GB")
        + &slo("ir.lines", "1 M lines");
    let project = program().file("src/main.rs", "fn main() { nothing() }\n").file("perfaudit.toml", &all);
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 4, "{}", audited.outcome.stdout);
    for (id, state) in audited.rows() {
        assert_eq!(state, WorkloadState::BuildFailed, "{id}");
        assert!(audited.told(id).1.contains("nothing"), "{id}: {}", audited.told(id).1);
    }
    assert_eq!(audited.rows().len(), 5);
    assert!(audited.result.slos.iter().all(|slo| slo.status == SloStatus::NotMeasured));
    nothing_is_left(&project);
}

#[test]
fn without_such_objectives_nothing_of_it_is_built() {
    let project = program();
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), []);
    assert!(!stages(&audited).contains(&StageName::CleanBuild));
    assert!(!project.root().join("target/perfaudit/build").exists());
}

#[test]
fn a_spent_budget_leaves_them_out_with_the_remedy_and_a_dry_run_lists_them() {
    // The build before the first change takes longer than the budget.
    let project = program()
        .file("build.rs", "fn main() { std::thread::sleep(std::time::Duration::from_secs(2)); }\n")
        .file("perfaudit.toml", &slo("build.incremental", "1 h"));
    let audited = project.audit(&["--budget", "1s"]);
    assert_eq!(audited.code(), 3, "{}", audited.outcome.stdout);
    assert_eq!(audited.told("build/incremental/small").0, WorkloadState::NotRun);
    let (status, reason) = status(&audited, &MetricName::BUILD_INCREMENTAL);
    assert_eq!(status, SloStatus::NotMeasured);
    assert!(reason.contains("raise it with `--budget`"), "{reason}");
    let dry = project.perfaudit().args(["audit", "--dry-run", "--offline"]).run();
    assert!(dry.stdout.contains("objectives name build/incremental/small: 6 times each"), "{}", dry.stdout);
}

#[test]
fn one_target_of_the_suite_is_measured_alone_where_an_objective_names_it() {
    let named = slo("test_suite.time", "1 h").replace("limit", "workload = \"tests/small/test/*\"\nlimit");
    let project = program().file("perfaudit.toml", &named);
    let audited = project.audit(&["--mode", "quick"]);
    assert_eq!(audited.rows(), [("tests/small/test/sound", WorkloadState::Measured)]);
    assert_eq!(audited.code(), 0, "{}", audited.outcome.stdout);
}

#[test]
fn lines_of_llvm_ir_are_the_same_each_time_and_a_baseline_tells_what_came() {
    let all = slo("binary.size", "1 GB") + &slo("ir.lines", "1 lines") + &slo("ir.copies", "1 copies");
    let project = program().file("perfaudit.toml", &all);
    let store = project.home().join("store").to_string_lossy().into_owned();
    let first = project.audit(&["--store", &store, "--save-baseline", "main"]);
    assert_eq!(first.code(), 1, "{}", first.outcome.stdout);
    for metric in [MetricName::IR_LINES, MetricName::IR_COPIES] {
        assert_eq!(status(&first, &metric).0, SloStatus::Critical);
    }
    let count = |audited: &Audited, metric: MetricName| {
        let figure = &audited.row("ir/small").metric(&metric).expect("it was counted").figure;
        assert!(figure.interval().is_some_and(|ci| ci.lower() >= ci.upper()), "{figure:?}");
        figure.value().expect("it was counted")
    };
    let again = project.audit(&["--store", &store, "--baseline", "main"]);
    for metric in [MetricName::IR_LINES, MetricName::IR_COPIES] {
        assert_eq!(count(&again, metric.clone()).to_bits(), count(&first, metric).to_bits());
    }
    let verdicts = |audited: &Audited| {
        let rows = &audited.result.comparison.as_ref().expect("there is a baseline").workloads;
        rows.iter().map(|row| (row.metric.0.to_string(), row.verdict)).collect::<Vec<_>>()
    };
    assert!(verdicts(&again).iter().all(|(_, verdict)| *verdict == RecordedVerdict::NotDistinguished));
    project.write(
        "src/main.rs",
        "fn main() { println!(\"{} {:?}\", small::answer(), std::env::args().collect::<Vec<_>>()); }\n",
    );
    let grown = project.audit(&["--store", &store, "--baseline", "main"]);
    let verdicts = verdicts(&grown);
    for metric in ["binary.size", "ir.lines", "ir.copies"] {
        assert!(verdicts.contains(&(metric.to_owned(), RecordedVerdict::Worse)), "{metric}: {verdicts:?}");
    }
    assert!(grown.outcome.stdout.contains("worse: ir/small: ir.lines"), "{}", grown.outcome.stdout);
}
