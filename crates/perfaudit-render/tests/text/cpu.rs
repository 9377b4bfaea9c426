//! The CPU part of the text formats.

use perfaudit_render::{Terminal, markdown, terminal};
use perfaudit_result::*;

use crate::fixture;

fn share(value: f64) -> Figure {
    Figure {
        estimate: Estimate::WithInterval {
            value,
            interval: Interval::new(value * 0.96, value * 1.04).expect("the bounds are in order"),
            level: ConfidenceLevel::P95,
        },
        unit: Unit::Ratio,
        n: 9_930,
        method: Method("share of samples".into()),
        of: Of::Call,
    }
}

fn hotspot(symbol: &str, place: Option<(&str, u32)>, own: f64, total: f64, ns: Option<f64>) -> Hotspot {
    Hotspot {
        symbol: symbol.into(),
        file: place.map(|(file, _)| file.into()),
        line: place.map(|(_, line)| line),
        origin: CodeOrigin { kind: OriginKind::Own, name: Some("log-decode".into()) },
        self_share: share(own),
        total_share: share(total),
        time: ns.map(|ns| Figure { unit: Unit::Nanoseconds, ..share(ns) }),
        callers: Vec::new(),
        callees: Vec::new(),
    }
}

fn profiled(title: &str, trust: Trust, remarks: &[&str], hotspots: Vec<Hotspot>) -> WorkloadCpu {
    let sampler = Sampler {
        rung: Rung::ClockUser,
        refused: vec!["cycles: no hardware counters".into()],
        event: SamplingEvent::CpuClock,
        asked_hz: 999.0,
        reached_hz: Some(993.0),
        cpu_s: Some(10.0),
        system_s: Some(0.5),
        samples: 9_930,
        lost: 0,
        truncated: 12,
        unsymbolised: 3,
        stack_bytes: 32_768,
        stack_steps: Vec::new(),
        stopped_s: None,
    };
    WorkloadCpu {
        id: WorkloadId(format!("log-decode/decode/{title}")),
        trust,
        remarks: remarks.iter().map(|&remark| remark.into()).collect(),
        sampler: (trust != Trust::NotProfiled).then_some(sampler),
        slowdown: None,
        excluded: Vec::new(),
        origins: Vec::new(),
        hotspots,
        profile: None,
        excerpts: Vec::new(),
        usage: None,
        off_cpu: None,
        bound_by: None,
    }
}

fn with_cpu() -> AuditResult {
    let mut result = fixture::full();
    let sound = vec![
        hotspot(
            "log_decode::json::Parser::value",
            Some(("src/json/parser.rs", 112)),
            0.312,
            0.871,
            Some(382.0),
        ),
        hotspot(
            "<alloc::collections::btree::map::BTreeMap<alloc::string::String, log_decode::json::Value> as core::ops::drop::Drop>::drop",
            Some(("library/alloc/src/collections/btree/map.rs", 190)),
            0.124,
            0.16,
            Some(151.0),
        ),
        hotspot("malloc", None, 0.0871, 0.0871, Some(106.5)),
        hotspot(&fixture::hostile_title(), Some(("src/größe.rs", 0)), 0.04, 0.05, None),
        hotspot("[unknown in libfoo.so]", None, 0.0004, 0.0004, None),
        hotspot("the::sixth", None, 0.0003, 0.0004, None),
    ];
    let waiting =
        ThreadTime { running_s: 6.2, blocked_s: 3.8, preempted_s: 0.0, waits: 12_345, preemptions: 1 };
    let bound = BoundBy {
        binding: Binding::Allocation,
        evidence: "waits 38 % of the time, allocators 41 % of samples; not measured: page faults".into(),
        next: "`perfaudit heap`: which code allocates, how much and how often".into(),
    };
    let limited = vec![hotspot("log_decode::read", Some(("src/read.rs", 9)), 0.9, 0.95, None)];
    let no_time = ["The budget was spent before its turn came: run `perfaudit cpu` on it"];
    result.cpu = Some(Cpu {
        differences: Vec::new(),
        workloads: vec![
            profiled(
                "json/10",
                Trust::Limited,
                &[
                    "31 % of its time is in the kernel, which this profile does not see: `sysctl kernel.perf_event_paranoid=1` shows it",
                ],
                limited,
            ),
            WorkloadCpu {
                off_cpu: Some(OffCpu { total: waiting, threads: Vec::new(), lost: 0, blocked_in: None }),
                bound_by: Some(bound),
                ..profiled("json/1k", Trust::Sound, &[], sound)
            },
            profiled(
                "other",
                Trust::Unfit,
                &["62 % of samples have no symbol: build with `debug = \"line-tables-only\"`"],
                Vec::new(),
            ),
            profiled("fourth", Trust::Unfit, &["One sample."], Vec::new()),
            profiled("late", Trust::NotProfiled, &no_time, Vec::new()),
            profiled("later", Trust::NotProfiled, &no_time, Vec::new()),
        ],
    });
    result
}

/// The lines from the heading on to the next heading.
fn part<'a>(text: &'a str, heading: &str, next: &str) -> &'a str {
    let start = text.find(heading).expect("the text has the heading");
    let end = text[start..].find(next).map_or(text.len(), |end| start + end);
    &text[start..end]
}

fn at(width: usize) -> String {
    let terminal_ =
        Terminal { width, colour: false, run_dir: "target/perfaudit/runs/latest".into(), verbose: false };
    terminal(&with_cpu(), &terminal_)
}

#[test]
fn hotspots_of_the_costliest_workloads_follow_the_benchmarks() {
    insta::assert_snapshot!(part(&at(120), "\nCPU time\n", "\nFailed\n"));
}

#[test]
fn a_narrow_terminal_has_no_places() {
    let text = at(60);
    let part = part(&text, "\nCPU time\n", "\nFailed\n");
    assert!(part.contains("arser::value") && !part.contains("parser.rs"), "{part}");
    insta::assert_snapshot!(part);
}

#[test]
fn the_markdown_has_a_table_for_each_profile() {
    insta::assert_snapshot!(part(&markdown(&with_cpu()), "## CPU time", "\n## "));
}

#[test]
fn a_run_that_profiled_nothing_says_nothing_of_it() {
    assert!(!markdown(&fixture::full()).contains("## CPU time"));
}
