//! Patches made from findings: kept where they are proven, and applied only where that was asked for. What benchmarks
//! measure is the room of a list, so that the truth is known and no clock decides a test.

use std::fs;
use std::path::Path;

use perfaudit_result::{
    Applied, AuditResult, Fixes, ProofVerdict, Verification, VerificationState, WorkloadState,
};

use crate::comparisons::{commit, no_source_is_left, stating};
use crate::interruption::{interrupt, wait_for};
use crate::support::{Audited, Outcome, Project};

/// A list of five that grows by doubling has room for eight.
const LIBRARY: &str = "/// Nanoseconds of one iteration: a hundred for each element that there is room for.
pub fn takes(numbers: &[u32]) -> u32 {
    let mut all = Vec::new();
    for number in numbers {
        all.push(*number);
    }
    100 * (all.capacity() as u32).pow(2)
}

/// The same of another list.
pub fn takes_too(numbers: &[u32]) -> u32 {
    let mut others = Vec::new();
    for number in numbers {
        others.push(*number);
    }
    100 * (others.capacity() as u32).pow(2)
}

/// Nobody knows how many are even.
pub fn even(numbers: &[u32]) -> Vec<u32> {
    let mut even = Vec::new();
    for number in numbers {
        if number % 2 == 0 {
            even.push(*number);
        }
    }
    even
}

#[test]
fn all_are_there() {
    assert!(takes(&[1, 2]) >= 200);
    assert_eq!(even(&[1, 2]), [2]);
}
";

fn project() -> Project {
    let times = [("one", "takes"), ("two", "takes_too")];
    let times = times.map(|(name, function)| (name, format!("small::{function}(&[1, 2, 3, 4, 5])")));
    Project::small().file("src/lib.rs", LIBRARY).file("benches/first.rs", &stating(&times))
}

fn repository() -> Project {
    let project = project().under_git();
    commit(&project);
    project
}

const FIXED: [&str; 11] = [
    "fix",
    "--offline",
    "--seed",
    "1",
    "--mode",
    "quick",
    "--noise-floor",
    "stored",
    "--rule",
    "no-capacity",
    "--out",
];

/// Runs `perfaudit fix` with each patch judged by the one benchmark that it is about.
fn fix(project: &Project, arguments: &[&str]) -> Outcome {
    let out = project.home().join("run");
    let _ = fs::remove_dir_all(&out);
    let outcome =
        project.perfaudit().args(FIXED).args([&out]).args(["--workloads", "1"]).args(arguments).run();
    no_source_is_left(project);
    project.nothing_survives();
    outcome
}

fn result(outcome: &Outcome) -> AuditResult {
    perfaudit_result::from_json(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr))
}

fn fixes(result: &AuditResult) -> &Fixes {
    result.fixes.as_ref().expect("it was asked for")
}

fn library(project: &Project) -> String {
    fs::read_to_string(project.root().join("src/lib.rs")).expect("the fixture has it")
}

/// The library with room for both lists.
fn with_room() -> String {
    LIBRARY
        .replace("mut all = Vec::new()", "mut all = Vec::with_capacity(numbers.len())")
        .replace("mut others = Vec::new()", "mut others = Vec::with_capacity(numbers.len())")
}

#[test]
fn what_a_dry_run_prints_applies_and_nothing_is_changed() {
    let project = repository();
    let before = project.tree();
    let outcome = fix(&project, &["--dry-run"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(project.tree().changes_since(&before), []);
    assert!(outcome.stdout.starts_with("# 2 patches made, 2 would be tried; 0 findings without one\n"));
    assert!(!project.home().join("run").exists());
    let file = project.home().join("all.patch");
    fs::write(&file, &outcome.stdout).unwrap();
    project.git(&["apply", &file.to_string_lossy()]);
    assert_eq!(library(&project), with_room());
}

#[test]
fn what_is_proven_is_kept_as_a_series_and_proven_together_and_the_tree_stays() {
    let project = repository();
    let before = project.tree();
    let outcome = fix(&project, &["--format", "json"]);
    let result = result(&outcome);
    assert_eq!(outcome.code, Some(0), "{:#?}", result.verdict);
    assert_eq!(project.tree().changes_since(&before), []);
    let fixes = fixes(&result);
    assert_eq!(fixes.apply, Applied::NotAsked);
    let kept: Vec<_> = fixes.patches.iter().map(|one| (one.verdict, one.kept.as_deref())).collect();
    let proven = Some(ProofVerdict::Proven);
    assert_eq!(
        kept,
        [
            (proven, Some("fixes/001-no-capacity-lib-3.patch")),
            (proven, Some("fixes/002-no-capacity-lib-12.patch")),
        ],
        "{fixes:#?}"
    );
    assert!(fixes.patches[0].reason.contains("60.9 % faster"), "{}", fixes.patches[0].reason);
    let together = result.certificates.last().unwrap();
    assert_eq!((together.verdict, together.patch.stacked.len()), (ProofVerdict::Proven, 2));
    let run = project.home().join("run");
    for name in ["001-no-capacity-lib-3", "002-no-capacity-lib-12", "together"] {
        let certificate = fs::read_to_string(run.join(format!("fixes/{name}.json"))).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&certificate).unwrap()["verdict"], "proven");
    }
    for one in &fixes.patches {
        project.git(&["apply", &run.join(one.kept.as_ref().unwrap()).to_string_lossy()]);
    }
    assert_eq!(library(&project), with_room());
    for report in ["report.html", "report.md"] {
        assert!(fs::read_to_string(run.join(report)).unwrap().contains("no-capacity-lib-12"));
    }
}

const AUDITED: [&str; 9] =
    ["audit", "--offline", "--seed", "1", "--mode", "quick", "--noise-floor", "stored", "--fix"];

/// Audits the project, and makes patches of what is found.
fn audit(project: &Project) -> Audited {
    let (before, out) = (project.tree(), project.home().join("run"));
    let invocation = project.perfaudit().env("PERFAUDIT_SKIP", "cpu,heap");
    let audited = Audited::read(invocation.args(AUDITED).args(["--out"]).args([&out]).run(), &out);
    audited.check(&project.tree().changes_since(&before));
    no_source_is_left(project);
    project.nothing_survives();
    audited
}

#[test]
fn an_audit_that_is_to_fix_what_it_finds_ends_with_what_is_proven_and_the_tree_stays() {
    let project = project().file("perfaudit.toml", "[prove]\nworkloads = 1\n").under_git();
    commit(&project);
    let audited = audit(&project);
    let (result, fixes) = (&audited.result, fixes(&audited.result));
    let headline = &result.verdict.headline;
    assert!(headline.contains("; 2 of ") && headline.ends_with(" patches proven"), "{headline}");
    assert_eq!(result.workloads.len(), 2, "what was measured is there as ever");
    assert_eq!(fixes.ranked_by.as_deref(), Some(result.run.id.as_str()));
    let of_rule: Vec<_> = fixes.patches.iter().filter(|one| one.rule == "no-capacity").collect();
    assert_eq!(of_rule.len(), 2);
    for one in of_rule {
        assert_eq!(one.verdict, Some(ProofVerdict::Proven), "{}", one.reason);
        let mended = result.findings.iter().filter(|finding| one.findings.contains(&finding.fingerprint));
        let states: Vec<_> = mended.map(|finding| &finding.verification).collect();
        let proven = Verification { state: VerificationState::Proven, certificate: Some(one.name.clone()) };
        assert_eq!(states, [&proven]);
        assert!(audited.file(&one.path()).contains(&one.diff));
        let certificate = result.certificates.iter().find(|certificate| certificate.patch.name == one.name);
        assert!(certificate.unwrap().command.contains(&one.path()), "{certificate:#?}");
    }
    let first = fixes.patches[0].kept.as_ref().unwrap();
    assert!(result.next_actions[0].command.as_ref().unwrap().ends_with(first.as_str()));
    assert!(audited.file("fixes/001-no-capacity-lib-3.json").contains("\"proven\""));
    let said = audited.outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("kept as fixes/001-no-capacity-lib-3.patch"), "{said}");
    project.git(&["apply", &project.home().join("run").join(first).to_string_lossy()]);
}

#[test]
fn an_interrupt_while_an_audit_tries_patches_keeps_what_was_measured_and_is_no_success() {
    let test = "[prove]\ntest = \"touch started && setsid sleep 1000\"\n";
    let project = project().file("perfaudit.toml", test).under_git();
    commit(&project);
    let (before, out, cache) = (project.tree(), project.home().join("run"), project.home().join("cache"));
    let invocation = project.perfaudit().env("PERFAUDIT_SKIP", "cpu,heap").args(AUDITED);
    let child = invocation.args(["--out"]).args([&out]).piped().spawn().expect("it can be started");
    wait_for(|| holds(&cache, "started"));
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    let audited = Audited::read(outcome, &out);
    audited.check(&project.tree().changes_since(&before));
    let result = &audited.result;
    assert_eq!(audited.code(), 3);
    assert!(result.run.interrupted);
    assert!(result.verdict.headline.ends_with("(interrupted)"), "{}", result.verdict.headline);
    assert!(result.workloads.iter().all(|workload| workload.state == WorkloadState::Measured));
    let of_rule: Vec<_> = fixes(result).patches.iter().filter(|one| one.rule == "no-capacity").collect();
    assert_eq!(of_rule.len(), 2);
    assert!(of_rule.iter().all(|one| one.kept.is_none() && one.reason.contains("interrupted")));
    no_source_is_left(&project);
    project.nothing_survives();
}

#[test]
fn patches_are_source_and_none_are_made_for_a_run_that_holds_none() {
    let outcome = project().perfaudit().args(AUDITED).args(["--redact"]).run();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("cannot be used with"), "{}", outcome.stderr);
}

#[test]
fn an_audit_of_what_does_not_compile_from_its_repository_keeps_its_figures_and_proves_nothing() {
    // What is not part of the repository does not get into the copy that patches are tried in.
    let project = project().file("src/part.rs", "").under_git();
    project.write("src/lib.rs", &format!("{LIBRARY}\nmod part;\n"));
    project.write(".gitignore", "target\nsrc/part.rs\n");
    commit(&project);
    let audited = audit(&project);
    let result = &audited.result;
    assert!(result.verdict.headline.contains("; 0 of "), "{}", result.verdict.headline);
    assert_eq!(result.workloads.len(), 2);
    let of_rule: Vec<_> = fixes(result).patches.iter().filter(|one| one.rule == "no-capacity").collect();
    assert_eq!(of_rule.len(), 2);
    for one in of_rule {
        assert_eq!(one.verdict, Some(ProofVerdict::Inconclusive), "{}", one.reason);
        assert_eq!(one.reason, "the project's tests fail anyway");
    }
}

#[test]
fn what_fails_the_tests_is_dropped_and_the_rest_is_applied() {
    let project = project().under_git();
    let test =
        "\n#[test]\nfn there_is_room_for_eight() {\n    assert_eq!(takes_too(&[1, 2, 3, 4, 5]), 6400);\n}\n";
    project.write("src/lib.rs", &format!("{LIBRARY}{test}"));
    commit(&project);
    let outcome = fix(&project, &["--apply", "--format", "json"]);
    let result = result(&outcome);
    assert_eq!(outcome.code, Some(0), "{:#?}", result.verdict);
    let fixes = fixes(&result);
    let verdicts: Vec<_> = fixes.patches.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Some(ProofVerdict::Proven), Some(ProofVerdict::Broken)], "{fixes:#?}");
    assert!(fixes.patches[1].reason.contains("there_is_room_for_eight fails"), "{}", fixes.patches[1].reason);
    assert_eq!(fixes.apply, Applied::Done { files: vec!["src/lib.rs".to_owned()] });
    assert!(result.verdict.headline.contains("`git restore src/lib.rs` undoes it"));
    let expected = LIBRARY.replace("mut all = Vec::new()", "mut all = Vec::with_capacity(numbers.len())");
    assert_eq!(library(&project), format!("{expected}{test}"));
    // Now the tree has a change that is not committed, and nothing is measured before that is told.
    let before = project.tree();
    let refused = fix(&project, &["--apply"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("changes that are not committed: commit or stash them"),
        "{}",
        refused.stderr
    );
    assert_eq!(project.tree().changes_since(&before), []);
    assert!(!project.home().join("run").exists());
}

#[test]
fn nothing_is_applied_where_it_could_not_be_had_back() {
    let project = project();
    let before = project.tree();
    let refused = fix(&project, &["--apply"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("is in no git repository"), "{}", refused.stderr);
    assert_eq!(project.tree().changes_since(&before), []);
}

#[test]
fn an_interrupt_leaves_nothing_and_says_what_was_not_tried() {
    let project = repository();
    let before = project.tree();
    let out = project.home().join("run");
    let child = project
        .perfaudit()
        .args(FIXED)
        .args([&out])
        .args(["--format", "json", "--test", "touch started && setsid sleep 1000"])
        .piped()
        .spawn()
        .expect("it can be started");
    let cache = project.home().join("cache");
    wait_for(|| holds(&cache, "started"));
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let result = result(&outcome);
    assert!(
        fixes(&result).patches.iter().all(|one| one.kept.is_none() && one.reason.contains("interrupted"))
    );
    assert!(result.verdict.headline.ends_with("(interrupted)"), "{}", result.verdict.headline);
    assert_eq!(project.tree().changes_since(&before), []);
    no_source_is_left(&project);
    project.nothing_survives();
}

fn holds(folder: &Path, name: &str) -> bool {
    walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).any(|entry| entry.file_name() == name)
}
