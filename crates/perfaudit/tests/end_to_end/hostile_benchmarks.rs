//! Benchmarks that fail in every way a benchmark can: each is a row with a message, and the others are measured.

use std::sync::LazyLock;

use perfaudit_result::{MetricName, TreeChangeKind, WorkloadState as State};

use crate::support::{Audited, Project, redacted};

/// One audit of all of them.
static AUDITED: LazyLock<(Project, Audited)> = LazyLock::new(|| {
    let project = Project::copy_of("misbehaving");
    let before = project.tree();
    let audited = project.audit(&["--timeout", "3s"]);
    // `Project::audit` has compared the changes with what the result tells: there is exactly one.
    assert_eq!(project.tree().changes_since(&before).len(), 1);
    (project, audited)
});

fn audited() -> &'static Audited {
    &AUDITED.1
}

fn assert_told(id: &str, state: State, parts: &[&str]) {
    let (actual, message) = audited().told(&format!("misbehaving/{id}"));
    assert_eq!(actual, state, "{id}: {message}");
    for part in parts {
        assert!(message.contains(part), "{id}: {part:?} is not in {message:?}");
    }
}

#[test]
fn every_way_to_end_is_told_from_the_others() {
    assert_told("endings/sound", State::Measured, &[]);
    assert_told("endings/panics", State::Failed, &["exit code 101", "benches/endings.rs:", "out of cheese"]);
    assert_told("endings/aborts", State::Killed, &["killed by SIGABRT"]);
    assert_told("endings/is killed", State::Killed, &["killed by SIGKILL"]);
    assert_told("endings/exits with 3", State::Failed, &["exit code 3\nfirst line\nlast line"]);
    assert_told("endings/exits with 0", State::NoResults, &["exit code 0, but Criterion left no samples"]);
    assert_told("endings/hangs", State::TimedOut, &["--timeout"]);
    assert_told("endings/ignores SIGTERM", State::TimedOut, &["--timeout"]);
}

#[test]
fn what_happens_after_measuring_is_told_beside_the_figures() {
    assert_told(
        "endings/fails after its results",
        State::Measured,
        &["its samples are complete", "while cleaning up"],
    );
    assert_told("endings/leaves a process behind", State::Measured, &["left 1 process"]);
    assert!(audited().limits().contains(&"processes-left-behind"));
}

#[test]
fn a_file_that_a_benchmark_leaves_in_the_tree_is_listed() {
    assert_told("endings/leaves a file behind", State::Measured, &[]);
    let changes = &audited().result.run.tree_changes;
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].path.as_str(), changes[0].kind), ("left-behind.txt", TreeChangeKind::Added));
}

#[test]
fn files_that_cannot_be_used_are_told_with_their_name_and_what_was_expected() {
    let sample = |name: &str| format!("{name}/new/sample.json: ");
    let shape = "expected an object with `sampling_mode`, `iters` and `times`";
    for (name, what) in [
        ("truncated", "EOF while parsing a value at line 2 column"),
        ("empty", "EOF while parsing a value at line 1 column 0"),
        ("foreign", "missing field `sampling_mode`"),
        ("future sampling", "unknown variant `Sideways`, expected `Linear` or `Flat`"),
        ("null", "invalid type: null"),
        ("overflow", "number out of range"),
        ("deeply nested", "line 1 column"),
    ] {
        assert_told(&format!("files/{name}"), State::Unreadable, &[&sample(name), what, shape]);
    }
    for (name, what) in [
        ("negative times", "times[1]: -5, expected at least 0"),
        ("no iterations", "iters[1]: 0.0; expected a whole number from 1 to 2^53"),
        ("NaN", "times[1]: not a number"),
        ("uneven", "expected one of each for every batch"),
        ("no batches", "0 iteration counts and 0 times"),
        ("a pipe", "expected a regular file"),
        ("no sample file", "cannot be read: No such file"),
    ] {
        assert_told(&format!("files/{name}"), State::Unreadable, &[&sample(name), what]);
    }
    assert_told(
        "files/future throughput",
        State::Unreadable,
        &["future throughput/new/benchmark.json: ", "unknown variant `Parsecs`", "`title` and `throughput`"],
    );
    assert_told("files/sound", State::Measured, &[]);
}

#[test]
fn output_that_nobody_asked_for_does_no_harm() {
    assert_told("output/prints megabytes", State::Measured, &[]);
    assert_told("output/prints bytes that are no text", State::Failed, &["exit code 1", "caf\u{fffd}"]);
    // Control sequences must not reach a terminal.
    assert!(!audited().outcome.stdout.contains('\u{1b}'));
    assert_told("output/prints progress of its own", State::Measured, &[]);
}

#[test]
fn times_that_no_clock_shows_make_no_figure_and_no_crash() {
    assert_told("output/takes for ever", State::Unreadable, &["expected at most 9.0"]);
    assert_told("output/takes no time", State::Measured, &[]);
    let throughput =
        audited().row("misbehaving/output/takes no time").metric(&MetricName::THROUGHPUT).unwrap();
    assert_eq!(throughput.figure.value(), None);
    assert_told("output/is measured once", State::Measured, &[]);
    let once = audited().row("misbehaving/output/is measured once");
    let median = &once.metric(&MetricName::WALL_TIME_P50).unwrap().figure;
    assert_eq!((median.value(), median.interval()), (Some(100.0), None));
    assert_told("output/declares no work", State::Measured, &[]);
}

#[test]
fn a_target_that_cannot_be_asked_is_a_row_of_its_own() {
    assert_told("hangs-at-list", State::TimedOut, &["`--list`: ", "--timeout"]);
    assert_told("lists-nothing", State::NoResults, &["lists no benchmark", "warming up the flux capacitor"]);
    assert_told("panics-at-list", State::Failed, &["`--list`: exit code 101", "the input is there"]);
    // What was listed before the panic is tried nevertheless.
    assert_told("panics-at-list/known before", State::Failed, &["exit code 101"]);
}

#[test]
fn failures_of_the_project_end_with_exit_code_4_and_the_first_line_counts_them() {
    let audited = audited();
    assert_eq!(audited.code(), 4);
    let rows = audited.rows();
    let failed = rows.iter().filter(|(_, state)| state.is_failure()).count();
    let measured = rows.iter().filter(|(_, state)| *state == State::Measured).count();
    assert_eq!(failed + measured, rows.len());
    let first = audited.outcome.stdout.lines().next().unwrap();
    assert!(
        first.starts_with(&format!("{failed} of {} benchmarks failed, {measured} measured", rows.len())),
        "{first}"
    );
}

#[test]
fn messages_are_escaped_in_the_html_report() {
    let html = audited().file("report.html");
    assert!(html.contains("out of cheese"));
    assert!(!html.contains("<script>alert(1)"));
}

#[test]
fn each_failure_reads_as_recorded() {
    let text = redacted(&audited().outcome.stdout, &AUDITED.0.root());
    let start = text.find("Failed\n").expect("there is a list of failures");
    let end = text.find("\nFindings\n").expect("findings come after it");
    insta::assert_snapshot!(&text[start..end]);
}
