//! Ctrl-C at any time leaves a whole run of what was measured, and no process behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use perfaudit_result::{StageName, StageState, WorkloadState};

use crate::support::{Audited, MANIFEST, Outcome, Project, fake_bench};

/// Waits until a file is there. Guards against waiting for ever, nothing else.
pub(crate) fn wait_for(found: impl Fn() -> bool) {
    let started = Instant::now();
    while !found() {
        assert!(started.elapsed() < Duration::from_secs(120), "what was waited for did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn interrupt(child: &Child) {
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
    let commands: Vec<_> =
        audited.result.next_actions.iter().filter_map(|next| next.command.as_deref()).collect();
    assert!(commands.contains(&"perfaudit audit --resume --mode standard"), "{commands:?}");
}

#[test]
fn an_interrupt_while_a_build_is_timed_leaves_nothing_of_it() {
    let script = "fn main() {\n    std::fs::write(std::env::var(\"STARTED\").unwrap(), \"\").unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(1000));\n}\n";
    let project = Project::small()
        .without("benches/first.rs")
        .file("Cargo.toml", MANIFEST)
        .file("build.rs", script)
        .file("perfaudit.toml", "[[slo]]\nmetric = \"build.clean\"\nlimit = \"1 h\"\n");
    let started = project.home().join("started");
    project.write(".cargo/config.toml", &format!("[env]\nSTARTED = \"{}\"\n", started.display()));
    let audited = interrupted(&project, |_| started.exists());
    assert_eq!(audited.code(), 3);
    assert_eq!(audited.rows(), [("build/clean", WorkloadState::NotRun)]);
    assert!(!project.root().join("target/perfaudit/delivery").exists());
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
