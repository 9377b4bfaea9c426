//! The section on allocations of the HTML report against stacks made by hand.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]
#![allow(dead_code, reason = "other tests use the rest of the fixtures")]

mod fixture;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixture::{Fixture, SCRIPT_NAME, Shape};
use perfaudit_result::*;
use serde_json::Value;

fn report(fixture: &Fixture) -> String {
    perfaudit_render::html::html(fixture.input())
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let start = text.find(open).unwrap_or_else(|| panic!("no {open}")) + open.len();
    let end = text[start..].find(close).unwrap_or_else(|| panic!("no {close} after {open}"));
    &text[start..start + end]
}

fn section(report: &str) -> &str {
    between(report, "<section id=\"heap\"", "</section>")
}

fn data(report: &str) -> Value {
    let json = between(report, "<script id=\"data\" type=\"application/json\">", "</script>");
    serde_json::from_str::<Value>(json).unwrap()["heap"].take()
}

/// The names of the measures of a graph with their sums over all frames, read as `flame/profile.js` does.
fn sums(graph: &Value) -> Vec<(String, u64)> {
    let measures = graph["measures"].as_array().unwrap();
    let mut sums: Vec<(String, u64)> =
        measures.iter().map(|measure| (measure["name"].as_str().unwrap().to_owned(), 0)).collect();
    let mut bytes = STANDARD.decode(graph["frames"].as_str().unwrap()).unwrap().into_iter().peekable();
    while bytes.peek().is_some() {
        let mut next = || {
            let (mut value, mut shift) = (0_u64, 0);
            loop {
                let byte = bytes.next().unwrap();
                value |= u64::from(byte & 127) << shift;
                shift += 7;
                if byte < 128 {
                    return value;
                }
            }
        };
        let (_up, _function, _line) = (next(), next(), next());
        for _ in 0..next() {
            let lane = usize::try_from(next()).unwrap();
            sums[lane].1 += next();
        }
    }
    sums
}

#[test]
fn the_graph_has_every_byte_and_block_by_each_measure() {
    let fixture = Fixture::with_heap();
    let data = data(&report(&fixture));
    let rows = &fixture.result.heap.as_ref().unwrap().workloads;
    let of = |row: &WorkloadHeap| {
        let totals = row.totals;
        [
            ("Bytes", totals.bytes),
            ("Blocks", totals.count),
            ("At the peak", totals.peak),
            ("Temporary", totals.temporary),
            ("Grown", totals.grow_bytes),
            ("At exit", totals.live),
        ]
        .map(|(name, sum)| (name.to_owned(), sum))
    };
    assert_eq!(sums(&data["profiles"]["1"]), of(&rows[1]));
    // What a benchmark's process holds at its end says nothing of the routine.
    assert_eq!(sums(&data["profiles"]["0"]), of(&rows[0])[..5]);
}

#[test]
fn the_section_tells_sizes_and_where_memory_over_time_comes_from() {
    let report = report(&Fixture::with_heap());
    let section = section(&report);
    assert_eq!(section.matches("<article class=\"profile\"").count(), 2);
    assert_eq!(section.matches("data-flame=").count(), 2);
    assert!(section.contains("Sizes of blocks") && section.contains("17 to 64 B"), "{section}");
    assert!(section.contains("while its CPU profile was taken"));
    assert!(section.contains("Memory over time: not measured."));
}

#[test]
fn a_run_of_allocations_alone_has_flame_graphs() {
    let mut fixture = Fixture::empty();
    let id = fixture.measured("one", Shape::default());
    fixture.counted(&id, 100, HeapScope::Iterations);
    let report = report(&fixture);
    assert!(!report.contains("id=\"cpu\"") && report.contains("flameSection"));
    assert_eq!(section(&report).matches("data-flame=\"0\"").count(), 1);
}

#[test]
fn names_from_outside_do_nothing_in_the_section() {
    let mut fixture = Fixture::with_heap();
    let row = &mut fixture.result.heap.as_mut().unwrap().workloads[0];
    row.sites[0].symbol = SCRIPT_NAME.into();
    row.sites[0].calls = Some(SCRIPT_NAME.into());
    row.remarks = vec![SCRIPT_NAME.into()];
    for heap in fixture.heaps.values_mut() {
        heap.functions[5].name = SCRIPT_NAME.into();
    }
    assert_eq!(report(&fixture).matches("<script").count(), 2);
}

#[test]
fn five_hundred_workloads_with_both_profiles_fit_into_three_megabytes() {
    let mut fixture = Fixture::empty();
    for index in 0..500 {
        let id = fixture.measured(&format!("group/case_{index}"), Shape { batches: 100, ..Shape::default() });
        fixture.profiled(&id, 300);
        fixture.counted(&id, 300, HeapScope::WholeRun);
        let row = fixture.result.cpu.as_mut().unwrap().workloads.last_mut().unwrap();
        row.usage = Some(Usage { step_s: 0.1, cpu: vec![0.123; 2000], rss: vec![123_456_789; 2000] });
    }
    let report = report(&fixture);
    assert!(report.len() < 3_000_000, "{} bytes", report.len());
    assert!(data(&report)["profiles"].as_object().unwrap().len() > 50);
}

#[test]
fn counts_that_no_process_has_do_not_stop_the_report() {
    let mut fixture = Fixture::with_heap();
    for heap in fixture.heaps.values_mut() {
        for stack in &mut heap.stacks {
            stack.counts = HeapCounts { count: u64::MAX, bytes: u64::MAX, ..stack.counts };
        }
    }
    for row in &mut fixture.result.heap.as_mut().unwrap().workloads {
        row.totals.sizes = [u64::MAX; SIZE_CLASSES];
    }
    assert!(section(&report(&fixture)).contains("data-flame"));
}
