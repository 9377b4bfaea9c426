//! Two sides against each other. What benchmarks measure is written by the benchmarks themselves, so that the truth is
//! known and no clock decides a test.

use std::fmt::Display;
use std::path::PathBuf;

use perfaudit_result::{Arm, ArmKind, PairedComparison, PairedRow, PairedVerdict};

use crate::interruption::{interrupt, wait_for};
use crate::support::{Audited, Invocation, Outcome, Project, bench_section, fake_bench};

/// A benchmark target with benchmarks that state these times, in nanoseconds: numbers, or expressions of type `u32`.
pub(crate) fn stating(times: &[(&str, impl Display)]) -> String {
    let benchmarks: Vec<String> =
        times.iter().map(|(name, ns)| format!("(\"{name}\", |m| m.write_sample(&sample({ns})))")).collect();
    let sample = "#[allow(dead_code)]\nfn sample(ns: u32) -> String {\n    let all = |n: u32| vec![n.to_string(); 20].join(\",\");\n    format!(r#\"{{\"sampling_mode\":\"Flat\",\"iters\":[{}],\"times\":[{}]}}\"#, all(10), all(10 * ns))\n}\n";
    format!("{}{sample}", fake_bench(&benchmarks.join(", ")))
}

/// A repository with one commit, in which the benchmark target `first` states these times.
pub(crate) fn repository(times: &[(&str, u32)]) -> Project {
    let project = Project::small().file("benches/first.rs", &stating(times)).under_git();
    commit(&project);
    project
}

pub(crate) fn commit(project: &Project) {
    project.git(&["add", "--all"]);
    project.git(&["commit", "--quiet", "--message", "change"]);
}

fn command(project: &Project, arguments: &[&str]) -> Outcome {
    let fixed = ["compare", "--offline", "--seed", "1", "--verbose", "--mode", "quick"];
    project.perfaudit().args(fixed).args(arguments).run()
}

/// Compares, and checks what holds for every comparison: the tree and the repository are what they were.
pub(crate) fn compare(project: &Project, arguments: &[&str]) -> Audited {
    let out: PathBuf = project.home().join("run");
    let (before, status) = (project.tree(), project.git(&["--no-optional-locks", "status", "--porcelain"]));
    let out_arguments = ["--out", out.to_str().expect("the path is UTF-8")];
    let outcome = command(project, &[&out_arguments, arguments].concat());
    let audited = Audited::read(outcome, &out);
    audited.check(&project.tree().changes_since(&before));
    assert_eq!(project.tree(), before);
    assert_eq!(project.git(&["--no-optional-locks", "status", "--porcelain"]), status);
    no_source_is_left(project);
    project.nothing_survives();
    audited
}

/// Neither side's source lies in the cache any more.
pub(crate) fn no_source_is_left(project: &Project) {
    let copies = project.home().join("cache/perfaudit/copies");
    let left: Vec<PathBuf> = walkdir::WalkDir::new(copies)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| ["tree", "seat"].iter().any(|name| entry.file_name() == *name))
        .map(walkdir::DirEntry::into_path)
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

pub(crate) fn comparison(audited: &Audited) -> &PairedComparison {
    audited.result.paired.as_ref().expect("two sides were compared")
}

pub(crate) fn row<'a>(audited: &'a Audited, id: &str) -> &'a PairedRow {
    let rows = &comparison(audited).rows;
    rows.iter().find(|row| row.id.0 == id).unwrap_or_else(|| panic!("{id} is none of {rows:?}"))
}

/// Whether the linker of this machine shuffles: one that does not is told, and nothing else keeps programs from being
/// linked again.
fn shuffles(before: &Arm, after: &Arm) -> bool {
    let remarks = [&before.remarks[..], &after.remarks].concat();
    let mut told = remarks.iter().filter(|said| said.contains("further layouts"));
    let Some(said) = told.next() else { return true };
    assert!(said.contains("shuffle-sections") || said.contains("the same program"), "{said}");
    false
}

#[test]
fn the_same_commit_on_both_sides_is_one_program_and_is_not_timed() {
    let project = repository(&[("sound", 100)]);
    let audited = compare(&project, &["HEAD", "main"]);
    assert_eq!(audited.code(), 0);
    let row = row(&audited, "small/first/sound");
    assert_eq!((row.verdict, row.pairs), (PairedVerdict::Identical, 0));
    let PairedComparison { before, after, .. } = comparison(&audited);
    assert_eq!(before.binaries[0].sha256, after.binaries[0].sha256);
    assert_eq!(before.commit, after.commit);
    assert!(audited.outcome.stdout.contains("both sides run the same program"), "{}", audited.outcome.stdout);
}

#[test]
fn what_is_known_to_change_is_called_a_change_and_what_is_not_is_not() {
    let project = repository(&[("slower", 1000), ("faster", 1000), ("steady", 1000)]);
    project.write("benches/first.rs", &stating(&[("slower", 1050), ("faster", 800), ("steady", 1000)]));
    commit(&project);
    let audited = compare(&project, &["HEAD~1", "HEAD"]);
    assert_eq!(audited.code(), 0);
    let truths = [
        ("slower", PairedVerdict::Worse, 0.05),
        ("faster", PairedVerdict::Better, -0.2),
        ("steady", PairedVerdict::Equivalent, 0.0),
    ];
    let PairedComparison { before, after, .. } = comparison(&audited);
    let is_shuffled = shuffles(before, after);
    for (name, verdict, truth) in truths {
        let row = row(&audited, &format!("small/first/{name}"));
        assert_eq!(row.verdict, verdict, "{name}");
        assert!((row.effect.value().unwrap() - truth).abs() < 1e-9, "{name}");
        let interval = row.effect.interval().unwrap();
        assert!(interval.lower() <= truth + 1e-9 && truth - 1e-9 <= interval.upper(), "{name}");
        // No look comes before the first one, and each pair has a layout of its own.
        let layouts = if is_shuffled { row.pairs } else { 1 };
        assert_eq!(row.layouts, layouts, "{name}: {:?}", row.remarks);
        assert_eq!(row.pairs, comparison(&audited).design.looks[0], "{name}");
    }
    assert!(audited.outcome.stdout.starts_with("HEAD against HEAD~1: 1 slower, 1 faster, 1 equivalent\n"));
    let report = audited.file("report.html");
    assert!(report.contains("<svg class=\"pairs\""));
    assert!(audited.file("report.md").contains("| slower |"));
}

#[test]
fn a_gate_refuses_what_became_slower() {
    let project = repository(&[("sound", 1000)]);
    project.write("benches/first.rs", &stating(&[("sound", 2200)]));
    commit(&project);
    assert_eq!(compare(&project, &["HEAD~1", "HEAD", "--gate"]).code(), 1);
}

#[test]
fn without_arguments_the_working_tree_is_compared_with_its_commit() {
    let project = repository(&[("sound", 1000)]);
    // What is not committed counts, whether git knows the file or not.
    project.write("src/lib.rs", "mod unknown_to_git;\n");
    project.write("src/unknown_to_git.rs", "");
    project.write("benches/first.rs", &stating(&[("sound", 2200)]));
    let audited = compare(&project, &[]);
    assert_eq!(row(&audited, "small/first/sound").verdict, PairedVerdict::Worse);
    let PairedComparison { before, after, .. } = comparison(&audited);
    assert_eq!((before.kind, before.dirty), (ArmKind::Revision, false));
    assert_eq!((after.kind, after.dirty), (ArmKind::WorkingTree, true));
    assert_eq!(before.commit, after.commit);
}

#[test]
fn what_one_side_alone_has_is_listed_and_what_one_side_cannot_build_is_told_with_its_reason() {
    let project = repository(&[("both", 1000), ("old", 1000)]);
    project.write("benches/first.rs", &stating(&[("both", 1000), ("new", 1000)]));
    project.write("benches/broken.rs", "fn main() { nowhere(); }\n");
    let manifest = std::fs::read_to_string(project.root().join("Cargo.toml")).unwrap();
    project.write("Cargo.toml", &format!("{manifest}{}", bench_section("broken")));
    let audited = compare(&project, &["HEAD", "work"]);
    assert_eq!(audited.code(), 4);
    let comparison = comparison(&audited);
    let names = |ids: &[perfaudit_result::WorkloadId]| ids.iter().map(|id| id.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&comparison.only_before), ["small/first/old"]);
    assert_eq!(names(&comparison.only_after), ["small/first/new"]);
    let broken = row(&audited, "small/broken");
    assert_eq!(broken.verdict, PairedVerdict::NotMeasured);
    let message = broken.message.as_deref().unwrap();
    assert!(message.starts_with("B: cannot be built:") && message.contains("nowhere"), "{message}");
    assert_eq!(row(&audited, "small/first/both").verdict, PairedVerdict::Equivalent);
}

#[test]
fn a_benchmark_that_fails_on_one_side_has_no_verdict() {
    let project = repository(&[("sound", 1000)]);
    project.write("benches/first.rs", &fake_bench("(\"sound\", |_| panic!(\"not today\"))"));
    let audited = compare(&project, &["HEAD", "work"]);
    assert_eq!(audited.code(), 4);
    let row = row(&audited, "small/first/sound");
    assert_eq!(row.verdict, PairedVerdict::NotMeasured);
    assert!(row.effect.value().is_none());
    let message = row.message.as_deref().unwrap();
    assert!(message.starts_with("B: exit code 101") && message.contains("not today"), "{message}");
}

#[test]
fn programs_can_be_linked_in_several_layouts() {
    let project = repository(&[("sound", 1000)]);
    project.write("benches/first.rs", &stating(&[("sound", 2200)]));
    let audited = compare(&project, &["HEAD", "work", "--layouts", "2"]);
    let row = row(&audited, "small/first/sound");
    assert_eq!(row.verdict, PairedVerdict::Worse);
    let PairedComparison { before, after, .. } = comparison(&audited);
    assert_eq!(row.layouts, if shuffles(before, after) { 2 } else { 1 });
}

#[test]
fn commands_take_turns_and_their_outputs_are_compared() {
    let project = Project::small();
    project.git(&["init", "--quiet"]);
    let audited = compare(&project, &["cmd:printf before", "cmd:printf after"]);
    let row = row(&audited, "command/printf after");
    assert!(row.pairs > 0);
    assert_eq!(row.same_output, Some(false));
    assert!(audited.outcome.stdout.contains("both sides print different things"));
}

#[test]
fn addresses_that_are_not_randomised_are_told() {
    let project = Project::empty();
    let commands = ["compare", "cmd:true", "cmd:sleep 0.1", "--mode", "quick", "--format", "json"];
    let codes = |invocation: Invocation| {
        let outcome = invocation.args(commands).run();
        let result = perfaudit_result::from_json(&outcome.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr));
        result.limits.into_iter().map(|limit| limit.code).collect::<Vec<_>>()
    };
    let fixed = project.mark(Invocation::wrapped(&["setarch", "-R"], project.home()));
    assert!(codes(fixed).contains(&"fixed-addresses".to_owned()));
    let told = codes(project.perfaudit());
    assert!(told.contains(&"one-layout".to_owned()), "{told:?}");
}

#[test]
fn a_program_beside_itself_is_not_timed() {
    let project = Project::small();
    project.git(&["init", "--quiet"]);
    let audited = compare(&project, &["bin:/bin/sh", "bin:/bin/sh", "--", "-c", "exit 1"]);
    assert_eq!(comparison(&audited).rows[0].verdict, PairedVerdict::Identical);
}

#[test]
fn what_cannot_be_compared_is_refused_with_what_helps() {
    let project = repository(&[("sound", 1000)]);
    let refused = |arguments: &[&str], words: &str| {
        let Outcome { code, stdout, stderr } = command(&project, arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    };
    refused(&["no-such-branch"], "`no-such-branch` names no commit");
    refused(&["HEAD", "bin:/bin/sh"], "is compared with a source tree");
    refused(&["HEAD", "--", "argument"], "arguments behind `--` are for programs");
    refused(&["bin:nowhere", "bin:/bin/sh"], "nowhere");
    let without_git = Project::small();
    let outcome = command(&without_git, &["HEAD", "work"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("lies in no git repository"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("`bin:FILE`"), "{}", outcome.stderr);
    // A run that has nothing to tell leaves nothing.
    for project in [&project, &without_git] {
        let runs = std::fs::read_dir(project.runs()).map_or(0, Iterator::count);
        assert_eq!(runs, 0);
        no_source_is_left(project);
    }
}

#[test]
fn an_interrupt_while_a_side_is_built_leaves_nothing() {
    let script = "fn main() {\n    std::fs::write(std::env::var(\"STARTED\").unwrap(), \"\").unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(1000));\n}\n";
    let project = repository(&[("sound", 1000)]).file("build.rs", script);
    let started = project.home().join("started");
    project.write(".cargo/config.toml", &format!("[env]\nSTARTED = \"{}\"\n", started.display()));
    commit(&project);
    let before = project.tree();
    let arguments = ["compare", "--offline", "HEAD~1", "HEAD"];
    let child = project.perfaudit().args(arguments).piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_eq!(project.tree(), before);
    no_source_is_left(&project);
    project.nothing_survives();
}

#[test]
fn an_interrupt_while_pairs_are_measured_tells_what_is_open() {
    let hangs = |ns: u32| {
        format!(
            "{}\n",
            stating(&[("sound", ns)]).replace(
                "m.write_sample(",
                "{ std::fs::write(std::env::var(\"STARTED\").unwrap(), \"\").unwrap(); std::thread::sleep(std::time::Duration::from_secs(1000)); m.write_sample("
            ).replace(&format!("sample({ns})))"), &format!("sample({ns})) }})"))
        )
    };
    let project = Project::small().file(".gitignore", "target\n").file("benches/first.rs", &hangs(1000));
    project.git(&["init", "--quiet"]);
    commit(&project);
    project.write("benches/first.rs", &hangs(1100));
    let (started, out) = (project.home().join("started"), project.home().join("run"));
    let before = project.tree();
    let invocation = project.perfaudit().env("STARTED", &started);
    let arguments = ["compare", "--offline", "--mode", "quick", "--out"];
    let child = invocation.args(arguments).args([&out]).piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    let audited = Audited::read(outcome, &out);
    audited.check(&project.tree().changes_since(&before));
    assert_eq!(audited.code(), 3);
    assert!(audited.result.run.interrupted);
    assert_eq!(row(&audited, "small/first/sound").verdict, PairedVerdict::NotMeasured);
    assert_eq!(project.tree(), before);
    no_source_is_left(&project);
    project.nothing_survives();
}

#[test]
fn an_interrupt_while_the_functions_behind_a_change_are_looked_for_keeps_the_verdict() {
    // Pairs are run with a padded environment, profiles are not.
    let script = "[ -n \"$PERFAUDIT_PADDING\" ] || { : > started; sleep 1000; }\nsleep \"$1\"\n";
    let project = Project::empty().file("program.sh", script);
    let (started, out) = (project.root().join("started"), project.home().join("run"));
    let invocation = project.perfaudit().env("PERFAUDIT_SKIP", "heap,source");
    let sides = ["cmd:sh program.sh 0", "cmd:sh program.sh 0.1"];
    let arguments = ["compare", sides[0], sides[1], "--seed", "1", "--mode", "quick", "--out"];
    let child = invocation.args(arguments).args([&out]).piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    std::fs::remove_file(&started).expect("it is there");
    let audited = Audited::read(outcome, &out);
    assert!(audited.result.run.interrupted);
    let row = &comparison(&audited).rows[0];
    assert_eq!(row.verdict, PairedVerdict::Worse);
    let why = "the functions behind the change are not known: ";
    assert!(row.remarks.iter().any(|said| said.starts_with(why) && said.contains("interrupted")), "{row:#?}");
    project.nothing_survives();
}
