use std::collections::HashSet;

use perfaudit_render::sarif;
use serde_json::Value;

use crate::fixture;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_result() {
    insta::assert_snapshot!(sarif(&fixture::full()));
}

#[test]
fn a_run_that_measured_nothing() {
    insta::assert_snapshot!(sarif(&fixture::empty()));
}

#[test]
fn every_result_has_what_code_scanning_requires() {
    let log = parsed(&sarif(&fixture::full()));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), fixture::full().findings.len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!rules[index]["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uriBaseId"], "%SRCROOT%");
        let uri = place["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && !uri.starts_with('/') && !uri.contains(".."), "{uri}");
    }
}

#[test]
fn fingerprints_are_unique() {
    let log = parsed(&sarif(&fixture::full()));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let prints: HashSet<&str> = results
        .iter()
        .map(|result| result["partialFingerprints"]["perfaudit/v1"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), results.len());
}

#[test]
fn a_finding_without_a_place_points_at_the_first_source_or_the_manifest() {
    let mut result = fixture::full();
    let uri = |text: &str| {
        parsed(text)["runs"][0]["results"][2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .clone()
    };
    assert_eq!(uri(&sarif(&result)), "crates/log-decode/benches/decode.rs");
    result.workloads.clear();
    assert_eq!(uri(&sarif(&result)), "Cargo.toml");
}

#[test]
fn a_failed_build_is_a_failed_execution_and_an_inconclusive_run_is_not() {
    let successful = |text: &str| parsed(text)["runs"][0]["invocations"][0]["executionSuccessful"].clone();
    assert_eq!(successful(&sarif(&fixture::full())), false);
    assert_eq!(successful(&sarif(&fixture::empty())), true);
}
