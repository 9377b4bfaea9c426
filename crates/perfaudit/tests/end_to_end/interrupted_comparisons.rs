//! Ctrl-C in each phase of a comparison that comes after its pairs or before its first: what is known is told, and nothing
//! is left behind. The other phases are in `comparisons.rs` and `compared_trees.rs`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use perfaudit_result::PairedVerdict;

use crate::comparisons::{commit, comparison, no_source_is_left, repository, stating};
use crate::interruption::{interrupt, wait_for};
use crate::support::{Audited, Outcome, Project};

/// Hangs where something is loaded in front of it, as counters are; pairs have nothing of that kind.
const PROGRAM: &str = "case \"$LD_PRELOAD\" in ?*) : > started; exec sleep 1000;; esac\nexec sleep \"$1\"\n";

/// Compares two commands, interrupts once their counting has begun, and reads what is left.
fn interrupted_while_counting(skip: &str, more: &[&str]) -> Audited {
    let project = Project::empty().file("program.sh", PROGRAM);
    let (started, out) = (project.root().join("started"), project.home().join("run"));
    let sides = ["cmd:sh program.sh 0", "cmd:sh program.sh 0.1"];
    let arguments = ["compare", sides[0], sides[1], "--seed", "1", "--mode", "quick", "--out"];
    let invocation = project.perfaudit().env("PERFAUDIT_SKIP", skip).args(arguments).args([&out]).args(more);
    let child = invocation.piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let audited = Audited::read(outcome, &out);
    assert!(audited.result.run.interrupted);
    assert_eq!(comparison(&audited).rows[0].verdict, PairedVerdict::Worse);
    project.nothing_survives();
    audited
}

fn is_told(audited: &Audited, what: &str) -> bool {
    let remarks = &comparison(audited).rows[0].remarks;
    remarks.iter().any(|said| said.starts_with(what) && said.contains("interrupted"))
}

#[test]
fn an_interrupt_while_allocations_are_counted_keeps_the_verdict() {
    let audited = interrupted_while_counting("cpu,source", &[]);
    assert!(is_told(&audited, "allocations were not counted: "), "{:#?}", comparison(&audited).rows);
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that was not made has to say so")]
fn an_interrupt_while_instructions_are_counted_keeps_the_verdict() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("not tested: there is no valgrind");
        return;
    }
    let audited = interrupted_while_counting("cpu,heap,source", &["--witness", "callgrind"]);
    assert!(is_told(&audited, "instructions were not counted: "), "{:#?}", comparison(&audited).rows);
}

#[test]
fn an_interrupt_while_the_noise_floor_is_measured_ends_it_there() {
    let project = Project::empty();
    let out = project.home().join("run");
    let arguments =
        ["compare", "cmd:sleep 0.1", "cmd:sleep 0.2", "--noise-floor", "fresh", "--seed", "1", "--out"];
    let child = project.perfaudit().args(arguments).args([&out]).piped().spawn().expect("it can be started");
    wait_for(|| project.is_running("--perfaudit-noise-kernel"));
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let audited = Audited::read(outcome, &out);
    assert!(audited.result.run.interrupted);
    assert_eq!(audited.result.host.noise_floor, None);
    let rows = &comparison(&audited).rows;
    assert_eq!((rows[0].verdict, rows[0].pairs), (PairedVerdict::NotMeasured, 0), "{rows:#?}");
    project.nothing_survives();
}

#[test]
fn an_interrupt_while_layouts_are_linked_leaves_nothing() {
    let project = repository(&[("sound", 1000)]);
    let (started, linker): (PathBuf, PathBuf) =
        (project.home().join("started"), project.home().join("linker.sh"));
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *shuffle-sections*) : > '{}'; exec sleep 1000;; esac\nexec cc \"$@\"\n",
        started.display()
    );
    fs::write(&linker, script).expect("it can be written");
    let executable = Command::new("chmod").arg("+x").arg(&linker).status();
    assert!(executable.is_ok_and(|status| status.success()));
    project
        .write(".cargo/config.toml", &format!("[build]\nrustflags = [\"-Clinker={}\"]\n", linker.display()));
    commit(&project);
    project.write("benches/first.rs", &stating(&[("sound", 1100)]));
    let before = project.tree();
    let arguments = ["compare", "--offline", "--mode", "quick", "--layouts", "2"];
    let child = project.perfaudit().args(arguments).piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("interrupted while the sides were built"), "{}", outcome.stderr);
    assert_eq!(project.tree(), before);
    no_source_is_left(&project);
    project.nothing_survives();
}
