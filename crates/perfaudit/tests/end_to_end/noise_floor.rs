//! How far the machine differs from itself, through the command line.

use crate::support::Project;

#[test]
fn a_fresh_noise_floor_is_in_the_report_and_a_store_that_cannot_be_written_is_no_error() {
    let project = Project::small().file("taken", "");
    let audited = project.audit(&["--noise-floor", "fresh", "--store", "taken/store"]);
    assert_eq!(audited.code(), 0);
    let floor = audited.result.host.noise_floor.as_ref().expect("it was measured");
    assert_eq!((floor.age_s, floor.kernels.len()), (0, 2));
    assert!(floor.ratio >= 0.0 && floor.pairs >= 5, "{floor:?}");
    assert!(audited.limits().contains(&"noise-floor-not-kept"), "{:?}", audited.limits());
    for report in ["report.html", "report.md"] {
        assert!(audited.file(report).contains("of 100 comparisons of a program with itself"), "{report}");
    }
}

#[test]
fn a_noise_floor_is_measured_neither_for_a_short_budget_nor_in_a_dry_run() {
    let project = Project::small();
    let audited = project.audit(&["--noise-floor", "auto", "--budget", "20s"]);
    assert_eq!((audited.code(), &audited.result.host.noise_floor), (0, &None));
    let limits = &audited.result.limits;
    let limit = limits.iter().find(|limit| limit.code == "noise-floor").expect("that is told");
    assert!(limit.message.contains("too much of the budget"), "{}", limit.message);
    assert!(limit.remedy.as_ref().is_some_and(|remedy| remedy.contains("doctor --noise-floor fresh")));
    let outcome =
        project.perfaudit().args(["audit", "--dry-run", "--noise-floor", "fresh", "--store", "store"]).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(!project.root().join("store").exists());
}
