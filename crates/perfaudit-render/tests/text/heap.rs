//! The part of the text formats on allocations.

use perfaudit_render::{Terminal, markdown, terminal};
use perfaudit_result::*;

use crate::fixture;

fn each(value: f64, unit: Unit) -> Figure {
    Figure {
        estimate: Estimate::WithInterval {
            value,
            interval: Interval::new(value, value).expect("the bounds are in order"),
            level: ConfidenceLevel::P95,
        },
        unit,
        n: 2474,
        method: Method("exact".into()),
        of: Of::Call,
    }
}

fn site(symbol: &str, line: u32, bytes: u64, count: u64) -> HeapSite {
    HeapSite {
        symbol: symbol.into(),
        file: Some("src/decode.rs".into()),
        line: Some(line),
        origin: CodeOrigin { kind: OriginKind::Own, name: Some("log-decode".into()) },
        calls: Some("alloc::vec::Vec<T>::push".into()),
        counts: HeapCounts {
            count,
            bytes,
            peak: bytes / 4,
            temporary: count / 2,
            grow_count: count / 4,
            ..HeapCounts::default()
        },
        direct: HeapCounts::default(),
        direct_temporary_bytes: 0,
        count_per_iteration: Some(4.0),
        bytes_per_iteration: Some(96.0),
        count_estimate: None,
        bytes_estimate: None,
    }
}

fn row(title: &str, scope: HeapScope, trust: Trust, remarks: &[&str]) -> WorkloadHeap {
    let is_benchmark = scope == HeapScope::Iterations;
    let totals = HeapCounts {
        count: 40_000,
        bytes: 9_000_000,
        peak: 1_500_000,
        live: 64,
        live_count: 2,
        temporary: 10_000,
        grow_count: 8000,
        grow_bytes: 4096,
        ..HeapCounts::default()
    };
    WorkloadHeap {
        id: WorkloadId(title.into()),
        trust,
        remarks: remarks.iter().map(|&remark| remark.into()).collect(),
        method: Some(HeapMethod::Preload),
        exact: true,
        scope,
        iterations: is_benchmark.then_some(2475),
        processes: 1,
        totals,
        excluded: HeapCounts::default(),
        per_iteration: is_benchmark.then(|| PerIteration {
            count: each(5.0, Unit::Count),
            bytes: each(824.0, Unit::Bytes),
            once_count: Some(1.0),
            once_bytes: Some(4096.0),
        }),
        slowdown: None,
        sites: vec![
            site("log_decode::decode::<a|b>", 41, 6_000_000, 30_000),
            site("log_decode::line", 7, 3_000_000, 10_000),
        ],
        other_sites: HeapCounts::default(),
        profile: None,
    }
}

fn result() -> AuditResult {
    let mut result = fixture::full();
    result.heap = Some(Heap {
        workloads: vec![
            row("log-decode/decode/plain", HeapScope::Iterations, Trust::Sound, &[]),
            row(
                "command/convert",
                HeapScope::WholeRun,
                Trust::Limited,
                &["a process of it was not counted: [red]x"],
            ),
            row("command/static", HeapScope::WholeRun, Trust::NotProfiled, &["it is linked statically"]),
        ],
    });
    result
}

/// From the heading of the part to the next one.
fn part(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).expect("there is such a part");
    let rest = &text[start..];
    rest[..rest[from.len()..].find(to).map_or(rest.len(), |at| at + from.len())].to_owned()
}

#[test]
fn the_terminal_shows_the_lines_that_allocate_most() {
    let how = Terminal { width: 100, colour: false, run_dir: "run".into(), verbose: false };
    insta::assert_snapshot!(part(&terminal(&result(), &how), "Allocations\n", "\n\n"));
}

#[test]
fn markdown_has_a_table_of_sites_for_each_workload() {
    insta::assert_snapshot!(part(&markdown(&result()), "## Allocations", "\n## "));
}
