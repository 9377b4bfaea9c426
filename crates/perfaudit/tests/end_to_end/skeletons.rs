//! Benchmarks that are written for functions without one.

use std::process::Command;

use crate::support::Project;

#[test]
fn functions_without_a_benchmark_get_one_that_compiles_and_runs() {
    let project = Project::copy_of("skeletons");
    let before = project.tree();

    let tried = project.perfaudit().args(["init", "--bench", "--offline", "--dry-run"]).run();
    assert_eq!(tried.code, Some(0), "{}", tried.stderr);
    assert!(tried.stdout.contains("+++ b/benches/perfaudit_generated.rs"), "{}", tried.stdout);
    assert_eq!(project.tree(), before);

    let made = project.perfaudit().args(["init", "--bench", "--offline"]).run();
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    insta::assert_snapshot!("skeletons_answer", made.stdout);
    let changed: Vec<String> =
        project.tree().changes_since(&before).into_iter().map(|change| change.path).collect();
    assert_eq!(changed, ["Cargo.toml", "benches/perfaudit_generated.rs"]);
    let manifest = std::fs::read_to_string(project.root().join("Cargo.toml")).unwrap();
    let original = include_str!("../../../../testdata/projects/skeletons/Cargo.toml");
    assert_eq!(manifest, format!("{original}\n[[bench]]\nname = \"perfaudit_generated\"\nharness = false\n"));
    let file = std::fs::read_to_string(project.root().join("benches/perfaudit_generated.rs")).unwrap();
    insta::assert_snapshot!("skeletons_file", file);
    project.nothing_survives();

    let bench = Command::new("cargo")
        .args(["bench", "--offline", "--bench", "perfaudit_generated", "--target-dir"])
        .arg(project.root().join("target/perfaudit/build"))
        .args(["--", "--test"])
        .env("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only")
        .env("CARGO_PROFILE_BENCH_STRIP", "none")
        .current_dir(project.root())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&bench.stdout);
    assert!(bench.status.success(), "{}", String::from_utf8_lossy(&bench.stderr));
    assert!(printed.contains("Testing strings::count/4096\nSuccess"), "{printed}");

    let after = project.tree();
    let again = project.perfaudit().args(["init", "--bench", "--offline"]).run();
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("perfaudit_generated.rs` exists"), "{}", again.stderr);
    assert_eq!(project.tree().changes_since(&after), []);
}

#[test]
fn a_library_that_cannot_be_read_or_offers_nothing_is_told() {
    let project = Project::empty()
        .file("Cargo.toml", "[package]\nname = \"none\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
        .file("src/lib.rs", "mod deep;")
        .file("src/deep.rs", &"(".repeat(100_000));
    let before = project.tree();
    let outcome = project.perfaudit().args(["init", "--bench", "--offline"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        outcome.stdout,
        "none: no public function was found that could be called (those of traits, and what macros define, are not looked at)\n\nnothing was written\n\nnot read: src/deep.rs:1: nested too deeply to be parsed\n"
    );
    assert_eq!(project.tree(), before);
}
