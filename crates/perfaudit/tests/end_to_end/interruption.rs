//! Ctrl-C at any time leaves a whole run of what was measured, and no process behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use perfaudit_result::{StageName, StageState, WorkloadState};

use crate::support::{Audited, Outcome, Project, fake_bench};

/// Waits until a file is there. Guards against waiting for ever, nothing else.
fn wait_for(found: impl Fn() -> bool) {
    let started = Instant::now();
    while !found() {
        assert!(started.elapsed() < Duration::from_secs(120), "what was waited for did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn interrupt(child: &Child) {
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill can be started").success());
}

/// Audits in the background until `reached`, interrupts, and reads what is left.
fn interrupted(project: &Project, reached: impl Fn(&Path) -> bool) -> Audited {
    let out: PathBuf = project.home().join("run");
    let before = project.tree();
    let arguments = ["audit", "--offline", "--verbose", "--seed", "1", "--out"];
    let child = project.perfaudit().args(arguments).args([&out]).piped().spawn().expect("it can be started");
    wait_for(|| reached(&out));
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    let audited = Audited::read(outcome, &out);
    audited.check(&project.tree().changes_since(&before));
    project.nothing_survives();
    audited
}

#[test]
fn an_interrupt_while_measuring_keeps_what_was_measured() {
    // The order is that of the seed: whichever comes first, one of the two sound ones is measured before or never.
    let project = Project::small().file(
        "benches/first.rs",
        &fake_bench(
            "(\"sound\", Measurement::write_sound), (\"also sound\", Measurement::write_sound), (\"hangs\", |m| {
                std::fs::write(m.folder().join(\"started\"), \"\").unwrap();
                let _ = std::process::Command::new(\"setsid\").args([\"sleep\", \"1000\"]).spawn();
                std::thread::sleep(std::time::Duration::from_secs(1000));
            })",
        ),
    );
    let audited = interrupted(&project, |out| {
        walkdir::WalkDir::new(out)
            .into_iter()
            .filter_map(Result::ok)
            .any(|entry| entry.file_name() == "started")
    });
    assert_eq!(audited.code(), 3);
    assert!(audited.result.run.interrupted);
    assert_eq!(audited.told("small/first/hangs").0, WorkloadState::NotRun);
    for (id, state) in audited.rows() {
        assert!(matches!(state, WorkloadState::Measured | WorkloadState::NotRun), "{id}: {state:?}");
    }
    assert_eq!(audited.rows().len(), 3);
    let headline = &audited.result.verdict.headline;
    assert!(headline.ends_with("of 3 benchmarks measured: the run was interrupted"), "{headline}");
}

#[test]
fn an_interrupt_while_building_fails_no_benchmark() {
    let script = "fn main() {\n    std::fs::write(std::env::var(\"STARTED\").unwrap(), \"\").unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(1000));\n}\n";
    let project = Project::small().file("build.rs", script);
    let started = project.home().join("started");
    project.write(".cargo/config.toml", &format!("[env]\nSTARTED = \"{}\"\n", started.display()));
    let audited = interrupted(&project, |_| started.exists());
    assert_eq!(audited.code(), 3);
    assert_eq!(audited.rows(), [("small/first", WorkloadState::NotRun)]);
    let building = audited.result.run.stages.iter().find(|stage| stage.name == StageName::Build).unwrap();
    assert_eq!(building.state, StageState::Partial);
    assert_eq!(audited.result.findings, []);
}

/// What has to be the same in two runs: everything but samples, times and what follows from them.
fn shape(
    result: &perfaudit_result::AuditResult,
) -> Vec<(String, WorkloadState, Option<u32>, Option<String>)> {
    let row = |row: &perfaudit_result::Workload| {
        (row.id.0.clone(), row.state, row.order, row.binary_sha256.clone())
    };
    result.workloads.iter().map(row).collect()
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_in_everything_but_samples_and_times() {
    // The first process to find no mark leaves one and waits for the interrupt; later ones find it and go on.
    let once = "|m| {
        let mark = std::path::PathBuf::from(std::env::var(\"STARTED\").unwrap());
        if !mark.exists() {
            std::fs::write(&mark, \"\").unwrap();
            std::thread::sleep(std::time::Duration::from_secs(1000));
        }
        m.write_sound()
    }";
    let names = ["a", "b", "c", "d", "e"];
    let benchmarks: Vec<String> = names
        .iter()
        .map(|name| format!("(\"{name}\", {})", if *name == "c" { once } else { "Measurement::write_sound" }))
        .collect();
    let project = Project::small().file("benches/first.rs", &fake_bench(&benchmarks.join(", ")));
    let started = project.home().join("started");
    let call = |arguments: &[&str]| {
        let all = ["audit", "--offline"].into_iter().chain(arguments.iter().copied());
        project.perfaudit().env("STARTED", &started).args(all)
    };
    let read = || {
        let text = std::fs::read_to_string(project.runs().join("latest/result.json")).unwrap();
        perfaudit_result::from_json(&text).unwrap()
    };

    let child = call(&["--seed", "1"]).piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(3));
    let partial = read();
    assert!(partial.run.interrupted);

    let resumed = call(&["--resume"]).run();
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    let resumed = read();
    let whole = call(&["--seed", "1"]).run();
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    let whole = read();
    assert_eq!(shape(&resumed), shape(&whole));
    let paths = |result: &perfaudit_result::AuditResult| {
        result.artifacts.iter().map(|artifact| artifact.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&resumed), paths(&whole));
    // What had been measured was not measured again.
    for row in partial.workloads.iter().filter(|row| row.state == WorkloadState::Measured) {
        let taken_over = resumed.workloads.iter().find(|other| other.id == row.id).unwrap();
        assert_eq!(taken_over.duration_s, row.duration_s, "{}", row.id);
    }

    let nothing = call(&["--resume"]).run();
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("is complete: there is nothing to resume"), "{}", nothing.stderr);
    project.nothing_survives();
}
