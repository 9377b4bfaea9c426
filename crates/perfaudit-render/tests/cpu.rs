//! The CPU section of the HTML report against profiles made by hand.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]
#![allow(dead_code, reason = "other tests use the rest of the fixtures")]

mod fixture;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixture::{ATTRIBUTE_NAME, Fixture, RTL_NAME, SCRIPT_NAME, Shape};
use perfaudit_result::*;
use serde_json::Value;

fn report(fixture: &Fixture) -> String {
    perfaudit_render::html::html(fixture.input())
}

/// The text between the first `open` and the `close` after it.
fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let start = text.find(open).unwrap_or_else(|| panic!("no {open}")) + open.len();
    let end = text[start..].find(close).unwrap_or_else(|| panic!("no {close} after {open}"));
    &text[start..start + end]
}

fn section(report: &str) -> &str {
    between(report, "<section id=\"cpu\"", "</section>")
}

fn data(report: &str) -> Value {
    let json = between(report, "<script id=\"data\" type=\"application/json\">", "</script>");
    serde_json::from_str::<Value>(json).unwrap()["cpu"].take()
}

/// A frame as the page decodes it: levels below the root, function, samples in it.
struct Frame {
    depth: usize,
    function: u64,
    own: u64,
}

/// Reads the frames of a profile as `flame/profile.js` does.
fn frames(profile: &Value) -> Vec<Frame> {
    let bytes = STANDARD.decode(profile["frames"].as_str().unwrap()).unwrap();
    let mut bytes = bytes.into_iter().peekable();
    let mut frames: Vec<Frame> = Vec::new();
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
        let up = usize::try_from(next() / 2).unwrap();
        let depth = frames.last().map_or(0, |last| last.depth + 1) - up;
        let (function, _line) = (next(), next());
        let own = (0..next()).map(|_| (next(), next()).1).sum();
        frames.push(Frame { depth, function, own });
    }
    frames
}

/// A profile with `count` nodes: a tree in which each has two callees, every node with samples of its own.
fn huge(workload: &WorkloadId, count: u32) -> CpuProfile {
    let function = |index| Function {
        name: format!("krate::module_{}::Type<Vec<Option<T>>>::method_{index}", index % 97),
        file: Some(format!("src/module_{}.rs", index % 97)),
        line: Some(index),
        origin: 0,
    };
    let functions = 50_000;
    CpuProfile {
        workload: workload.clone(),
        sampler: Sampler {
            rung: Rung::ClockUser,
            refused: Vec::new(),
            event: SamplingEvent::CpuClock,
            asked_hz: 999.0,
            reached_hz: None,
            cpu_s: None,
            system_s: None,
            samples: u64::from(count),
            lost: 0,
            truncated: 0,
            unsymbolised: 0,
            stack_bytes: 0,
            stack_steps: Vec::new(),
            stopped_s: None,
        },
        origins: vec![CodeOrigin { kind: OriginKind::Own, name: Some("krate".into()) }],
        functions: (0..functions).map(function).collect(),
        frames: (0..functions).map(|function| SourceFrame { function, line: 7, inlined: false }).collect(),
        nodes: (0..count)
            .map(|node| StackNode { parent: (node > 0).then(|| (node - 1) / 2), frame: node % functions })
            .collect(),
        threads: vec![Thread { process: 1, thread: 1, name: "main".into() }],
        blocks: TimeBlocks { count: 1, width_s: 1.0 },
        samples: (0..count).map(|node| SampleRun { node, thread: 0, block: 0, count: 1 }).collect(),
    }
}

/// A fixture with one workload that has this profile.
fn with(profile: impl FnOnce(&WorkloadId) -> CpuProfile) -> Fixture {
    let mut fixture = Fixture::empty();
    let id = fixture.measured("one", Shape::default());
    fixture.profiled(&id, 100);
    let artifact = ArtifactId("cpu-0".into());
    fixture.profiles.insert(artifact, profile(&id));
    fixture
}

#[test]
fn a_report_without_profiles_has_neither_the_section_nor_its_scripts() {
    let report = report(&Fixture::small());
    assert!(!report.contains("id=\"cpu\"") && !report.contains("flameGraph"));
}

#[test]
fn every_profile_says_how_far_it_can_be_trusted_and_how_it_was_taken() {
    let report = report(&Fixture::with_cpu());
    let section = section(&report);
    assert_eq!(section.matches("<article class=\"profile\"").count(), 3);
    for told in [
        "<span class=\"badge good\">sound",
        "<span class=\"badge warn\">limited",
        "<span class=\"badge bad\">unfit",
    ] {
        assert!(section.contains(told), "{told}");
    }
    for told in [
        "perf events, CPU clock, user and kernel",
        "999 asked per CPU-second, 993 reached",
        "Left out: set-up and harness",
        "62 % of samples have no symbol",
        "The budget was spent before its turn came: run <code>perfaudit cpu</code> on it.",
        "this machine has no hardware counters",
    ] {
        assert!(section.contains(told), "{told}");
    }
    // An unfit profile has no hotspots.
    assert_eq!(section.matches("<table class=\"hotspots\">").count(), 2);
    assert!(section.contains("No hotspots are drawn from this profile."));
}

#[test]
fn what_the_page_embeds_has_every_sample() {
    let fixture = Fixture::with_cpu();
    let data = data(&report(&fixture));
    let functions = data["functions"].as_array().unwrap();
    for (place, row) in fixture.result.cpu.as_ref().unwrap().workloads.iter().enumerate().take(3) {
        let profile = &fixture.profiles[row.profile.as_ref().unwrap()];
        let frames = frames(&data["profiles"][place.to_string()]);
        assert_eq!(frames.iter().map(|frame| frame.own).sum::<u64>(), profile.total());
        assert!(frames.iter().all(|frame| (frame.function as usize) < functions.len()), "nothing is pruned");
        let roots: Vec<&str> = frames
            .iter()
            .filter(|frame| frame.depth == 0)
            .map(|frame| functions[frame.function as usize][0].as_str().unwrap())
            .collect();
        assert_eq!(roots, ["_start", "start_thread"]);
    }
}

#[test]
fn names_from_outside_do_nothing_in_the_section_and_in_the_data() {
    let mut fixture = Fixture::with_cpu();
    let row = &mut fixture.result.cpu.as_mut().unwrap().workloads[0];
    for (hotspot, name) in row.hotspots.iter_mut().zip([SCRIPT_NAME, ATTRIBUTE_NAME, RTL_NAME]) {
        hotspot.symbol = name.into();
        hotspot.file = Some(name.into());
        hotspot.callers[0].symbol = name.into();
    }
    row.remarks = vec![SCRIPT_NAME.into()];
    row.origins[0].name = ATTRIBUTE_NAME.into();
    row.excerpts[0].lines[0] = SCRIPT_NAME.into();
    for profile in fixture.profiles.values_mut() {
        profile.functions[5].name = SCRIPT_NAME.into();
        profile.functions[6].name = format!("{RTL_NAME}{}", "x".repeat(5000));
        profile.threads[0].name = ATTRIBUTE_NAME.into();
    }
    let report = report(&fixture);
    assert_eq!(report.matches("<script").count(), 2);
    let section = section(&report);
    assert!(
        !section.contains("<img") && !section.contains("\" onmouseover") && !section.contains('\u{202e}')
    );
    let data = data(&report);
    let names: Vec<&str> =
        data["functions"].as_array().unwrap().iter().map(|function| function[0].as_str().unwrap()).collect();
    assert!(names.contains(&SCRIPT_NAME));
    assert!(names.iter().any(|name| name.starts_with("\\u{202e}txet")), "{names:?}");
    assert!(names.iter().all(|name| name.chars().count() <= 240));
}

#[test]
fn a_profile_of_a_million_nodes_is_cut_to_the_budget_and_says_so() {
    let fixture = with(|id| huge(id, 1_000_000));
    let report = report(&fixture);
    assert!(report.len() < 1_500_000, "{} bytes", report.len());
    let data = data(&report);
    let frames = frames(&data["profiles"]["0"]);
    assert_eq!(frames.iter().map(|frame| frame.own).sum::<u64>(), 1_000_000);
    let other = data["functions"].as_array().unwrap().len() as u64;
    assert!(frames.iter().any(|frame| frame.function == other && frame.own > 0));
    let said = between(section(&report), "To keep the report small, ", " of the samples");
    assert!(said.contains(" of 1000000 frames, each below "), "{said}");
}

#[test]
fn a_stack_of_a_million_frames_is_drawn_without_running_out_of_stack() {
    let fixture = with(|id| {
        let mut profile = huge(id, 1_000_000);
        for (node, parent) in profile.nodes.iter_mut().skip(1).zip(0..) {
            node.parent = Some(parent);
        }
        profile
    });
    let report = report(&fixture);
    assert!(report.len() < 3_000_000, "{} bytes", report.len());
}

#[test]
fn counts_that_no_recording_has_do_not_stop_the_report() {
    let fixture = with(|id| {
        let mut profile = huge(id, 10);
        for run in &mut profile.samples {
            run.count = u64::MAX;
        }
        profile
    });
    assert!(report(&fixture).contains("data-flame=\"0\""));
}

#[test]
fn five_hundred_profiles_fit_into_three_megabytes() {
    let mut fixture = Fixture::empty();
    for index in 0..500 {
        let id = fixture.measured(&format!("group/case_{index}"), Shape { batches: 100, ..Shape::default() });
        fixture.profiled(&id, 300);
        let row = fixture.result.cpu.as_mut().unwrap().workloads.last_mut().unwrap();
        row.usage = Some(Usage { step_s: 0.1, cpu: vec![0.123; 2000], rss: vec![123_456_789; 2000] });
        row.excerpts = vec![SourceExcerpt {
            symbol: "f".into(),
            file: "src/lib.rs".into(),
            first_line: 1,
            lines: vec!["x".repeat(300); 250],
            samples_per_line: vec![7; 250],
        }];
        row.hotspots[0].symbol = "long::".repeat(5000);
    }
    let report = report(&fixture);
    assert!(report.len() < 3_000_000, "{} bytes", report.len());
    let section = section(&report);
    let panels = section.matches("<article class=\"profile\"").count();
    assert!(panels > 3 && panels < 500, "{panels} panels");
    assert!(section.contains(&format!("The first {panels} are shown in full")));
}

#[test]
fn source_with_samples_is_closed_at_first_and_says_what_a_sample_is() {
    let report = report(&Fixture::with_cpu());
    let excerpt = between(&report, "<details class=\"excerpt\">", "</details>");
    assert!(excerpt.contains("Samples by line, calls included"));
    assert!(
        excerpt.contains("<tr class=\"h6\"><td class=\"num\">391</td><td class=\"num\">205</td>"),
        "{excerpt}"
    );
    assert!(excerpt.contains("// &lt;b&gt;&amp;amp;&lt;/b&gt;"), "{excerpt}");
}

#[test]
fn a_profile_that_is_not_at_hand_leaves_its_tables_and_says_where_it_belongs() {
    let mut fixture = Fixture::with_cpu();
    fixture.profiles.clear();
    let report = report(&fixture);
    assert!(!report.contains("data-flame"));
    assert_eq!(section(&report).matches("There is no flame graph here").count(), 3);
    assert_eq!(section(&report).matches("<table class=\"hotspots\">").count(), 2);
}
