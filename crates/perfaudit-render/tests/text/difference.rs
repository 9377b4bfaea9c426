//! Two profiles side by side, in the text formats.

use perfaudit_render::{Terminal, markdown, terminal};
use perfaudit_result::*;

use crate::fixture;

fn figure(unit: Unit, value: f64) -> Figure {
    let margin = value.abs() * 0.05;
    Figure {
        estimate: Estimate::WithInterval {
            value,
            interval: Interval::new(value - margin, value + margin).expect("the bounds are in order"),
            level: ConfidenceLevel::P95,
        },
        unit,
        n: 9_930,
        method: Method("share of samples".into()),
        of: Of::Sample,
    }
}

fn change(symbol: &str, file: Option<&str>, ns: [f64; 2], p: f64) -> FunctionChange {
    FunctionChange {
        symbol: symbol.into(),
        file: file.map(Into::into),
        before: figure(Unit::Ratio, 0.2),
        after: figure(Unit::Ratio, 0.25),
        time_before: Some(figure(Unit::Nanoseconds, ns[0])),
        time_after: Some(figure(Unit::Nanoseconds, ns[1])),
        effect: figure(Unit::Nanoseconds, ns[1] - ns[0]),
        p,
    }
}

fn difference(title: &str) -> ProfileDifference {
    ProfileDifference {
        id: WorkloadId(format!("log-decode/decode/{title}")),
        before: "run 20260101T000000Z-0001, commit 0123456789ab".into(),
        false_discovery_rate: 0.01,
        slower: Vec::new(),
        faster: Vec::new(),
        undecided: 2,
        undecided_functions: vec![change("log_decode::same", Some("src/lib.rs"), [90.0, 91.0], 0.4)],
        untested: 1,
        noise_floor: Some(0.021),
        unlike: Vec::new(),
    }
}

fn compared() -> AuditResult {
    let mut result = fixture::full();
    let slower = vec![
        change("log_decode::json::Parser::value", Some("src/json/parser.rs"), [382.0, 497.0], 1e-9),
        change(&fixture::hostile_title(), Some("src/<b>.rs"), [20.0, 31.0], 0.0021),
    ];
    let faster = vec![change("malloc", None, [106.5, 40.0], 0.004)];
    let shares = FunctionChange {
        time_before: None,
        time_after: None,
        effect: figure(Unit::Ratio, 0.05),
        ..change("log_decode::read", None, [1.0, 2.0], 0.0001)
    };
    result.cpu = Some(Cpu {
        workloads: Vec::new(),
        differences: vec![
            difference("json/1k"),
            ProfileDifference { slower, faster, ..difference("json/10") },
            ProfileDifference {
                slower: vec![shares],
                unlike: vec!["499 Hz before, 999 Hz after".into()],
                noise_floor: None,
                undecided_functions: Vec::new(),
                ..difference("other")
            },
        ],
    });
    result
}

fn at(width: usize, verbose: bool) -> String {
    let terminal_ =
        Terminal { width, colour: false, run_dir: "target/perfaudit/runs/latest".into(), verbose };
    let text = terminal(&compared(), &terminal_);
    let start = text.find("\nFunctions beside").expect("the text has the heading");
    let end = text[start..].find("\nFailed\n").map_or(text.len(), |end| start + end);
    text[start..end].to_owned()
}

#[test]
fn slower_and_faster_functions_come_first_and_the_others_are_counted() {
    insta::assert_snapshot!(at(120, false));
}

#[test]
fn those_that_do_not_differ_are_listed_when_all_is_asked_for() {
    assert!(!at(120, false).contains("log_decode::same"));
    assert!(at(120, true).contains("log_decode::same"));
}

#[test]
fn no_line_is_longer_than_the_terminal() {
    for width in [40, 60, 80] {
        let text = at(width, true);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    }
}

#[test]
fn the_markdown_has_a_table_for_each_workload_that_changed() {
    let text = markdown(&compared());
    let start = text.find("## Functions beside").expect("the section is there");
    insta::assert_snapshot!(&text[start..start + text[start + 3..].find("\n## ").unwrap() + 3]);
}

#[test]
fn a_run_that_stands_beside_no_other_says_nothing_of_it() {
    assert!(!markdown(&fixture::full()).contains("Functions beside"));
}
