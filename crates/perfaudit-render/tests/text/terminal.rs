use perfaudit_render::{Terminal, terminal};
use perfaudit_result::AuditResult;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use crate::fixture;

fn at(width: usize) -> Terminal {
    Terminal { width, colour: false, run_dir: "target/perfaudit/runs/latest".into(), verbose: false }
}

#[test]
fn a_result_at_80_columns() {
    insta::assert_snapshot!(terminal(&fixture::full(), &at(80)));
}

#[test]
fn a_result_at_100_columns() {
    insta::assert_snapshot!(terminal(&fixture::full(), &at(100)));
}

#[test]
fn a_result_at_120_columns() {
    insta::assert_snapshot!(terminal(&fixture::full(), &at(120)));
}

#[test]
fn a_result_at_40_columns() {
    insta::assert_snapshot!(terminal(&fixture::full(), &at(40)));
}

#[test]
fn a_result_in_colour() {
    let text = terminal(&fixture::full(), &Terminal { colour: true, ..at(100) });
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn a_result_in_full() {
    insta::assert_snapshot!(terminal(&fixture::full(), &Terminal { verbose: true, ..at(120) }));
}

#[test]
fn a_run_that_measured_nothing() {
    insta::assert_snapshot!(terminal(&fixture::empty(), &at(80)));
}

#[test]
fn a_long_run_shows_what_is_wrong_and_counts_the_rest() {
    insta::assert_snapshot!(terminal(&fixture::long(200), &at(80)));
}

#[test]
fn a_long_run_is_told_in_full_when_asked_for() {
    let text = terminal(&fixture::long(200), &Terminal { verbose: true, ..at(80) });
    assert!(text.contains("  json/199 "));
    assert!(text.contains("  late/29 "));
    assert!(!text.contains("more"));
}

#[test]
fn the_first_finding_of_a_rule_stands_for_the_others() {
    let mut result = fixture::full();
    let note = result.findings[2].clone();
    result.findings.extend(std::iter::repeat_n(note, 14));
    let text = terminal(&result, &at(80));
    assert_eq!(text.matches("note: Benchmarks run with a profile").count(), 1);
    assert!(text.contains("and 15 more of this rule"), "{text}");
    let text = terminal(&result, &Terminal { verbose: true, ..at(80) });
    assert_eq!(text.matches("note: Benchmarks run with a profile").count(), 15);
}

#[test]
fn the_first_line_is_the_verdict_and_the_last_one_names_the_report() {
    let text = terminal(&fixture::full(), &at(120));
    assert_eq!(text.lines().next(), Some("3 of 15 benchmarks failed; 1 figure is wrong and 2 mislead"));
    assert_eq!(text.lines().last(), Some("Report: target/perfaudit/runs/latest/report.html"));
}

#[test]
fn colour_changes_styles_and_nothing_else() {
    let result = fixture::full();
    let plain = terminal(&result, &at(100));
    let coloured = terminal(&result, &Terminal { colour: true, ..at(100) });
    assert_ne!(plain, coloured);
    let stripped: String = coloured
        .split('\u{1b}')
        .enumerate()
        .map(|(index, piece)| if index == 0 { piece } else { piece.split_once('m').unwrap().1 })
        .collect();
    assert_eq!(plain, stripped);
}

#[test]
fn no_line_is_wider_than_the_terminal_or_ends_in_a_space() {
    for result in [fixture::full(), fixture::empty(), fixture::long(90)] {
        for width in 40..=200 {
            for verbose in [false, true] {
                check(&result, &Terminal { verbose, ..at(width) });
            }
        }
    }
}

fn check(result: &AuditResult, to: &Terminal) {
    let text = terminal(result, to);
    assert!(!text.contains('\u{1b}'), "a raw escape at {}", to.width);
    // The last line is a path to be copied, and stays whole; nothing but it may be wider.
    let is_path = |line: &str| line == format!("Report: {}/report.html", to.run_dir);
    assert_eq!(text.lines().filter(|line| is_path(line)).count(), 1);
    for line in text.lines().filter(|line| !is_path(line)) {
        assert!(line.width() <= to.width, "{} > {}: {line:?}", line.width(), to.width);
        assert_eq!(line, line.trim_end(), "ends in a space at {}", to.width);
    }
}

proptest! {
    #[test]
    fn whatever_names_and_messages_hold_the_lines_keep_their_width(
        name in any::<String>(), message in any::<String>(), width in 20..220_usize,
    ) {
        let mut result = fixture::full();
        result.workloads[0].title.clone_from(&name);
        result.workloads[0].target.clone_from(&name);
        result.workloads[9].message = Some(message.clone());
        result.workloads[9].id.0.clone_from(&name);
        result.verdict.headline.clone_from(&message);
        result.findings[0].title.clone_from(&message);
        result.findings[0].rule = name;
        result.next_actions[0].command = Some(message);
        check(&result, &at(width));
    }
}
