use perfaudit_render::{json, junit};
use perfaudit_result::from_json;
use proptest::prelude::*;
use quick_junit::{Report, TestCaseStatus};

use crate::fixture;

#[test]
fn a_result() {
    insta::assert_snapshot!(junit(&fixture::full()));
}

#[test]
fn a_run_that_measured_nothing() {
    insta::assert_snapshot!(junit(&fixture::empty()));
}

#[test]
fn each_benchmark_is_a_case_of_its_target() {
    let report = Report::deserialize_from_str(&junit(&fixture::full())).unwrap();
    let names: Vec<&str> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["log-decode/decode", "log-decode/broken", "log-decode/custom"]);
    let cases = || report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    assert_eq!(cases().count(), fixture::full().workloads.len());
    let failed = cases().filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. })).count();
    let skipped = cases().filter(|case| matches!(case.status, TestCaseStatus::Skipped { .. })).count();
    assert_eq!((failed, skipped), (3, 3));
}

#[test]
fn json_is_read_back_as_it_was_and_ends_in_a_newline() {
    let text = json(&fixture::full());
    assert!(text.ends_with("}\n"));
    assert_eq!(from_json(&text).unwrap(), fixture::full());
}

proptest! {
    #[test]
    fn whatever_names_and_messages_hold_the_xml_is_well_formed(name in any::<String>(), message in any::<String>()) {
        let mut result = fixture::full();
        result.workloads[0].title.clone_from(&name);
        result.workloads[0].target = name;
        result.workloads[9].message = Some(message);
        let text = junit(&result);
        let forbidden = |c: char| (c < ' ' && !"\t\n\r".contains(c)) || c == '\u{fffe}' || c == '\u{ffff}';
        prop_assert!(!text.contains(forbidden));
        prop_assert!(Report::deserialize_from_str(&text).is_ok());
    }
}
