//! Projects of every shape that cargo knows.

use std::process::Command;

use perfaudit_result::Precondition;
use perfaudit_result::WorkloadState::{self, BuildFailed, Measured, Unsupported};

use crate::support::{FAKE_CRITERION, MANIFEST, Project, bench_section, fake_bench};

const SOUND: &str = "(\"sound\", Measurement::write_sound)";
const MEASURED: [(&str, WorkloadState); 1] = [("small/first/sound", Measured)];

#[test]
fn a_project_without_benchmarks_is_told_how_to_start() {
    let project = Project::empty().file("Cargo.toml", MANIFEST).file("src/lib.rs", "");
    let audited = project.audit(&[]);
    assert_eq!(audited.code(), 3);
    assert_eq!(audited.result.verdict.headline, "nothing measured: 1 package has no benchmark");
    let commands: Vec<&str> =
        audited.result.next_actions.iter().filter_map(|action| action.command.as_deref()).collect();
    assert_eq!(
        commands,
        [
            "perfaudit init --bench",
            "cargo add --dev --package small criterion",
            "perfaudit audit --mode quick"
        ]
    );
    // Nothing ran that other processes could have disturbed.
    let disturbing = |condition: &&Precondition| ["other-load", "stolen-time"].contains(&&*condition.code);
    assert_eq!(audited.result.preconditions.iter().find(disturbing), None);
    assert_eq!(audited.result.project.name, "small");
}

#[test]
fn a_project_without_a_lockfile_is_built_in_a_copy_and_gets_none() {
    let project = Project::small().without("Cargo.lock");
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), MEASURED);
    assert!(audited.limits().contains(&"built-in-a-copy"));
    assert!(!project.root().join("Cargo.lock").exists());
    // Nothing in the report leads to the copy.
    let reproduce = serde_json::to_string(&audited.result.reproduce).unwrap();
    for place in ["cache", "temporary"] {
        assert!(!reproduce.contains(&*project.home().join(place).to_string_lossy()), "{reproduce}");
    }
    assert_eq!(audited.row("small/first/sound").source, "benches/first.rs");
}

#[test]
fn a_stale_lockfile_stays_as_it_is() {
    let project = Project::small()
        .file(
            "Cargo.toml",
            &format!("{MANIFEST}{}\n[dependencies]\nlate = {{ path = \"late\" }}\n", bench_section("first")),
        )
        .file("late/Cargo.toml", &MANIFEST.replace("small", "late"))
        .file("late/src/lib.rs", "");
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), MEASURED);
    let limit = audited.result.limits.iter().find(|limit| limit.code == "built-in-a-copy").unwrap();
    assert!(limit.message.contains("does not fit its manifests"), "{}", limit.message);
}

#[test]
fn a_virtual_workspace_is_named_after_its_folder_and_a_member_can_be_audited_alone() {
    let member = |name: &str| format!("{}{}", MANIFEST.replace("small", name), bench_section("first"));
    let lock = "version = 4\n\n[[package]]\nname = \"one\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"two\"\nversion = \"0.1.0\"\n";
    let project = Project::empty()
        .file("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"one\", \"sub/two\"]\n")
        .file("Cargo.lock", lock)
        .file("one/Cargo.toml", &member("one"))
        .file("one/src/lib.rs", "")
        .file("one/fake_criterion.rs", FAKE_CRITERION)
        .file("one/benches/first.rs", &fake_bench(SOUND))
        .file("sub/two/Cargo.toml", &member("two"))
        .file("sub/two/src/lib.rs", "")
        .file("sub/two/fake_criterion.rs", FAKE_CRITERION)
        // Benchmarks run in their package's folder, as under `cargo bench`.
        .file(
            "sub/two/benches/first.rs",
            &fake_bench("(\"relative\", |m| { std::fs::read(\"Cargo.toml\").unwrap(); m.write_sound() })"),
        );
    let audited = project.audit(&[]);
    assert_eq!(audited.result.project.name, "project");
    assert_eq!(audited.rows(), [("one/first/sound", Measured), ("two/first/relative", Measured)]);
    assert_eq!(audited.row("two/first/relative").source, "sub/two/benches/first.rs");

    let audited = project.audit(&["sub/two"]);
    assert_eq!(audited.rows(), [("two/first/relative", Measured)]);
    let audited = project.audit(&["sub/two/src"]);
    assert_eq!(audited.rows(), [("two/first/relative", Measured)]);
    let audited = project.audit(&["--package", "one"]);
    assert_eq!(audited.rows(), [("one/first/sound", Measured)]);
}

#[test]
fn a_path_dependency_outside_of_the_project_comes_along_into_the_copy() {
    let project = Project::small()
        .without("Cargo.lock")
        .file(
            "Cargo.toml",
            &format!(
                "{MANIFEST}{}\n[dependencies]\nbeside = {{ path = \"../beside\" }}\n",
                bench_section("first")
            ),
        )
        .file("../beside/Cargo.toml", &MANIFEST.replace("small", "beside"))
        .file("../beside/src/lib.rs", "pub fn answer() -> u32 { 42 }\n")
        .file(
            "benches/first.rs",
            &fake_bench("(\"sound\", |m| { assert_eq!(beside::answer(), 42); m.write_sound() })"),
        );
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), MEASURED);
    assert!(!project.home().join("beside/Cargo.lock").exists());
    assert!(!project.home().join("beside/target").exists());
}

#[test]
fn a_git_dependency_is_used_as_it_is_locked() {
    let library = Project::empty()
        .file("Cargo.toml", &MANIFEST.replace("small", "from-git"))
        .file("src/lib.rs", "pub fn answer() -> u32 { 42 }\n");
    library.git(&["init", "--quiet"]);
    library.git(&["add", "."]);
    library.git(&["commit", "--quiet", "--message", "A library"]);
    let project = Project::small()
        .without("Cargo.lock")
        .file(
            "Cargo.toml",
            &format!(
                "{MANIFEST}{}\n[dependencies]\nfrom-git = {{ git = \"file://{}\" }}\n",
                bench_section("first"),
                library.root().display()
            ),
        )
        .file(
            "benches/first.rs",
            &fake_bench("(\"sound\", |m| { assert_eq!(from_git::answer(), 42); m.write_sound() })"),
        );
    // A home of its own for cargo, so that the checkout does not stay in the user's.
    let cargo_home = project.home().join("cargo");
    let locked = Command::new("cargo")
        .args(["generate-lockfile", "--quiet"])
        .env("CARGO_HOME", &cargo_home)
        .current_dir(project.root())
        .status();
    assert!(locked.unwrap().success());
    let audited = project.audit_with(project.perfaudit().env("CARGO_HOME", &cargo_home), &[]);
    assert_eq!(audited.rows(), MEASURED);
    assert!(!audited.limits().contains(&"built-in-a-copy"));
}

#[test]
fn builds_and_runs_go_to_the_target_directory_that_the_user_configured() {
    let project = Project::small().file(".cargo/config.toml", "[build]\ntarget-dir = \"../elsewhere\"\n");
    let outcome = project.perfaudit().args(["audit", "--offline"]).run();
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert!(project.home().join("elsewhere/perfaudit/runs/latest/result.json").is_file());
    assert!(!project.root().join("target").exists());
}

#[test]
fn flags_of_the_user_reach_the_compiler() {
    let project = Project::small().file(
        "benches/first.rs",
        &format!(
            "#![allow(unexpected_cfgs)]\n#[cfg(not(from_the_user))]\ncompile_error!(\"the flags are lost\");\n{}",
            fake_bench(SOUND)
        ),
    );
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), [("small/first", BuildFailed)]);
    let flags = project.perfaudit().env("RUSTFLAGS", "--cfg from_the_user");
    assert_eq!(project.audit_with(flags, &[]).rows(), MEASURED);
    project.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"from_the_user\"]\n");
    assert_eq!(project.audit(&[]).rows(), MEASURED);
}

#[test]
fn configuration_beside_the_project_counts_in_the_copy_too() {
    let project = Project::small().without("Cargo.lock").file(
        "benches/first.rs",
        &format!(
            "#![allow(unexpected_cfgs)]\n#[cfg(not(from_beside))]\ncompile_error!(\"the flags are lost\");\n{}",
            fake_bench(SOUND)
        ),
    );
    project.write("../.cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"from_beside\"]\n");
    assert_eq!(project.audit(&[]).rows(), MEASURED);
}

#[test]
fn a_profile_that_strips_keeps_its_settings_but_for_symbols_and_line_tables() {
    let profile = "\n[profile.bench]\nstrip = true\ndebug = 0\nlto = \"thin\"\ncodegen-units = 2\n";
    let project =
        Project::small().file("Cargo.toml", &format!("{MANIFEST}{}{profile}", bench_section("first")));
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), MEASURED);
    let built = &audited.result.project.profile;
    let settings = [&built.opt_level, &built.lto, &built.codegen_units, &built.debug, &built.strip];
    assert_eq!(settings, ["3", "thin", "2", "limited", "none"]);
    let build = project.root().join("target/perfaudit/build/release/deps");
    let executables: Vec<_> = std::fs::read_dir(build)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name().unwrap().to_string_lossy().starts_with("first-") && path.extension().is_none()
        })
        .collect();
    assert_eq!(executables.len(), 1);
    let content = std::fs::read(&executables[0]).unwrap();
    for section in [".debug_line", ".symtab"] {
        assert!(content.windows(section.len()).any(|window| window == section.as_bytes()), "{section}");
    }
}

#[test]
fn a_profile_of_the_users_choice_is_used() {
    let profile = "\n[profile.fast-check]\ninherits = \"dev\"\n";
    let project =
        Project::small().file("Cargo.toml", &format!("{MANIFEST}{}{profile}", bench_section("first")));
    let audited = project.audit(&["--profile", "fast-check"]);
    assert_eq!(audited.rows(), MEASURED);
    assert_eq!(audited.result.project.profile.opt_level, "0");
    let codes: Vec<&str> =
        audited.result.preconditions.iter().map(|condition| condition.code.as_str()).collect();
    assert!(codes.contains(&"optimised-build"), "{codes:?}");
}

#[test]
fn a_benchmark_that_requires_features_says_which_and_is_measured_with_them() {
    let features = "required-features = [\"extra\"]\n\n[features]\nextra = []\n";
    let manifest = format!("{MANIFEST}{}{}{features}", bench_section("first"), bench_section("second"));
    let project =
        Project::small().file("Cargo.toml", &manifest).file("benches/second.rs", &fake_bench(SOUND));
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), [("small/first/sound", Measured), ("small/second", Unsupported)]);
    assert_eq!(
        audited.told("small/second").1,
        "requires features that are not enabled: add `--features extra`"
    );
    assert_eq!(audited.code(), 0);
    let audited = project.audit(&["--features", "extra"]);
    assert_eq!(audited.rows(), [("small/first/sound", Measured), ("small/second/sound", Measured)]);
    let audited = project.audit(&["--all-features", "--bench", "second"]);
    assert_eq!(audited.rows(), [("small/second/sound", Measured)]);
}

#[test]
fn a_benchmark_with_the_standard_harness_is_named_as_such_and_not_started() {
    let project = Project::small().file(
        "benches/standard.rs",
        "#[test]\nfn starts() { std::fs::write(\"started\", \"\").unwrap(); }\n",
    );
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), [("small/first/sound", Measured), ("small/standard", Unsupported)]);
    assert!(audited.told("small/standard").1.contains("harness = false"));
}

#[test]
fn a_program_that_is_no_criterion_benchmark_is_not_started() {
    let project = Project::small()
        .file("Cargo.toml", &format!("{MANIFEST}{}{}", bench_section("first"), bench_section("own")))
        .file("benches/own.rs", "fn main() { std::fs::write(\"started\", \"\").unwrap(); }\n");
    let audited = project.audit(&[]);
    assert_eq!(audited.rows(), [("small/first/sound", Measured), ("small/own", Unsupported)]);
    assert!(audited.told("small/own").1.starts_with("not a benchmark of a known harness"));
}

#[test]
fn the_revision_and_whether_it_was_changed_are_recorded() {
    let project = Project::small().file(".gitignore", "/target\n");
    project.git(&["init", "--quiet"]);
    project.git(&["add", "."]);
    project.git(&["commit", "--quiet", "--message", "A project"]);
    let vcs = project.audit(&[]).result.project.vcs.unwrap();
    assert_eq!((vcs.commit, vcs.dirty), (project.git(&["rev-parse", "HEAD"]), false));
    project.write("src/lib.rs", "// changed\n");
    assert!(project.audit(&[]).result.project.vcs.unwrap().dirty);
}
