//! Build settings beside a project's own. What benchmarks measure is written by the benchmarks themselves, which know
//! how they were built: the truth is known, and no clock decides a test.

use std::process::Command;

use perfaudit_result::{ArmKind, BuildMatrix, CellState, MatrixAnswer, MatrixCell, PairedVerdict};

use crate::comparisons::{no_source_is_left, stating};
use crate::support::{Audited, Outcome, Project};

/// A benchmark that states another time at each level of optimising.
fn project() -> Project {
    let source = stating(&[("sound", 1000)]).replace(
        "sample(1000)",
        "sample(if cfg!(level = \"s\") { 400 } else if cfg!(level = \"2\") { 2200 } else { 1000 })",
    );
    Project::small()
        .file(
            "build.rs",
            "fn main() {\n    println!(\"cargo::rustc-check-cfg=cfg(level, values(any()))\");\n    println!(\"cargo::rustc-cfg=level=\\\"{}\\\"\", std::env::var(\"OPT_LEVEL\").unwrap());\n}\n",
        )
        .file("benches/first.rs", &source)
}

/// What cannot be tried on this machine says why and what helps; otherwise it was measured.
fn is_measured(cell: &MatrixCell) -> bool {
    match cell.state {
        CellState::Unsupported => {
            assert!(cell.message.is_some() && cell.remedy.is_some() && cell.rows.is_empty(), "{cell:#?}");
            false
        }
        state => {
            assert_eq!(state, CellState::Measured, "{cell:#?}");
            true
        }
    }
}

fn command(project: &Project, arguments: &[&str]) -> Outcome {
    let fixed = ["build-matrix", "--offline", "--seed", "1", "--mode", "quick", "--verbose"];
    project.perfaudit().directory(&project.root()).args(fixed).args(arguments).run()
}

/// Tries settings, and checks that the tree is what it was and no copy of it is left.
fn tried(project: &Project, arguments: &[&str]) -> Audited {
    let out = project.home().join("run");
    let before = project.tree();
    let out_arguments = ["--out", out.to_str().expect("the path is UTF-8")];
    let audited = Audited::read(command(project, &[&out_arguments, arguments].concat()), &out);
    audited.check(&project.tree().changes_since(&before));
    assert_eq!(project.tree(), before);
    no_source_is_left(project);
    project.nothing_survives();
    audited
}

fn matrix(audited: &Audited) -> &BuildMatrix {
    audited.result.matrix.as_ref().expect("settings were tried")
}

fn cell<'a>(audited: &'a Audited, name: &str) -> &'a MatrixCell {
    let mut cells = matrix(audited).cells.iter();
    cells.find(|cell| cell.name == name).unwrap_or_else(|| panic!("{:#?}", matrix(audited).cells))
}

#[test]
fn settings_that_are_faster_are_recommended_once_they_were_measured_twice() {
    let project = project();
    let cells = "opt-level=2,opt-level=s,opt-level=3,codegen-units=1,panic=abort,allocator+lto=fat";
    let audited = tried(&project, &["--cells", cells]);
    assert_eq!(audited.code(), 0, "{}", audited.outcome.stdout);
    let MatrixAnswer::Recommended { cell: recommended, again } = &matrix(&audited).answer else {
        panic!("{:#?}", matrix(&audited).answer);
    };
    assert_eq!(recommended, "opt-level=s");
    assert_eq!(again.iter().map(|row| row.verdict).collect::<Vec<_>>(), [PairedVerdict::Better]);
    let verdict = |name: &str| cell(&audited, name).rows.first().map(|row| row.verdict);
    assert_eq!(verdict("opt-level=2"), Some(PairedVerdict::Worse));
    assert_eq!(verdict("opt-level=s"), Some(PairedVerdict::Better));
    let state = |name: &str| cell(&audited, name).state;
    assert_eq!(state("opt-level=3"), CellState::Own);
    assert_eq!(state("codegen-units=1"), CellState::Measured);
    assert_eq!(state("panic=abort"), CellState::Unsupported);
    assert_eq!(state("allocator+lto=fat"), CellState::Unsupported);
    // Everything that was built was weighed and timed.
    for cell in matrix(&audited).cells.iter().filter(|cell| cell.state == CellState::Measured) {
        let outcome = cell.outcome.as_ref().expect("it was built");
        assert!(outcome.size.value().is_some_and(|bytes| bytes > 0.0));
        assert!(outcome.build_time.value().is_some() && outcome.build_time.reason().is_some());
    }
    let second = audited.result.paired.as_ref().expect("it was measured again");
    assert_eq!((second.before.kind, second.after.name.as_str()), (ArmKind::Settings, "opt-level=s"));
    for file in ["report.md", "report.html"] {
        let report = audited.file(file);
        assert!(
            report.contains("opt-level = \"s\"") || report.contains("opt-level = &quot;s&quot;"),
            "{file}"
        );
    }
    assert!(audited.outcome.stdout.contains("opt-level=s is faster, measured twice"));
}

#[test]
fn where_nothing_is_faster_the_own_settings_stay() {
    let project = project();
    let audited = tried(&project, &["--cells", "opt-level=2"]);
    let MatrixAnswer::Keep { .. } = &matrix(&audited).answer else {
        panic!("{:#?}", matrix(&audited).answer)
    };
    assert!(audited.result.paired.is_none());
    assert!(audited.outcome.stdout.contains("keep the project's own settings"), "{}", audited.outcome.stdout);
}

#[test]
fn where_nothing_can_be_tried_the_reasons_and_remedies_are_told() {
    let outcome = command(&project(), &["--cells", "panic=abort,allocator+lto=fat"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""));
    for part in ["panic=unwind, whatever a profile says", "--command", "try it by itself"] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
    let refused = command(&project(), &["--cells", "lto=slim"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("lto=off|false|thin|fat"), "{}", refused.stderr);
}

#[test]
fn of_a_command_panics_that_abort_are_tried_and_their_risk_is_named() {
    let project = Project::small().file("src/main.rs", "fn main() { println!(\"done\"); }\n");
    let audited = tried(
        &project,
        &["--command", "$CARGO_TARGET_DIR/release/small", "--cells", "panic=abort", "--budget", "20s"],
    );
    let aborting = cell(&audited, "panic=abort");
    assert_eq!(aborting.state, CellState::Measured, "{aborting:#?}");
    assert!(aborting.risks[0].contains("catch_unwind"), "{:?}", aborting.risks);
    let size = |figure: &perfaudit_result::Figure| figure.value().expect("there is a program");
    let outcome = aborting.outcome.as_ref().expect("it was built");
    assert!(size(&outcome.size) < size(&matrix(&audited).outcome.size));
    // Whatever it gains, what may break something is not recommended.
    assert!(matches!(matrix(&audited).answer, MatrixAnswer::Keep { .. }));
}

/// Two benchmarks that call a function of the library, so that there is something to optimise.
fn trainable() -> Project {
    let source = stating(&[("sound", 1000), ("other", 1000)])
        .replace("m.write_sample(", "{ assert_eq!(small::sum(7), 21); m.write_sample(")
        .replace("))),", ")) }),")
        .replace(")))]", ")) })]");
    Project::small()
        .file("src/lib.rs", "#[inline(never)]\npub fn sum(n: u64) -> u64 {\n    (0..n).sum()\n}\n")
        .file("benches/first.rs", &source)
}

#[test]
fn programs_are_trained_by_what_is_measured_which_is_a_risk_or_by_other_benchmarks() {
    let project = trainable();
    let audited = tried(&project, &["--cells", "pgo,opt-level=2", "--filter", "sound"]);
    let pgo = cell(&audited, "pgo");
    if !is_measured(pgo) {
        assert!(pgo.remedy.as_ref().is_some_and(|remedy| remedy.contains("llvm")), "{pgo:#?}");
        return;
    }
    let message = pgo.message.as_deref().unwrap_or_default();
    assert!(message.starts_with("trained by 1 benchmark, each for 0.5 s"), "{message}");
    let [ages, flatters] = &pgo.risks[..] else { panic!("{:?}", pgo.risks) };
    assert!(ages.contains("each release") && flatters.contains("flatters"), "{:?}", pgo.risks);
    assert_eq!(pgo.rows.len(), 1);
    assert_ne!(pgo.rows[0].verdict, PairedVerdict::Identical, "the profile changed the program");
    assert!(pgo.outcome.is_some());

    let project = trainable();
    let arguments = ["--cells", "pgo", "--filter", "sound", "--train", "other"];
    let audited = tried(&project, &arguments);
    assert_eq!(cell(&audited, "pgo").risks, std::slice::from_ref(ages));
}

#[test]
fn a_command_trains_what_is_built_for_it() {
    let source = "fn main() { println!(\"{}\", (0..std::env::args().count() as u64 * 1000).filter(|n| n % 3 == 0).sum::<u64>()); }\n";
    let project = Project::small().file("src/main.rs", source);
    let line = "$CARGO_TARGET_DIR/release/small 1";
    let cells = ["--cells", "pgo,opt-level=2", "--budget", "20s"];
    let audited = tried(&project, &[&["--command", line], &cells[..]].concat());
    let pgo = cell(&audited, "pgo");
    if is_measured(pgo) {
        assert_eq!(pgo.message, Some(format!("trained by one run of `{line}`")));
    }
}

#[test]
fn an_allocator_that_is_installed_is_preloaded_into_the_same_programs() {
    let source = stating(&[("sound", 1000)]).replace(
        "sample(1000)",
        "sample(if std::env::var(\"LD_PRELOAD\").is_ok_and(|it| it.contains(\"mimalloc\")) { 500 } else { 1000 })",
    );
    let project = Project::small().file("benches/first.rs", &source);
    // Any library of the name that the loader finds.
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join("it.rs"), "").expect("it can be written");
    let library = ["--crate-type=cdylib", "--crate-name=it", "-o", "libmimalloc.so.3", "it.rs"];
    let compiled = Command::new("rustc").args(library).current_dir(folder.path()).status();
    assert!(compiled.expect("rustc is there").success());
    let out = project.home().join("run");
    let tried = project
        .perfaudit()
        .env("LD_LIBRARY_PATH", folder.path())
        .args(["build-matrix", "--offline", "--seed", "1", "--mode", "quick", "--verbose", "--cells"])
        .args(["allocator=mimalloc", "--out"])
        .args([&out]);
    let audited = Audited::read(tried.run(), &out);
    let MatrixAnswer::Recommended { again, .. } = &matrix(&audited).answer else {
        panic!("{:#?}", matrix(&audited));
    };
    assert_eq!(again[0].verdict, PairedVerdict::Better);
    let message = cell(&audited, "allocator=mimalloc").message.as_deref().unwrap_or_default();
    assert!(message.contains("libmimalloc.so.3 preloaded"), "{message}");
    assert!(
        audited.outcome.stdout.contains("static GLOBAL: mimalloc::MiMalloc"),
        "{}",
        audited.outcome.stdout
    );
    project.nothing_survives();
}
