//! Build settings beside a project's own. What benchmarks measure is written by the benchmarks themselves, which know
//! how they were built: the truth is known, and no clock decides a test.

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
    let cells = "opt-level=2,opt-level=s,opt-level=3,codegen-units=1,panic=abort,allocator";
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
    assert_eq!(state("allocator"), CellState::Unsupported);
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
    let outcome = command(&project(), &["--cells", "panic=abort,allocator"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""));
    for part in ["panic=unwind, whatever a profile says", "--command", "#[global_allocator]"] {
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
