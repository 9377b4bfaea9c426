//! The commit that changed something is found in histories that are made up. What benchmarks measure is written by the
//! benchmarks themselves, so that the truth is known and no clock decides a test.

use perfaudit_result::{Bisection, BisectionAnswer, BisectionState, PairedVerdict};

use crate::comparisons::{commit, no_source_is_left, stating};
use crate::interruption::{interrupt, wait_for};
use crate::support::{Audited, Outcome, Project};

/// A repository with `commits` commits behind its first one, in each of which the source of the benchmark is what a
/// function makes of its number, with that number as its message.
fn history(commits: usize, source: impl Fn(usize) -> String) -> Project {
    let project = Project::small().under_git();
    for number in 0..=commits {
        project.write("benches/first.rs", &source(number));
        project.git(&["add", "--all"]);
        project.git(&["commit", "--quiet", "--message", &format!("number {number}")]);
    }
    project
}

/// A benchmark that states this time, in a program that differs from that of any other number.
fn program(number: usize, ns: u32) -> String {
    let mark = format!(
        "fn main() {{\n    if std::env::args().count() == 4000 {{\n        println!(\"number {number}\");\n    }}\n"
    );
    stating(&[("sound", ns), ("steady", 500)]).replacen("fn main() {\n", &mark, 1)
}

fn command(project: &Project, arguments: &[&str]) -> Outcome {
    let fixed = ["bisect", "--offline", "--seed", "1", "--verbose", "--mode", "quick"];
    project.perfaudit().args(fixed).args(arguments).run()
}

/// Searches, and checks what holds for every search: the tree and the repository are what they were.
fn bisect(project: &Project, arguments: &[&str]) -> Audited {
    let out = project.home().join("run");
    let (before, status) = (project.tree(), project.git(&["--no-optional-locks", "status", "--porcelain"]));
    let out_arguments = ["--out", out.to_str().expect("the path is UTF-8")];
    let outcome = command(project, &[&out_arguments, arguments].concat());
    let audited = Audited::read(outcome, &out);
    audited.check(&project.tree().changes_since(&before));
    assert_eq!(project.tree(), before);
    assert_eq!(project.git(&["--no-optional-locks", "status", "--porcelain"]), status);
    no_source_is_left(project);
    project.nothing_survives();
    audited
}

fn search(audited: &Audited) -> &Bisection {
    audited.result.bisection.as_ref().expect("a history was searched")
}

/// The subjects of the commits that were looked at and are in a state.
fn looked_at(audited: &Audited, state: BisectionState) -> Vec<&str> {
    let steps = search(audited).steps.iter().filter(|step| step.state == state);
    steps.map(|step| step.commit.subject.as_str()).collect()
}

#[test]
fn a_commit_that_was_planted_among_64_is_found() {
    let project = history(64, |number| program(number, if number < 41 { 1000 } else { 2080 }));
    let audited = bisect(&project, &["HEAD~64", "HEAD"]);
    assert_eq!(audited.code(), 0);
    let BisectionAnswer::Found { commit, row, is_merge: false } = &search(&audited).answer else {
        panic!("{:?}", search(&audited).answer);
    };
    assert_eq!(commit.subject, "number 41");
    assert_eq!((row.id.0.as_str(), row.verdict), ("small/first/sound", PairedVerdict::Worse));
    assert!((row.effect.value().unwrap() - 1.08).abs() < 1e-9);
    // Six decisions, both ends, and the commit beside its parent.
    let found = search(&audited);
    assert_eq!((found.commits, found.steps.len(), found.comparisons), (64, 6, 8));
    assert!(found.planned >= found.comparisons);
    let headline = &audited.result.verdict.headline;
    assert!(headline.contains("\"number 41\" made small/first/sound 108.0 % slower"), "{headline}");
    assert!(audited.file("report.md").contains("## The search"));
    assert!(audited.file("report.html").contains("number 41"));
}

#[test]
fn commits_that_do_not_build_are_skipped() {
    let broken = [3, 6, 9, 10, 11, 12, 13, 17, 19, 22];
    let project = history(24, |number| {
        let nonsense = if broken.contains(&number) { "fn unfinished() { nowhere(); }\n" } else { "" };
        format!("{}{nonsense}", program(number, if number < 15 { 1000 } else { 2080 }))
    });
    let audited = bisect(&project, &["HEAD~24", "main"]);
    let BisectionAnswer::Found { commit, .. } = &search(&audited).answer else {
        panic!("{:?}", search(&audited).answer);
    };
    assert_eq!((commit.subject.as_str(), audited.code()), ("number 15", 0));
    let skipped = looked_at(&audited, BisectionState::Unfit);
    assert!(!skipped.is_empty());
    let unfit = search(&audited).steps.iter().find(|step| step.state == BisectionState::Unfit).unwrap();
    assert!(unfit.message.as_ref().unwrap().contains("nowhere"), "{unfit:?}");
}

#[test]
fn what_commits_that_do_not_build_hide_is_told_as_a_range() {
    let project = history(8, |number| {
        let nonsense = if (4..6).contains(&number) { "fn unfinished() { nowhere(); }\n" } else { "" };
        format!("{}{nonsense}", program(number, if number < 5 { 1000 } else { 2080 }))
    });
    let audited = bisect(&project, &["HEAD~8"]);
    assert_eq!(audited.code(), 3);
    let BisectionAnswer::Among { commits, reason } = &search(&audited).answer else {
        panic!("{:?}", search(&audited).answer);
    };
    let subjects: Vec<&str> = commits.iter().map(|commit| commit.subject.as_str()).collect();
    assert_eq!(subjects, ["number 4", "number 5", "number 6"]);
    assert_eq!(reason, "2 of them could not be built or run");
    assert!(audited.outcome.stdout.starts_with("one of 3 commits changed small/first/sound"));
}

#[test]
fn equal_programs_and_equal_sources_are_not_timed_again() {
    // Only number 2 and number 5 differ in more than a comment.
    let project = history(8, |number| {
        let ns = if number < 5 { 1000 } else { 2080 };
        format!("// number {number}\n{}", program(usize::from(number >= 2), ns))
    });
    let audited = bisect(&project, &["HEAD~8", "HEAD"]);
    let BisectionAnswer::Found { commit, .. } = &search(&audited).answer else {
        panic!("{:?}", search(&audited).answer);
    };
    assert_eq!(commit.subject, "number 5");
    let same = search(&audited).steps.iter().filter(|step| {
        step.message.as_ref().is_some_and(|said| said.starts_with("it has the same program as "))
    });
    assert!(same.count() > 0, "{:?}", search(&audited).steps);
}

#[test]
fn ends_that_are_the_same_leave_nothing_to_search() {
    let project = history(2, |number| program(number % 2, 1000));
    let audited = bisect(&project, &["HEAD~2", "HEAD"]);
    assert_eq!(audited.code(), 3);
    assert!(matches!(search(&audited).answer, BisectionAnswer::NoChange { .. }));
    assert_eq!((search(&audited).comparisons, search(&audited).steps.len()), (0, 0));
}

#[test]
fn a_command_that_became_slower_is_found_by_its_time() {
    let project = Project::small().under_git();
    for number in 0..=4 {
        // Three hundred times as long: no load makes that of nothing.
        let seconds = if number < 2 { "0.001" } else { "0.3" };
        project.write("tool.sh", &format!("sleep {seconds} # {number}\n"));
        project.write(
            "make.sh",
            if number == 1 { "exit 1\n" } else { "cp tool.sh \"$CARGO_TARGET_DIR/tool\"\n" },
        );
        commit(&project);
    }
    let line = "sh $CARGO_TARGET_DIR/tool";
    let audited = bisect(&project, &["HEAD~4", "HEAD", "--command", line, "--build", "sh make.sh"]);
    // Number 1 cannot be built, so that it may be the one as well.
    let BisectionAnswer::Among { commits, .. } = &search(&audited).answer else {
        panic!("{:?}", search(&audited).answer);
    };
    assert_eq!(commits.len(), 2);
    assert_eq!(commits[1].commit, project.git(&["rev-parse", "HEAD~2"]));
}

#[test]
fn revisions_without_a_line_of_commits_between_them_are_refused_with_what_helps() {
    let project = history(2, |number| program(number, 1000));
    project.git(&["checkout", "--quiet", "-b", "other", "HEAD~1"]);
    project.write("src/lib.rs", "// other\n");
    commit(&project);
    let refused = |arguments: &[&str], words: &str| {
        let Outcome { code, stdout, stderr } = command(&project, arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    };
    refused(&["main", "main~1"], "it is the other way round");
    refused(&["main", "other"], "both descend from");
    refused(&["main", "main"], "both are the same commit");
    refused(&["nowhere"], "`nowhere` names no commit");
    refused(&["HEAD~1", "--command", "true", "--filter", "x"], "cannot be used with");
    assert_eq!(std::fs::read_dir(project.runs()).map_or(0, Iterator::count), 0);
}

#[test]
fn an_interrupt_while_a_commit_is_looked_at_tells_what_is_left() {
    let script = "fn main() {\n    println!(\"cargo:rerun-if-changed=build.rs\");\n    if include_str!(\"stop\").trim() == \"stop\" {\n        std::fs::write(std::env::var(\"STARTED\").unwrap(), \"\").unwrap();\n        std::thread::sleep(std::time::Duration::from_secs(1000));\n    }\n}\n";
    let project = Project::small().file(".gitignore", "target\n").file("build.rs", script);
    let started = project.home().join("started");
    project.write(".cargo/config.toml", &format!("[env]\nSTARTED = \"{}\"\n", started.display()));
    project.git(&["init", "--quiet", "--initial-branch", "main"]);
    for number in 0..=4 {
        project.write("stop", if number == 2 { "stop" } else { "go" });
        project.write("benches/first.rs", &program(number, if number < 3 { 1000 } else { 2080 }));
        commit(&project);
    }
    let (before, out) = (project.tree(), project.home().join("run"));
    let arguments = ["bisect", "--offline", "--mode", "quick", "HEAD~4", "HEAD", "--out"];
    let child = project.perfaudit().args(arguments).args([&out]).piped().spawn().expect("it can be started");
    wait_for(|| started.exists());
    interrupt(&child);
    let outcome = Outcome::from(child.wait_with_output().expect("the child can be waited for"));
    let audited = Audited::read(outcome, &out);
    audited.check(&project.tree().changes_since(&before));
    assert_eq!(audited.code(), 3);
    let BisectionAnswer::Among { commits, reason } = &search(&audited).answer else {
        panic!("{:?}", search(&audited).answer);
    };
    assert_eq!((commits.len(), reason.as_str()), (4, "the search was interrupted"));
    assert_eq!(project.tree(), before);
    no_source_is_left(&project);
    project.nothing_survives();
}
