//! What the command says about itself, and what it refuses.

use serde_json::Value;

use crate::support::{Invocation, MANIFEST, Outcome, Project, redacted};

/// Calls the command in a small project.
fn call(project: &Project, arguments: &[&str]) -> Outcome {
    project.perfaudit().args(arguments).run()
}

/// Asserts that a call is refused as a wrong use, with these words and nothing on standard output.
fn assert_refused(project: &Project, arguments: &[&str], parts: &[&str]) {
    let before = project.tree();
    let outcome = call(project, arguments);
    assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "{arguments:?}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "{arguments:?}: {part:?} is not in {}", outcome.stderr);
    }
    assert_eq!(project.tree(), before);
}

#[test]
fn help_of_every_command_is_as_it_was_reviewed() {
    let project = Project::empty();
    for command in [
        "", "audit", "bench", "compare", "bisect", "prove", "fix", "what-if", "report", "doctor", "explain",
        "baseline", "init", "config",
    ] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let outcome = call(&project, &arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{command}");
        let name = if command.is_empty() { "help".to_owned() } else { format!("help_{command}") };
        insta::assert_snapshot!(name, outcome.stdout);
    }
}

#[test]
fn the_cargo_subcommand_is_the_same_command() {
    let project = Project::empty();
    let cargo = project
        .mark(Invocation::as_cargo_subcommand(project.home()))
        .args(["explain", "flat-benchmark"])
        .run();
    let own = call(&project, &["explain", "flat-benchmark"]);
    assert_eq!((cargo.code, &cargo.stdout), (Some(0), &own.stdout));
    assert!(own.stdout.contains("flat"), "{}", own.stdout);
}

#[test]
fn wrong_arguments_are_refused_with_what_was_expected() {
    let project = Project::small();
    assert_refused(&project, &["audit", "--mode", "leisurely"], &["leisurely", "quick, standard, full"]);
    assert_refused(&project, &["audit", "--budget", "soon"], &["--budget", "soon"]);
    assert_refused(&project, &["audit", "--filter", "(("], &["--filter", "unclosed group"]);
    assert_refused(&project, &["audit", "--keep", "0"], &["--keep"]);
    assert_refused(&project, &["audti"], &["audti"]);
    assert_refused(&project, &["audit", "nowhere"], &["nowhere"]);
}

#[test]
fn names_that_do_not_exist_are_refused_before_anything_is_built() {
    let project = Project::small();
    assert_refused(&project, &["audit", "--package", "smal"], &["`smal`", "`small`"]);
    assert_refused(&project, &["audit", "--bench", "frist"], &["`frist`", "`first`"]);
    assert_refused(&project, &["explain", "flat-bench"], &["`flat-benchmark`"]);
    assert!(!project.root().join("target").exists());
}

#[test]
fn a_command_that_is_almost_one_is_told_from_a_folder() {
    let project = Project::small();
    assert_refused(&project, &["comapre", "main"], &["`comapre`", "`perfaudit compare`"]);
    assert_refused(&project, &["some/where"], &["`some/where` cannot be read"]);
}

#[test]
fn what_cargo_may_not_fetch_is_told_with_what_helps() {
    let manifest = format!("{MANIFEST}\n[dependencies]\nno-crate-has-this-name = \"1\"\n");
    let project = Project::empty().file("Cargo.toml", &manifest).file("src/lib.rs", "");
    let outcome = call(&project, &["audit", "--offline"]);
    assert_eq!(outcome.code, Some(4));
    assert!(outcome.stderr.contains("`cargo fetch`"), "{}", outcome.stderr);
}

#[test]
fn a_folder_that_is_no_project_is_named_with_what_was_looked_for() {
    let project = Project::empty();
    assert_refused(&project, &["audit"], &["Cargo.toml"]);
}

#[test]
fn a_filter_that_matches_nothing_measures_nothing_and_says_so() {
    let project = Project::small();
    let audited = project.audit(&["--filter", "nothing has this name"]);
    assert_eq!(audited.code(), 3);
    assert!(
        audited.result.verdict.headline.starts_with("nothing measured"),
        "{}",
        audited.result.verdict.headline
    );
    assert_eq!(audited.result.next_actions[0].command.as_deref(), Some("cargo bench -- --list"));
    assert_eq!(project.audit(&["--filter", "^small/first/sound$"]).code(), 0);
}

#[test]
fn without_a_subcommand_the_current_directory_is_audited() {
    let project = Project::small();
    let outcome = call(&project, &["--offline", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(result["workloads"][0]["id"], "small/first/sound");
    assert!(project.runs().join("latest/result.json").is_file());
}

#[test]
fn a_dry_run_says_what_would_be_measured_and_touches_nothing() {
    let project = Project::small();
    let before = project.tree();
    let outcome = call(&project, &["audit", "--offline", "--dry-run", "--budget", "10m"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("dry_run_of_an_unknown_project", outcome.stdout);
    assert_eq!(project.tree(), before);
    assert!(!project.root().join("target/perfaudit/build").exists());
    assert!(!project.runs().exists());

    assert_eq!(call(&project, &["audit", "--offline"]).code, Some(0));
    let outcome = call(&project, &["audit", "--offline", "--dry-run"]);
    insta::assert_snapshot!("dry_run_after_an_audit", redacted(&outcome.stdout, &project.root()));
    let json = call(&project, &["audit", "--offline", "--dry-run", "--format", "json"]).stdout;
    let outline: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(outline["targets"][0]["bench"], "first");
    assert_eq!(outline["earlier"]["benchmarks"], 1);
}

#[test]
fn every_rule_explains_itself() {
    let project = Project::empty();
    let list = call(&project, &["explain"]);
    assert_eq!(list.code, Some(0));
    let json: Value = serde_json::from_str(&call(&project, &["explain", "--format", "json"]).stdout).unwrap();
    let rules: Vec<&str> =
        json.as_array().unwrap().iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    assert_eq!(rules.len(), 44, "{rules:?}");
    for rule in rules {
        assert!(list.stdout.contains(rule), "{rule} is not listed");
        let explained = call(&project, &["explain", rule]);
        assert_eq!(explained.code, Some(0), "{rule}");
        assert!(explained.stdout.lines().count() > 5, "{rule}: {}", explained.stdout);
    }
}

#[test]
fn the_doctor_tells_what_it_can_measure_here() {
    let project = Project::small();
    let before = project.tree();
    let told = call(&project, &["doctor"]);
    assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""));
    for part in
        ["cores", "rustc", "wall-clock", "target/perfaudit", "cpu-samples", "instructions", "revisions"]
    {
        assert!(told.stdout.contains(part), "{part:?} is not in {}", told.stdout);
    }
    let json: Value = serde_json::from_str(&call(&project, &["doctor", "--format", "json"]).stdout).unwrap();
    assert!(json["host"]["cores"].as_u64().unwrap() >= 1);
    assert_eq!(project.tree(), before);
}

#[test]
fn keeping_few_runs_removes_the_oldest() {
    let project = Project::small();
    for _ in 0..3 {
        assert_eq!(call(&project, &["audit", "--offline", "--keep", "2"]).code, Some(0));
    }
    let runs = std::fs::read_dir(project.runs())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name() != "latest");
    assert_eq!(runs.count(), 2);
}

#[test]
fn a_manifest_alone_is_as_good_as_its_folder() {
    let project = Project::empty().file("Cargo.toml", MANIFEST).file("src/lib.rs", "");
    let outcome = call(&project, &["audit", "Cargo.toml", "--offline"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("nothing measured"), "{}", outcome.stdout);
}
