//! Two sides from source trees of every shape and in every state: what they are is told, and they stay as they are.

use std::fs;
use std::path::Path;

use perfaudit_result::{ArmKind, MetricName, PairedVerdict, WitnessSays};

use crate::comparisons::{commit, compare, comparison, no_source_is_left, repository, row, stating};
use crate::interruption::{interrupt, wait_for};
use crate::support::{Audited, Outcome, Project, Tree, bench_section};

/// Compares in a folder of the project's home that is not the project itself.
fn compare_in(project: &Project, folder: &Path, arguments: &[&str]) -> Outcome {
    let before = Tree::read(folder);
    let fixed = ["compare", "--offline", "--seed", "1", "--mode", "quick", "--format", "json"];
    let outcome = project.perfaudit().directory(folder).args(fixed).args(arguments).run();
    assert_eq!(Tree::read(folder), before);
    no_source_is_left(project);
    project.nothing_survives();
    outcome
}

/// The verdicts of what was printed.
fn verdicts(outcome: &Outcome) -> Vec<(String, PairedVerdict)> {
    let result = perfaudit_result::from_json(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr));
    let rows = result.paired.expect("two sides were compared").rows;
    rows.into_iter().map(|row| (row.id.0, row.verdict)).collect()
}

fn two_commits() -> Project {
    let project = repository(&[("sound", 1000)]);
    project.write("benches/first.rs", &stating(&[("sound", 2200)]));
    commit(&project);
    project
}

fn slower() -> Vec<(String, PairedVerdict)> {
    vec![("small/first/sound".to_owned(), PairedVerdict::Worse)]
}

#[test]
fn a_shallow_clone_compares_what_it_has_and_says_how_to_get_the_rest() {
    let project = two_commits();
    let clone = project.home().join("clone");
    let origin = format!("file://{}", project.root().display());
    let clone_path = clone.to_str().expect("the path is UTF-8");
    project.git(&["clone", "--quiet", "--depth", "1", &origin, clone_path]);
    let refused = compare_in(&project, &clone, &["HEAD~1", "HEAD"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("git fetch --unshallow"), "{}", refused.stderr);
    fs::write(clone.join("benches/first.rs"), stating(&[("sound", 4840)])).unwrap();
    assert_eq!(verdicts(&compare_in(&project, &clone, &["HEAD", "work"])), slower());
    let refused = project.perfaudit().directory(&clone).args(["bisect", "--offline", "HEAD~1"]).run();
    assert!(refused.stderr.contains("git fetch --unshallow"), "{}", refused.stderr);
}

#[test]
fn a_linked_worktree_is_compared_and_none_is_registered() {
    let project = two_commits();
    let linked = project.home().join("linked");
    project.git(&["worktree", "add", "--quiet", linked.to_str().expect("the path is UTF-8"), "HEAD~1"]);
    let registered = project.git(&["worktree", "list", "--porcelain"]);
    assert_eq!(verdicts(&compare_in(&project, &linked, &["HEAD", "main"])), slower());
    assert_eq!(project.git(&["worktree", "list", "--porcelain"]), registered);
}

#[test]
fn what_lies_in_a_submodule_is_part_of_each_side() {
    let project = Project::small().file(".gitignore", "target\n");
    let inner = project.home().join("inner");
    fs::create_dir(&inner).unwrap();
    let git = |folder: &Path, arguments: &[&str]| {
        let folder = folder.to_str().expect("the path is UTF-8").to_owned();
        let fixed = ["-c", "protocol.file.allow=always", "-C", &folder];
        project.git(&[&fixed, arguments].concat())
    };
    git(&inner, &["init", "--quiet", "--initial-branch", "main"]);
    let times = |ns: u32| {
        fs::write(
            inner.join("first.rs"),
            stating(&[("sound", ns)]).replace("../fake_criterion.rs", "../../fake_criterion.rs"),
        )
        .unwrap();
        git(&inner, &["add", "--all"]);
        git(&inner, &["commit", "--quiet", "--message", "change"]);
    };
    times(1000);
    let root = project.root();
    git(&root, &["init", "--quiet", "--initial-branch", "main"]);
    git(&root, &["submodule", "--quiet", "add", inner.to_str().expect("the path is UTF-8"), "benches/inner"]);
    project.write(
        "Cargo.toml",
        &format!(
            "{}path = \"benches/inner/first.rs\"\n",
            fs::read_to_string(root.join("Cargo.toml")).unwrap()
        ),
    );
    fs::remove_file(root.join("benches/first.rs")).unwrap();
    commit(&project);
    times(2200);
    git(&root.join("benches/inner"), &["pull", "--quiet"]);
    commit(&project);
    let audited = compare(&project, &["HEAD~1", "HEAD"]);
    assert_eq!(row(&audited, "small/first/sound").verdict, PairedVerdict::Worse);
    // A clone without its submodules: what is missing is named.
    let bare = project.home().join("bare");
    project.git(&["clone", "--quiet", root.to_str().unwrap(), bare.to_str().unwrap()]);
    let outcome = compare_in(&project, &bare, &["HEAD~1", "HEAD"]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    let said = outcome.stdout + &outcome.stderr;
    assert!(said.contains("git submodule update --init"), "{said}");
}

#[test]
fn folders_without_git_are_compared_by_their_paths() {
    let project = Project::small().file("benches/first.rs", &stating(&[("sound", 1000)]));
    let place = |name: &str, ns: u32| {
        let folder = project.home().join(name);
        for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs", "fake_criterion.rs", "benches/first.rs"] {
            let to = folder.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(project.root().join(file), to).unwrap();
        }
        fs::write(folder.join("benches/first.rs"), stating(&[("sound", ns)])).unwrap();
        // Build products are no source.
        fs::create_dir(folder.join("target")).unwrap();
        fs::write(folder.join("target/CACHEDIR.TAG"), "").unwrap();
        folder
    };
    let (old, new) = (place("old", 1000), place("new", 2200));
    project.git(&["init", "--quiet"]);
    let before = [Tree::read(&old), Tree::read(&new)];
    let audited = compare(&project, &["path:../old", "path:../new"]);
    assert_eq!(row(&audited, "small/first/sound").verdict, PairedVerdict::Worse);
    assert_eq!(comparison(&audited).before.kind, ArmKind::Folder);
    assert_eq!([Tree::read(&old), Tree::read(&new)], before);
    assert!(!old.join("target/perfaudit").exists() && !new.join("target/perfaudit").exists());
    let refused = compare_in(&project, &project.root(), &["path:../nowhere", "path:../new"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("nowhere"), "{}", refused.stderr);
}

#[test]
fn a_folder_is_compared_with_a_revision() {
    let project = two_commits();
    let old = project.home().join("old");
    project.git(&["worktree", "add", "--quiet", "--detach", old.to_str().unwrap(), "HEAD"]);
    fs::remove_file(old.join(".git")).unwrap();
    let audited = compare(&project, &["path:../old", "HEAD"]);
    assert_eq!(row(&audited, "small/first/sound").verdict, PairedVerdict::Identical);
}

#[test]
fn a_command_is_run_in_the_tree_of_each_revision() {
    let project = Project::small().file("said", "before\n").under_git();
    commit(&project);
    project.write("said", "after\n");
    let audited = compare(&project, &["HEAD", "work", "--command", "cat said"]);
    assert_eq!(row(&audited, "command/cat said").same_output, Some(false));
    commit(&project);
    let audited = compare_again(&project, &["HEAD", "main", "--command", "cat said"]);
    assert_eq!(row(&audited, "command/cat said").verdict, PairedVerdict::Identical);
}

#[test]
fn what_prepares_a_command_is_run_before_each_of_its_processes() {
    let project = Project::small().file("said", "before\n").under_git();
    commit(&project);
    project.write("said", "after\n");
    let line = "cat fresh && rm fresh";
    let audited = compare(&project, &["HEAD", "work", "--command", line, "--prepare", "cp said fresh"]);
    let row = row(&audited, &format!("command/{line}"));
    assert_eq!(row.same_output, Some(false), "{:?}", row.message);
    assert!(row.pairs > 1);
    let audited = compare_again(&project, &["HEAD", "work", "--command", line, "--prepare", "cp none fresh"]);
    let message = crate::comparisons::row(&audited, &format!("command/{line}")).message.clone().unwrap();
    assert!(message.contains("what is run before it") && message.contains("none"), "{message}");
    let refused = compare_in(&project, &project.root(), &["HEAD", "work", "--prepare", "cp said fresh"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--command"), "{}", refused.stderr);
}

/// Compares into another directory than the last time.
fn compare_again(project: &Project, arguments: &[&str]) -> Audited {
    fs::remove_dir_all(project.home().join("run")).expect("the first comparison left a run");
    compare(project, arguments)
}

#[test]
fn a_target_that_one_side_alone_has_is_told_though_it_was_named() {
    let project = repository(&[("sound", 1000)]);
    let manifest = fs::read_to_string(project.root().join("Cargo.toml")).unwrap();
    project.write("Cargo.toml", &format!("{manifest}{}", bench_section("second")));
    project.write("benches/second.rs", &stating(&[("new", 1000)]));
    for selection in [&["--bench", "second"][..], &["--bench", "second", "-p", "small"]] {
        let _ = fs::remove_dir_all(project.home().join("run"));
        let audited = compare(&project, &[&["HEAD", "work"], selection].concat());
        assert_eq!(audited.code(), 3);
        let only: Vec<&str> = comparison(&audited).only_after.iter().map(|id| id.0.as_str()).collect();
        assert_eq!(only, ["small/second/new"]);
        let remarks = &comparison(&audited).before.remarks;
        assert!(remarks.iter().any(|remark| remark.contains("no benchmark target `second`")), "{remarks:?}");
    }
    let refused = compare_in(&project, &project.root(), &["HEAD", "work", "--bench", "third"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("neither side has"), "{}", refused.stderr);
}

#[test]
fn a_side_that_does_not_build_at_all_is_told_with_its_reason() {
    let project = repository(&[("sound", 1000)]);
    project.write("src/lib.rs", "pub fn broken() { nowhere(); }\n");
    let audited = compare(&project, &["HEAD", "work"]);
    assert_eq!(audited.code(), 4);
    let message = row(&audited, "small/first").message.clone().unwrap();
    assert!(message.starts_with("B: cannot be built:") && message.contains("nowhere"), "{message}");
    fs::write(project.root().join("Cargo.toml"), "[package\n").unwrap();
    let refused = compare_in(&project, &project.root(), &["HEAD~0", "work"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(4), ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("Cargo.toml"), "{}", refused.stderr);
}

#[test]
fn recorded_runs_are_put_beside_each_other_and_nothing_is_measured() {
    let project = repository(&[("sound", 1000)]);
    for name in ["one", "two"] {
        let out = project.home().join(name);
        let audited =
            project.perfaudit().args(["bench", "--offline", "--mode", "quick", "--out"]).args([&out]);
        assert_eq!(audited.run().code, Some(0));
    }
    let outcome = compare_in(&project, &project.root(), &["run:../one", "run:../two"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result = perfaudit_result::from_json(&outcome.stdout).unwrap();
    assert!(result.comparison.is_some() && result.paired.is_none());
    let refused = compare_in(&project, &project.root(), &["run:../one", "HEAD"]);
    assert_eq!(refused.code, Some(2));
    let refused = compare_in(&project, &project.root(), &["run:../nowhere", "run:../two"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("nowhere"), "{}", refused.stderr);
}

#[test]
fn what_both_sides_hand_to_llvm_is_counted_where_that_is_asked_for() {
    let project = repository(&[("one", 1000), ("two", 1000)]);
    let library = fs::read_to_string(project.root().join("src/lib.rs")).unwrap();
    let more =
        "/// Sorts.\npub fn sorted(mut all: Vec<String>) -> Vec<String> {\n    all.sort();\n    all\n}\n";
    project.write("src/lib.rs", &format!("{library}{more}"));
    let audited = compare(&project, &["HEAD", "work", "--ir"]);
    for id in ["small/first/one", "small/first/two"] {
        for metric in [MetricName::IR_LINES, MetricName::IR_COPIES] {
            let witnesses = &row(&audited, id).witnesses;
            let found = witnesses.iter().find(|witness| witness.metric == metric);
            let found = found.unwrap_or_else(|| panic!("{metric:?} is not among {witnesses:?}"));
            assert_eq!((found.says, found.is_exact()), (WitnessSays::More, true), "{found:?}");
        }
    }
    // Both rows are of one package.
    assert_eq!(audited.outcome.stdout.matches("ir.lines more").count(), 1, "{}", audited.outcome.stdout);
    let refused = compare_in(&project, &project.root(), &["cmd:true", "cmd:false", "--ir"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("`--ir` compiles source trees"), "{}", refused.stderr);
}

#[test]
fn an_interrupt_while_benchmarks_are_listed_leaves_nothing() {
    let hangs = "fn main() {\n    if std::env::args().any(|argument| argument == \"--list\") {\n        std::fs::write(std::env::var(\"STARTED\").unwrap(), \"\").unwrap();\n        std::thread::sleep(std::time::Duration::from_secs(1000));\n    }\n";
    let source = |ns: u32| stating(&[("sound", ns)]).replacen("fn main() {\n", hangs, 1);
    let project = Project::small().file(".gitignore", "target\n").file("benches/first.rs", &source(1000));
    project.git(&["init", "--quiet"]);
    commit(&project);
    project.write("benches/first.rs", &source(1100));
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
    assert_eq!(project.tree(), before);
    no_source_is_left(&project);
    project.nothing_survives();
}
