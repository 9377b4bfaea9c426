//! Patches: proven, refuted, refused or broken, each with its certificate; the tree stays as it was. What benchmarks
//! measure is stated by the library, so that the truth is known and no clock decides a test.

use std::fs;
use std::path::Path;

use perfaudit_result::{Certificate, CertificateFile, ClaimState, GateName, GateState, ProofVerdict};

use crate::comparisons::{commit, no_source_is_left, stating};
use crate::interruption::{interrupt, wait_for};
use crate::support::{Outcome, Project};

const LIBRARY: &str = "/// Nanoseconds of one iteration.
pub fn takes() -> u32 {
    1000
}

/// Six by seven.
pub fn answer() -> u32 {
    42
}

#[test]
fn the_answer_is_right() {
    assert_eq!(answer(), 42);
}
";

/// A project whose two benchmarks take what the library says.
fn project() -> Project {
    let takes = "small::takes()";
    Project::small()
        .file("src/lib.rs", LIBRARY)
        .file("benches/first.rs", &stating(&[("one", takes), ("two", takes)]))
}

fn repository() -> Project {
    let project = project().under_git();
    commit(&project);
    project
}

/// A patch of the library that changes what an iteration takes.
fn takes(ns: u32, prose: &str) -> String {
    format!(
        "{prose}\n\n--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -2,3 +2,3 @@\n pub fn takes() -> u32 {{\n-    1000\n+    {ns}\n }}\n"
    )
}

fn answers(line: &str) -> String {
    format!(
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -7,3 +7,3 @@\n pub fn answer() -> u32 {{\n-    42\n+    {line}\n }}\n"
    )
}

/// Judges patches, which lie outside of the project, and checks what holds for every proof.
fn prove(project: &Project, patches: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let folder = project.home().join("patches");
    fs::create_dir_all(&folder).expect("the place is ours");
    let mut names = Vec::new();
    for (name, content) in patches {
        fs::write(folder.join(name), content).expect("the place is ours");
        names.push(format!("../patches/{name}"));
    }
    prove_named(project, &names, arguments)
}

fn prove_named(project: &Project, names: &[String], arguments: &[&str]) -> Outcome {
    let before = project.tree();
    let out = project.home().join("run");
    let _ = fs::remove_dir_all(&out);
    let fixed = [
        "prove",
        "--offline",
        "--seed",
        "1",
        "--mode",
        "quick",
        "--noise-floor",
        "stored",
        "--format",
        "json",
        "--out",
    ];
    let outcome = project.perfaudit().args(fixed).args([&out]).args(arguments).args(names).run();
    assert_eq!(project.tree().changes_since(&before), []);
    no_copy_is_left(project);
    no_source_is_left(project);
    project.nothing_survives();
    outcome
}

/// The copy that patches are tried on is gone; files that lock something stay.
fn no_copy_is_left(project: &Project) {
    let entries = fs::read_dir(project.home().join("temporary")).expect("the place is ours");
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    assert_eq!(folders.filter(|path| path.join("Cargo.toml").exists()).count(), 0);
}

fn certificates(outcome: &Outcome) -> Vec<Certificate> {
    let result = perfaudit_result::from_json(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr));
    result.certificates
}

/// The only certificate.
fn only(outcome: &Outcome) -> Certificate {
    let mut all = certificates(outcome);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn gate(certificate: &Certificate, name: GateName) -> (GateState, &str) {
    let gate = certificate.gates.iter().find(|gate| gate.gate == name).expect("every gate is told");
    (gate.state, &gate.evidence)
}

#[test]
fn a_gain_is_proven_with_a_certificate_that_sets_the_claim_against_it() {
    let project = repository();
    let outcome =
        prove(&project, &[("faster.patch", &takes(400, "Do less\n\nExpected: 80 % less time."))], &[]);
    let certificate = only(&outcome);
    assert_eq!(certificate.verdict, ProofVerdict::Proven, "{}", certificate.reason);
    assert_eq!(outcome.code, Some(0));
    assert!(certificate.reason.contains("60.0 % faster"), "{}", certificate.reason);
    assert!(certificate.gates.iter().all(|gate| gate.state == GateState::Passed));
    assert_eq!(certificate.patch.subject.as_deref(), Some("Do less"));
    let [claim] = &certificate.claims[..] else { panic!("{:?}", certificate.claims) };
    assert_eq!((claim.state, claim.saves), (ClaimState::NotKept, [0.8, 0.8]));
    let run = project.home().join("run");
    let file = fs::read_to_string(run.join("certificate.json")).unwrap();
    assert_eq!(serde_json::from_str::<CertificateFile>(&file).unwrap().certificate, certificate);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&file).unwrap()["verdict"], "proven");
    let document = fs::read_to_string(run.join("certificate.md")).unwrap();
    assert!(document.contains("**proven: ") && document.contains("perfaudit prove"), "{document}");
}

#[test]
fn what_makes_something_slower_is_refuted_and_what_changes_nothing_is_inconclusive() {
    let project = repository();
    let patches =
        [("slower.patch", &takes(2300, "Tidy up, at no cost")[..]), ("same.patch", &answers("6 * 7"))];
    let outcome = prove(&project, &patches, &[]);
    let all = certificates(&outcome);
    let verdicts: Vec<_> = all.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [ProofVerdict::Refuted, ProofVerdict::Inconclusive]);
    assert_eq!(outcome.code, Some(1));
    assert!(all[0].reason.contains("130.0 % slower"), "{}", all[0].reason);
    assert_eq!(all[0].claims[0].state, ClaimState::NotKept);
    assert_eq!(gate(&all[1], GateName::Gain).0, GateState::Failed);
}

#[test]
fn what_breaks_the_build_or_the_tests_is_broken_and_never_timed() {
    let project = repository();
    let patches = [("wrong.patch", &answers("41")[..]), ("no-rust.patch", &answers("forty-two"))];
    let outcome = prove(&project, &patches, &[]);
    let all = certificates(&outcome);
    assert_eq!(outcome.code, Some(4));
    for one in &all {
        assert_eq!((one.verdict, one.comparison.is_none()), (ProofVerdict::Broken, true));
    }
    assert_eq!(
        gate(&all[0], GateName::Tests),
        (GateState::Failed, "the_answer_is_right fails with the patch, and not without it")
    );
    let (state, evidence) = gate(&all[1], GateName::Compiles);
    assert_eq!(state, GateState::Failed);
    assert!(evidence.contains("error[E0425]") && evidence.contains("src/lib.rs:8:"), "{evidence}");
}

#[test]
fn what_the_first_gates_stop_is_refused_and_nothing_is_run() {
    let project = repository();
    let long: String = (0..60).map(|line| format!("+// {line}\n")).collect();
    let long = format!("--- /dev/null\n+++ b/src/long.rs\n@@ -0,0 +1,60 @@\n{long}");
    let patches = [
        ("outside.patch", "--- /dev/null\n+++ b/../../x\n@@ -0,0 +1 @@\n+x\n"),
        (
            "older.patch",
            "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -2,3 +2,3 @@\n pub fn takes() -> u64 {\n-    1000\n+    1\n }\n",
        ),
        ("long.patch", &long),
        (
            "dependency.patch",
            "--- a/Cargo.toml\n+++ b/Cargo.toml\n@@ -1,1 +1,4 @@\n+[dependencies]\n+rustc-hash = \"2\"\n+\n [package]\n",
        ),
        ("words.patch", "no patch at all\n"),
    ];
    let outcome = prove(&project, &patches, &["--test", "touch run; exit 1"]);
    let all = certificates(&outcome);
    assert_eq!(outcome.code, Some(1));
    let failed = [
        GateName::Inside,
        GateName::Applies,
        GateName::ChangedLines,
        GateName::Dependencies,
        GateName::Applies,
    ];
    for (one, name) in all.iter().zip(failed) {
        assert_eq!(
            (one.verdict, gate(one, name).0),
            (ProofVerdict::Refused, GateState::Failed),
            "{}",
            one.patch.name
        );
        assert_eq!(gate(one, GateName::Tests).0, GateState::NotReached);
    }
    assert_eq!(all.len(), failed.len());
    assert!(all[1].reason.contains("hunk 1: line 2 is not as the patch has it"), "{}", all[1].reason);
}

#[test]
fn gates_are_as_strict_as_the_project_says() {
    let project = repository();
    project.write("perfaudit.toml", "[prove]\nchanged-lines = 1\n");
    let refused = only(&prove(&project, &[("faster.patch", &takes(400, ""))], &[]));
    assert_eq!(
        gate(&refused, GateName::ChangedLines),
        (GateState::Failed, "it changes 2 lines, more than 1")
    );
    // One benchmark alone is all there is; of two, both were asked for.
    project.write("perfaudit.toml", "[prove]\ntest = \"true\"\n");
    let untested = only(&prove(&project, &[("faster.patch", &takes(400, ""))], &["--filter", "one"]));
    assert_eq!(untested.verdict, ProofVerdict::Inconclusive);
    assert_eq!(gate(&untested, GateName::Tests).0, GateState::Open);
    let proven = only(&prove(
        &project,
        &[("faster.patch", &takes(400, ""))],
        &["--filter", "one", "--allow-untested"],
    ));
    assert_eq!(proven.verdict, ProofVerdict::Proven, "{}", proven.reason);
}

#[test]
fn a_patch_that_changes_what_measures_it_proves_nothing() {
    let project = repository();
    let bench = fs::read_to_string(project.root().join("benches/first.rs")).unwrap();
    let at = bench.lines().position(|line| line.starts_with("fn sample")).unwrap();
    let patch = format!(
        "--- a/benches/first.rs\n+++ b/benches/first.rs\n@@ -{0},1 +{0},2 @@\n fn sample(ns: u32) -> String {{\n+    let ns = ns / 2;\n",
        at + 1
    );
    let certificate = only(&prove(&project, &[("bench.patch", &patch)], &[]));
    assert_eq!(certificate.verdict, ProofVerdict::Inconclusive, "{}", certificate.reason);
    assert!(certificate.reason.contains("changes what measures it"), "{}", certificate.reason);
}

#[test]
fn commits_of_a_branch_are_judged_on_top_of_each_other_and_then_together() {
    let project = repository();
    project.git(&["checkout", "--quiet", "-b", "faster"]);
    project.write("src/lib.rs", &LIBRARY.replace("1000", "400"));
    commit(&project);
    project.write("src/lib.rs", &LIBRARY.replace("1000", "160"));
    commit(&project);
    project.git(&["checkout", "--quiet", "main"]);
    let outcome = prove_named(&project, &["faster".to_owned()], &[]);
    let all = certificates(&outcome);
    let told: Vec<_> =
        all.iter().map(|one| (one.verdict, one.patch.name.as_str(), one.patch.stacked.len())).collect();
    assert_eq!(
        told,
        [
            (ProofVerdict::Proven, "faster (1)", 0),
            (ProofVerdict::Proven, "faster (2)", 0),
            (ProofVerdict::Proven, "2 patches on top of each other", 2),
        ],
        "{all:#?}"
    );
    let gains: Vec<bool> = ["60.0 %", "60.0 %", "84.0 %"]
        .iter()
        .zip(&all)
        .map(|(gain, one)| one.reason.contains(&format!("{gain} faster")))
        .collect();
    assert_eq!(gains, [true; 3], "{all:#?}");
    assert_eq!(all[1].on_top_of, ["faster (1)"]);
    let nowhere = prove_named(&project, &["no-such-branch".to_owned()], &[]);
    assert_eq!(nowhere.code, Some(2));
    assert!(
        nowhere.stderr.contains("`no-such-branch` is no file, and no commits either"),
        "{}",
        nowhere.stderr
    );
}

#[test]
fn a_project_without_git_and_one_with_changes_are_judged_as_they_are() {
    let project = project();
    let proven = only(&prove(&project, &[("faster.patch", &takes(400, ""))], &[]));
    assert_eq!(proven.verdict, ProofVerdict::Proven, "{}", proven.reason);
    let project = repository();
    project.write("src/lib.rs", &LIBRARY.replace("1000", "500"));
    let patch = takes(200, "").replace("-    1000", "-    500");
    let proven = only(&prove(&project, &[("faster.patch", &patch)], &[]));
    assert!(
        proven.verdict == ProofVerdict::Proven && proven.reason.contains("60.0 % faster"),
        "{}",
        proven.reason
    );
    let refused = only(&prove(&project, &[("faster.patch", &patch)], &["--base", "HEAD"]));
    assert_eq!(gate(&refused, GateName::Applies).0, GateState::Failed);
}

#[test]
fn tests_that_fail_anyway_say_nothing_of_a_patch() {
    let project = repository();
    project.write("src/lib.rs", &LIBRARY.replace("answer(), 42", "answer(), 43"));
    let certificate = only(&prove(&project, &[("faster.patch", &takes(400, ""))], &[]));
    assert_eq!(certificate.verdict, ProofVerdict::Inconclusive, "{}", certificate.reason);
    let (state, evidence) = gate(&certificate, GateName::Tests);
    assert_eq!(state, GateState::Open);
    assert!(evidence.contains("fails without the patch, too: the_answer_is_right fails"), "{evidence}");
}

#[test]
fn a_command_that_prints_something_else_is_broken() {
    let project = repository();
    project.write("answer.sh", "#!/bin/sh\necho 42\n");
    let patch = "--- a/answer.sh\n+++ b/answer.sh\n@@ -1,2 +1,2 @@\n #!/bin/sh\n-echo 42\n+echo 41\n";
    let arguments = ["--command", "sh answer.sh", "--allow-untested", "--test", "true", "--budget", "5s"];
    let certificate = only(&prove(&project, &[("other.patch", patch)], &arguments));
    assert_eq!(certificate.verdict, ProofVerdict::Broken, "{}", certificate.reason);
    assert_eq!(gate(&certificate, GateName::Output).0, GateState::Failed);
}

#[test]
fn a_dry_run_builds_nothing_and_says_what_would_be_done() {
    let project = repository();
    let patches = [("faster.patch", &takes(400, "")[..]), ("words.patch", "no patch at all\n")];
    let outcome = prove(&project, &patches, &["--dry-run"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let plan: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let go_on: Vec<bool> =
        plan["patches"].as_array().unwrap().iter().map(|patch| patch["goes_on"].as_bool().unwrap()).collect();
    assert_eq!(go_on, [true, false]);
    assert!(!project.home().join("run").exists() && !project.home().join("cache/perfaudit/copies").exists());
}

/// Interrupts a proof at the moment when a file appears below the cache, and says how it ended.
fn interrupted_when(project: &Project, arguments: &[&str], reached: impl Fn(&Path) -> bool) -> Outcome {
    let folder = project.home().join("patches");
    fs::create_dir_all(&folder).expect("the place is ours");
    fs::write(folder.join("faster.patch"), takes(400, "")).expect("the place is ours");
    let before = project.tree();
    let out = project.home().join("run");
    let fixed = ["prove", "--offline", "--seed", "1", "--mode", "quick", "--format", "json", "--out"];
    let child = project
        .perfaudit()
        .args(fixed)
        .args([&out])
        .args(arguments)
        .args(["../patches/faster.patch"])
        .piped()
        .spawn()
        .expect("it can be started");
    let cache = project.home().join("cache");
    wait_for(|| reached(&cache));
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    assert_eq!(project.tree().changes_since(&before), []);
    no_source_is_left(project);
    project.nothing_survives();
    outcome
}

fn holds(folder: &Path, name: &str) -> bool {
    walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).any(|entry| entry.file_name() == name)
}

#[test]
fn an_interrupt_during_the_tests_leaves_nothing_and_says_so() {
    let project = repository();
    let test = "touch started && setsid sleep 1000";
    let outcome = interrupted_when(&project, &["--test", test], |cache| holds(cache, "started"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let certificate = only(&outcome);
    assert_eq!(certificate.verdict, ProofVerdict::Inconclusive);
    assert!(certificate.reason.contains("interrupted"), "{}", certificate.reason);
}

#[test]
fn an_interrupt_while_measuring_leaves_nothing_and_says_so() {
    let project = repository();
    project.write("slow.sh", "touch started\nsleep 1000\n");
    let arguments = ["--test", "true", "--allow-untested", "--command", "sh slow.sh"];
    let outcome = interrupted_when(&project, &arguments, |cache| holds(cache, "started"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_eq!(only(&outcome).verdict, ProofVerdict::Inconclusive);
}
