//! Places that cannot be written to.

use std::fs;
use std::process::Command;

use crate::support::{Invocation, Project};

/// Starts a program in a mount namespace of its own after a shell command. The tests that need one say so and end
/// where the system allows none.
#[expect(clippy::print_stderr, reason = "a test that was not made has to say so")]
fn namespace(prepare: &str) -> Option<[String; 6]> {
    let allowed = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: this system allows no mount namespace");
        return None;
    }
    let script = format!("{prepare} && exec \"$0\" \"$@\"");
    Some(["unshare", "--map-root-user", "--mount", "sh", "-c", &script].map(str::to_owned))
}

fn wrapped(project: &Project, prepare: &str) -> Option<Invocation> {
    let words = namespace(prepare)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(project.mark(Invocation::wrapped(&words, project.home())))
}

#[test]
fn a_run_is_never_mixed_with_files_that_were_there() {
    let project = Project::small();
    project.write("mine/notes.txt", "keep me");
    let outcome = project.perfaudit().args(["audit", "--offline", "--out", "mine"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("`mine` is not empty"), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(project.root().join("mine")).unwrap().count(), 1);
}

#[test]
fn a_place_that_is_a_file_is_refused() {
    let project = Project::small();
    let outcome = project.perfaudit().args(["audit", "--offline", "--out", "Cargo.toml"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("Cargo.toml"), "{}", outcome.stderr);
}

#[test]
fn a_tree_that_is_read_only_is_audited_from_the_cache() {
    let project = Project::small();
    let root = project.root();
    let mount =
        format!("mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}' && cd '{0}'", root.display());
    let Some(invocation) = wrapped(&project, &mount) else { return };
    let before = project.tree();
    let outcome = invocation.args(["audit", "--offline", "--format", "json"]).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result = perfaudit_result::from_json(&outcome.stdout).unwrap();
    assert_eq!(result.workloads.len(), 1);
    assert_eq!(project.tree(), before);
    assert!(!root.join("target").exists());
    let runs = walkdir::WalkDir::new(project.home().join("cache"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == "result.json");
    assert!(runs.count() >= 1, "the run is in the cache");
}

#[test]
fn a_repository_that_is_read_only_is_compared_from_the_cache() {
    let project = crate::comparisons::repository(&[("sound", 1000)]);
    project.write("benches/first.rs", &crate::comparisons::stating(&[("sound", 1100)]));
    let root = project.root();
    let mount =
        format!("mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}' && cd '{0}'", root.display());
    let Some(invocation) = wrapped(&project, &mount) else { return };
    let before = project.tree();
    let arguments = ["compare", "--offline", "--mode", "quick", "--format", "json"];
    let outcome = invocation.args(arguments).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result = perfaudit_result::from_json(&outcome.stdout).unwrap();
    assert_eq!(result.paired.unwrap().rows[0].verdict, perfaudit_result::PairedVerdict::Worse);
    assert_eq!(project.tree(), before);
    assert!(!root.join("target").exists());
    crate::comparisons::no_source_is_left(&project);
    project.nothing_survives();
}

#[test]
fn a_full_disk_is_told_with_the_file_and_the_remedy() {
    let project = Project::small();
    let full = project.home().join("full");
    fs::create_dir(&full).unwrap();
    let mount = format!("mount -t tmpfs -o size=8k tmpfs '{}'", full.display());
    let Some(invocation) = wrapped(&project, &mount) else { return };
    let before = project.tree();
    let outcome = invocation.args(["audit", "--offline", "--out"]).args([full.join("run")]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{}", outcome.stderr);
    for part in ["cannot write", "No space left on device", "--out DIR"] {
        assert!(outcome.stderr.contains(part), "{part:?} is not in {}", outcome.stderr);
    }
    assert_eq!(project.tree(), before);
    project.nothing_survives();
}
