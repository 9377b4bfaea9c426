//! Projects that cannot be built, or not all of them.

use perfaudit_result::WorkloadState::{BuildFailed, Measured};

use crate::support::{MANIFEST, Project, bench_section, fake_bench, redacted};

#[test]
fn a_benchmark_that_does_not_compile_does_not_keep_the_others_from_being_measured() {
    let project = Project::small()
        .file("Cargo.toml", &format!("{MANIFEST}{}{}", bench_section("first"), bench_section("broken")))
        .file("benches/broken.rs", "fn main() { let answer: u32 = \"42\"; }\n");
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 4);
    assert_eq!(audited.rows(), [("small/first/sound", Measured), ("small/broken", BuildFailed)]);
    insta::assert_snapshot!(redacted(audited.told("small/broken").1, &project.root()));
    assert!(audited.file("artifacts/build.log").contains("mismatched types"));
}

#[test]
fn a_workspace_that_does_not_compile_shows_the_first_error_for_every_benchmark() {
    let project = Project::small()
        .file("Cargo.toml", &format!("{MANIFEST}{}{}", bench_section("first"), bench_section("second")))
        .file("src/lib.rs", "pub fn broken() -> u32 { missing() }\n")
        .file("benches/second.rs", &fake_bench("(\"sound\", Measurement::write_sound)"));
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 4);
    assert_eq!(audited.rows(), [("small/first", BuildFailed), ("small/second", BuildFailed)]);
    for id in ["small/first", "small/second"] {
        let message = audited.told(id).1;
        assert!(message.contains("cannot find function `missing`"), "{id}: {message}");
        assert!(message.contains("src/lib.rs:1:26"), "{id}: {message}");
    }
}

#[test]
fn a_build_script_that_fails_is_told_with_what_it_said() {
    let project =
        Project::small().file("build.rs", "fn main() { panic!(\"libfrobnicate is not installed\"); }\n");
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 4);
    let message = audited.told("small/first").1;
    assert!(message.contains("libfrobnicate is not installed"), "{message}");
}

#[test]
fn a_toolchain_that_is_not_installed_is_named_with_the_remedy() {
    let project = Project::small().file("rust-toolchain.toml", "[toolchain]\nchannel = \"1.31.0\"\n");
    let before = project.tree();
    let outcome = project.perfaudit().env_remove("RUSTUP_TOOLCHAIN").args(["audit"]).run();
    assert_eq!(outcome.code, Some(4));
    assert_eq!(outcome.stdout, "");
    for part in [
        "the toolchain of this project cannot be used",
        "1.31.0",
        "rustup toolchain install",
        "RUSTUP_TOOLCHAIN",
    ] {
        assert!(outcome.stderr.contains(part), "{part:?} is not in {}", outcome.stderr);
    }
    assert_eq!(project.tree(), before);
}

#[test]
fn a_manifest_that_cargo_refuses_is_told_with_its_place() {
    let project = Project::small().file("Cargo.toml", "[package]\nname = \"small\"\nversion = \n");
    let outcome = project.perfaudit().args(["audit"]).run();
    assert_eq!(outcome.code, Some(4));
    assert!(outcome.stderr.contains("Cargo.toml:3:11"), "{}", outcome.stderr);
}

#[test]
fn a_dependency_that_is_not_there_is_told_by_cargo() {
    let project = Project::small()
        .file("Cargo.toml", &format!("{MANIFEST}\n[dependencies]\ngone = {{ path = \"gone\" }}\n"));
    let outcome = project.perfaudit().args(["audit", "--offline"]).run();
    assert_eq!(outcome.code, Some(4));
    assert!(outcome.stderr.contains("failed to load source for dependency `gone`"), "{}", outcome.stderr);
}
