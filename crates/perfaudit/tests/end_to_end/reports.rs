//! What a run leaves to read: every format, made again, made from bad files, and two runs at once.

use std::fs;

use serde_json::{Value, json};

use crate::support::Project;

const REPORTS: [&str; 4] = ["report.html", "report.md", "findings.sarif", "junit.xml"];

/// Changes `result.json` of a run.
fn tamper(path: &std::path::Path, change: impl FnOnce(&mut Value)) {
    let text = fs::read_to_string(path).expect("the result is there");
    let mut result: Value = serde_json::from_str(&text).expect("the result is JSON");
    change(&mut result);
    fs::write(path, result.to_string()).expect("the result can be written");
}

#[test]
fn reports_made_again_are_the_same_to_the_byte() {
    let project = Project::small();
    let audited = project.audit(&[]);
    let first: Vec<String> = REPORTS.iter().map(|name| audited.file(name)).collect();
    for name in REPORTS {
        fs::remove_file(audited.directory.join(name)).unwrap();
    }
    let run = audited.directory.to_string_lossy().into_owned();
    let again = project.perfaudit().args(["report", &run, "--verbose"]).run();
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""));
    assert_eq!(again.stdout, audited.outcome.stdout);
    for (name, content) in REPORTS.iter().zip(first) {
        assert_eq!(audited.file(name), content, "{name}");
    }
}

#[test]
fn every_format_can_be_printed_and_is_what_the_file_holds() {
    let project = Project::small();
    let audited = project.audit(&[]);
    let run = audited.directory.to_string_lossy().into_owned();
    for (format, name) in [
        ("json", "result.json"),
        ("markdown", "report.md"),
        ("sarif", "findings.sarif"),
        ("junit", "junit.xml"),
    ] {
        let printed = project.perfaudit().args(["report", &run, "--format", format]).run();
        assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""), "{format}");
        assert_eq!(printed.stdout, audited.file(name), "{format}");
    }
}

#[test]
fn the_summary_begins_with_the_verdict_and_says_where_the_reports_are() {
    let project = Project::small();
    let audited = project.audit(&[]);
    let summary = &audited.outcome.stdout;
    assert!(summary.starts_with(&audited.result.verdict.headline), "{summary}");
    assert!(summary.contains(&*audited.directory.join("report.html").to_string_lossy()), "{summary}");
    assert!(!summary.contains('\u{1b}'), "colours belong on a terminal");
    assert!(summary.contains("small/first\n"), "{summary}");
}

#[test]
fn a_result_that_cannot_be_read_is_named_with_what_was_expected() {
    let project = Project::small();
    let audited = project.audit(&[]);
    let file = audited.directory.join("result.json");
    let whole = fs::read_to_string(&file).unwrap();
    let run = audited.directory.to_string_lossy().into_owned();
    let truncated = &whole[..whole.len() / 2];
    let newer = whole.replacen("\"schema_version\": 1", "\"schema_version\": 999", 1);
    let nested = "[".repeat(100_000);
    for (content, part) in [
        (truncated, "EOF while parsing"),
        ("", "EOF while parsing"),
        ("{\"hello\": [\"world\"]}", "schema_version"),
        (newer.as_str(), "999"),
        (nested.as_str(), "not a perfaudit result"),
    ] {
        fs::write(&file, content).unwrap();
        let outcome = project.perfaudit().args(["report", &run]).run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{part}: {}", outcome.stderr);
        for expected in ["result.json", part] {
            assert!(outcome.stderr.contains(expected), "{expected:?} is not in {}", outcome.stderr);
        }
    }
}

#[test]
fn samples_that_cannot_be_read_are_left_out_and_the_rest_is_shown() {
    let project = Project::small();
    let audited = project.audit(&[]);
    let samples = audited.row("small/first/sound").samples.as_ref().unwrap().0.clone();
    let run = audited.directory.to_string_lossy().into_owned();
    fs::write(audited.directory.join(&samples), "[1, 2").unwrap();
    let outcome = project.perfaudit().args(["report", &run]).run();
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stderr.contains(&format!("left out: {samples}")), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("1 benchmark measured"), "{}", outcome.stdout);

    tamper(&audited.directory.join("result.json"), |result| {
        for artifact in result["artifacts"].as_array_mut().unwrap() {
            artifact["path"] = json!("../../project/Cargo.toml");
        }
    });
    let outcome = project.perfaudit().args(["report", &run]).run();
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stderr.contains("leaves the run's folder"), "{}", outcome.stderr);
}

#[test]
fn a_result_of_somebody_else_cannot_smuggle_markup_or_controls_into_a_report() {
    let project = Project::small();
    let audited = project.audit(&[]);
    let hostile = "<script>alert(1)</script>\u{1b}[31m\" onload=\"x";
    tamper(&audited.directory.join("result.json"), |result| {
        result["workloads"][0]["title"] = json!(hostile);
        result["workloads"][0]["message"] = json!(hostile);
        result["project"]["name"] = json!(hostile);
        result["verdict"]["headline"] = json!(hostile);
    });
    let run = audited.directory.to_string_lossy().into_owned();
    let outcome = project.perfaudit().args(["report", &run, "--verbose"]).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(!outcome.stdout.contains('\u{1b}'));
    let html = audited.file("report.html");
    assert!(!html.contains("<script>alert"));
    assert!(!html.contains("\" onload=\"x"));
}

#[test]
fn without_a_run_the_report_says_how_to_get_one() {
    let project = Project::small();
    let outcome = project.perfaudit().args(["report"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("`perfaudit audit` makes one"), "{}", outcome.stderr);
}

#[test]
fn two_audits_at_once_both_end_well_and_measure_one_after_the_other() {
    let project = Project::small();
    let out = |name: &str| project.home().join(name);
    let children: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|name| {
            let arguments = ["audit", "--offline", "--out"];
            project.perfaudit().args(arguments).args([out(name)]).piped().spawn().unwrap()
        })
        .collect();
    for (child, name) in children.into_iter().zip(["one", "two"]) {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let result = fs::read_to_string(out(name).join("result.json")).unwrap();
        assert_eq!(perfaudit_result::from_json(&result).unwrap().workloads.len(), 1, "{name}");
    }
    project.nothing_survives();
}
