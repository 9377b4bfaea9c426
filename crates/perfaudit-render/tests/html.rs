//! The HTML report against results made by hand.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]
#![allow(dead_code, reason = "other tests use the rest of the fixtures")]

mod fixture;

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixture::{ATTRIBUTE_NAME, Fixture, RTL_NAME, SCRIPT_NAME, Shape};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn report(fixture: &Fixture) -> String {
    perfaudit_render::html::html(fixture.input())
}

/// The text between the first `open` and the `close` after it.
fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let start = text.find(open).unwrap_or_else(|| panic!("no {open}")) + open.len();
    let end = text[start..].find(close).unwrap_or_else(|| panic!("no {close} after {open}"));
    &text[start..start + end]
}

fn data(report: &str) -> Value {
    serde_json::from_str(between(report, "<script id=\"data\" type=\"application/json\">", "</script>"))
        .unwrap()
}

/// The values of an attribute, in order.
fn attributes<'a>(report: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!(" {name}=\"");
    report.match_indices(&open).map(|(at, _)| report[at + open.len()..].split('"').next().unwrap()).collect()
}

/// The markup without the style, the script and the data.
fn markup(report: &str) -> &str {
    between(report, "</head>", "<script id=\"data\"")
}

#[test]
fn the_report_names_no_other_host() {
    let report = report(&Fixture::rich()).to_lowercase();
    for forbidden in ["http:", "https:", "//cdn", "@import", "url(", "src="] {
        let place = report.replace("&lt;img src=x", "").find(forbidden);
        assert_eq!(place, None, "{forbidden}");
    }
}

#[test]
fn the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() {
    let report = report(&Fixture::rich());
    let policy = between(&report, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (element, open, close) in [("style", "<style>", "</style>"), ("script", "<script>", "</script>")] {
        let hash = STANDARD.encode(Sha256::digest(between(&report, open, close)));
        assert!(policy.contains(&format!("{element}-src 'sha256-{hash}'")), "{element}: {policy}");
    }
    // The hash of the policy covers one element of each kind; the data is no script to a browser.
    assert_eq!(report.matches("<style").count(), 1);
    assert_eq!(report.matches("<script").count(), 2);
    assert!(!markup(&report).contains(" style=\""));
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    let mut fixture = Fixture::rich();
    fixture.result.project.name = SCRIPT_NAME.into();
    fixture.result.verdict.headline = ATTRIBUTE_NAME.into();
    fixture.result.run.started = ATTRIBUTE_NAME.into();
    let report = report(&fixture);
    let markup = markup(&report);
    assert!(!report.contains("alert(1)</script>"));
    assert!(!markup.contains("<script") && !markup.contains("<img") && !markup.contains("<b>last"));
    assert!(!markup.contains("\" onmouseover"));
    assert!(markup.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    for acting in ['\u{202e}', '\u{0}', '\u{7}', '\u{1b}'] {
        assert!(!markup.contains(acting), "{acting:?}");
    }
    assert!(RTL_NAME.starts_with('\u{202e}') && markup.contains("\\u{202e}txet"));
    let handlers = attributes(markup, "onclick").len() + attributes(markup, "onmouseover").len();
    assert_eq!(handlers, 0);
}

#[test]
fn links_lead_to_the_page_or_into_the_run_directory() {
    let report = report(&Fixture::rich());
    let ids: HashSet<_> = attributes(&report, "id").into_iter().collect();
    for link in attributes(markup(&report), "href") {
        match link.strip_prefix('#') {
            Some(id) => assert!(ids.contains(id), "no element {id}"),
            None => assert!(link.starts_with("./") && !link.contains(".."), "{link}"),
        }
    }
}

#[test]
fn no_two_elements_share_an_id() {
    let report = report(&Fixture::rich());
    let mut seen = HashSet::new();
    for id in attributes(&report, "id") {
        assert!(seen.insert(id), "{id} is there twice");
    }
    assert!(seen.contains("w-formats/parse/duplicate") && seen.contains("w-formats/parse/duplicate-2"));
}

#[test]
fn every_workload_has_a_row_that_opens() {
    let fixture = Fixture::rich();
    let report = report(&fixture);
    let count = fixture.result.workloads.len();
    assert_eq!(report.matches("<tbody id=\"w-").count(), count);
    assert_eq!(report.matches("<button class=\"open\">").count(), count);
    assert_eq!(report.matches("<tr class=\"detail\">").count(), count);
}

#[test]
fn what_is_not_estimable_says_why_in_the_open_row() {
    let report = report(&Fixture::rich());
    assert!(
        report.contains(
            "<span class=\"why\" title=\"p99 needs 368 batches, there are 100\">not estimable</span>"
        )
    );
    assert!(report.contains("<td>p99 needs 368 batches, there are 100</td>"));
}

#[test]
fn embedded_batches_decode_to_the_samples_within_one_step() {
    let fixture = Fixture::rich();
    let data = data(&report(&fixture));
    let plots = data["plots"].as_object().unwrap();
    assert_eq!(plots.len(), fixture.samples.len());
    for (index, plot) in plots {
        let workload = &fixture.result.workloads[index.parse::<usize>().unwrap()];
        let samples = &fixture.samples[workload.samples.as_ref().unwrap()];
        let (min, max) = (plot["min"].as_f64().unwrap(), plot["max"].as_f64().unwrap());
        let bytes = STANDARD.decode(plot["times"].as_str().unwrap()).unwrap();
        let decoded = bytes
            .chunks(2)
            .map(|pair| min + f64::from(u16::from_le_bytes([pair[0], pair[1]])) * (max - min) / 65535.0);
        for (decoded, exact) in decoded.zip(samples.per_iteration()) {
            assert!((decoded - exact).abs() <= (max - min) / 65535.0, "{decoded} for {exact}");
        }
        assert_eq!(bytes.len(), 2 * samples.times().len());
        assert_eq!(plot["iterations"]["first"].as_u64().unwrap(), samples.iterations()[0]);
    }
}

#[test]
fn every_chart_has_its_data_and_a_table() {
    let report = report(&Fixture::rich());
    let data = data(&report);
    let ids: HashSet<_> =
        attributes(&report, "id").into_iter().filter(|id| id.starts_with("chart-")).collect();
    let charts: HashSet<_> = data["charts"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(ids, charts);
    // One sweep; two slices of the matrix, one for each level of compression.
    assert_eq!(charts.len(), 3);
    assert_eq!(report.matches("<table class=\"heat\">").count(), 2);
}

#[test]
fn a_matrix_shows_what_is_missing_and_what_failed() {
    let report = report(&Fixture::rich());
    assert_eq!(report.matches("title=\"no such benchmark\"").count(), 1);
    assert!(between(&report, "<table class=\"heat\">", "</table>").contains("no results"));
}

#[test]
fn coordinates_that_no_axis_has_are_left_out() {
    let mut fixture = Fixture::rich();
    fixture.result.groups[0].cells[0].coordinates = vec![99];
    fixture.result.groups[0].cells[1].coordinates = Vec::new();
    fixture.result.groups[1].axes[1].numeric = Some(vec![1.0]);
    fixture.result.groups[1].axes.clear();
    let data = data(&report(&fixture));
    assert_eq!(data["charts"].as_object().unwrap().len(), 1);
}

#[test]
fn five_hundred_workloads_fit_into_one_and_a_half_megabytes() {
    let report = report(&Fixture::many(500, 100));
    assert!(report.len() < 1_500_000, "{} bytes", report.len());
    assert_eq!(data(&report)["plots"].as_object().unwrap().len(), 500);
}

#[test]
fn too_many_batches_are_left_in_the_artifacts_and_flagged_workloads_go_first() {
    let mut fixture = Fixture::many(40, 10_000);
    fixture.measured("last", Shape { batches: 10_000, flagged: true, ..Shape::default() });
    let report = report(&fixture);
    assert!(report.len() < 1_500_000, "{} bytes", report.len());
    let data = data(&report);
    let plots = data["plots"].as_object().unwrap();
    assert!(plots.len() < 41 && plots.contains_key("40") && plots.contains_key("0"));
    assert_eq!(report.matches("The raw batches are in <a href=\"./artifacts/").count(), 41 - plots.len());
}

#[test]
fn a_run_without_benchmarks_says_so_and_says_what_to_do() {
    let report = report(&Fixture::empty());
    let markup = markup(&report);
    assert!(markup.contains("This run found no benchmarks"));
    assert!(markup.contains("Write a first benchmark") && markup.contains("perfaudit init --bench"));
    assert!(!markup.contains("<table id=\"benchmark-table\""));
}

#[test]
fn elements_are_closed_in_the_order_they_were_opened() {
    let report = report(&Fixture::rich());
    let empty = ["input", "meta", "br"];
    let mut open = Vec::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for tag in markup(&report).split('<').skip(1) {
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !empty.contains(&name) {
            open.push(name);
            *counts.entry(name).or_default() += 1;
        }
    }
    assert!(open == ["body"] && counts["h1"] == 1, "{open:?}");
}

#[test]
fn the_body_of_a_small_report_reads_as_recorded() {
    let report = report(&Fixture::small());
    insta::assert_snapshot!(markup(&report).replace("><", ">\n<"));
}
