//! Two sides against each other, in the text formats.

use perfaudit_render::{Terminal, junit, markdown, sarif, terminal};
use perfaudit_result::*;

use crate::fixture;

fn figure(unit: Unit, value: f64, of: Of) -> Figure {
    let interval = Interval::new(value - value.abs() * 0.1, value + value.abs() * 0.1).expect("in order");
    Figure {
        estimate: Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        unit,
        n: 16,
        method: Method("pairs".into()),
        of,
    }
}

fn arm(name: &str) -> Arm {
    Arm {
        name: name.into(),
        kind: ArmKind::Command,
        commit: None,
        dirty: false,
        toolchain: None,
        binaries: Vec::new(),
        remarks: Vec::new(),
    }
}

pub(crate) fn row(name: &str, verdict: PairedVerdict, effect: f64) -> PairedRow {
    let ns = |value| figure(Unit::Nanoseconds, value, Of::Process);
    PairedRow {
        id: WorkloadId(name.into()),
        kind: WorkloadKind::Command,
        metric: MetricName::WALL_TIME_P50,
        direction: Direction::LowerIsBetter,
        verdict,
        effect: figure(Unit::Ratio, effect, Of::Process),
        before: ns(1e6),
        after: ns(1e6 * (1.0 + effect)),
        pairs: 16,
        noise_floor: None,
        discarded: 0,
        p: Some(0.0005),
        p_among_all: Some(0.001),
        minimum_detectable_effect: Some(0.02),
        pairs_needed: Some(40),
        layouts: 1,
        metrics: Vec::new(),
        witnesses: Vec::new(),
        functions: None,
        remarks: Vec::new(),
        unsettled: None,
        same_output: None,
        message: None,
        samples_before: None,
        samples_after: None,
    }
}

fn witness(metric: MetricName, counts: [u64; 2], of_time: Option<WitnessOfTime>) -> Witness {
    let says = if counts[0] < counts[1] { WitnessSays::More } else { WitnessSays::Equal };
    Witness {
        metric,
        unit: Unit::Count,
        method: Method("counted".into()),
        counts: 2,
        of_time,
        before: [counts[0]; 2],
        after: [counts[1]; 2],
        says,
    }
}

fn functions(symbol: &str) -> ResponsibleFunctions {
    let share = |value| figure(Unit::Ratio, value, Of::Sample);
    let change = FunctionChange {
        symbol: symbol.into(),
        file: Some("src/parse.rs".into()),
        before: share(0.2),
        after: share(0.4),
        time_before: None,
        time_after: None,
        effect: share(0.2),
        p: 1e-6,
    };
    let difference = ProfileDifference {
        id: WorkloadId("command/slow".into()),
        before: "A".into(),
        false_discovery_rate: 0.01,
        slower: vec![change],
        faster: Vec::new(),
        undecided: 3,
        undecided_functions: Vec::new(),
        untested: 1,
        noise_floor: None,
        unlike: Vec::new(),
    };
    ResponsibleFunctions { rung: Rung::Agent, rate_hz: 999.0, samples: [1000, 1200], difference }
}

fn compared() -> AuditResult {
    let mut slow = row("command/slow", PairedVerdict::Worse, 0.08);
    slow.functions = Some(functions(&fixture::hostile_title()));
    slow.witnesses = vec![
        witness(MetricName::ALLOC_COUNT, [7, 8], None),
        witness(MetricName::INSTRUCTIONS, [900, 900], Some(WitnessOfTime::SuspectLayout)),
    ];
    slow.metrics = vec![
        PairedMetric {
            metric: MetricName::CPU_TIME,
            direction: Direction::LowerIsBetter,
            verdict: PairedVerdict::Worse,
            effect: figure(Unit::Ratio, 0.07, Of::Process),
            before: figure(Unit::Nanoseconds, 2e6, Of::Process),
            after: figure(Unit::Nanoseconds, 2.14e6, Of::Process),
        },
        PairedMetric {
            metric: MetricName::WALL_TIME_P95,
            direction: Direction::LowerIsBetter,
            verdict: PairedVerdict::NotMeasured,
            effect: Figure {
                estimate: Estimate::NotEstimable { reason: "it takes 117 pairs".into() },
                ..figure(Unit::Ratio, 0.0, Of::Process)
            },
            before: figure(Unit::Nanoseconds, 1.0, Of::Process),
            after: figure(Unit::Nanoseconds, 1.0, Of::Process),
        },
    ];
    let mut within = row("command/within", PairedVerdict::Inconclusive, 0.03);
    within.noise_floor = Some(0.04);
    let mut unsettled = row("command/unsettled", PairedVerdict::Inconclusive, 0.05);
    unsettled.unsettled = Some("both sides run the same instructions: it may be layout".into());
    unsettled.witnesses =
        vec![witness(MetricName::INSTRUCTIONS, [700, 700], Some(WitnessOfTime::SuspectLayout))];
    let mut result = fixture::empty();
    result.verdict.status = VerdictStatus::Pass;
    result.paired = Some(PairedComparison {
        before: arm("old"),
        after: arm("new"),
        design: PairedDesign {
            alpha: 0.01,
            family: 3,
            looks: vec![10, 16],
            delta: 0.02,
            noise_floor_errors: Some(3.1),
            stolen_limit: 0.01,
            padding_below: 4096,
            process_s: None,
        },
        rows: vec![row("command/fast", PairedVerdict::Better, -0.2), within, slow, unsettled],
        only_before: vec![WorkloadId("command/gone".into())],
        only_after: Vec::new(),
    });
    result
}

fn in_terminal(verbose: bool) -> String {
    let how = Terminal { width: 100, colour: false, run_dir: "run".into(), verbose };
    terminal(&compared(), &how)
}

#[test]
fn what_became_slower_comes_first_with_its_functions_and_what_speaks_against_it() {
    let text = in_terminal(true);
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not in\n{text}"));
    assert!(place("Slower") < place("command/slow"));
    assert!(place("command/slow") < place("Faster") && place("Faster") < place("command/fast"));
    assert!(place("command/fast") < place("Inconclusive"));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "alloc.count more, 7 -> 8 (exact, the same each of 2 times)",
        "instructions equal, 900 (exact, the same each of 2 times): it is not more work",
        "cpu.time slower: +7",
        "p95: it takes 117 pairs",
        "1000 and 1200 samples",
        "within the noise floor of 4",
        "both sides run the same instructions: it may be layout instructions equal, 700 (exact, the same each of 2 times)",
        "false discovery rate",
        "only in A: command/gone",
    ] {
        assert!(flat.contains(words), "{words} is not in\n{text}");
    }
    assert!(!text.contains('\u{202e}') && !text.contains("\u{1b}[31m red"), "{text}");
}

#[test]
fn what_holds_of_several_rows_is_told_once_below_them() {
    let uncounted = "allocations were not counted: the budget was spent";
    let mut result = compared();
    let compared = result.paired.as_mut().unwrap();
    compared.rows.iter_mut().for_each(|row| row.remarks.push(uncounted.to_owned()));
    let rows = compared.rows.len();
    let terminal =
        terminal(&result, &Terminal { width: 100, colour: false, run_dir: "run".into(), verbose: false });
    for text in [terminal, markdown(&result)] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(flat.matches(uncounted).count(), 1, "{text}");
        assert!(flat.contains(&format!("{rows} of {rows} rows: {uncounted}")), "{text}");
    }
}

#[test]
fn markdown_has_one_table_and_the_functions_of_each_change() {
    let text = markdown(&compared());
    let row = |name: &str| {
        let found = text.lines().position(|line| line.starts_with('|') && line.contains(name));
        found.unwrap_or_else(|| panic!("{name} is in no table of\n{text}"))
    };
    assert!(row("command/slow") < row("command/fast") && row("command/fast") < row("command/within"));
    assert!(text.contains("Functions behind the change of `command/slow`"), "{text}");
    assert!(!text.contains("\n| x | y |"), "{text}");
}

#[test]
fn junit_fails_what_a_gate_refuses_and_tells_the_rest() {
    let mut result = compared();
    let told = junit(&result);
    assert!(told.contains("tests=\"5\"") && told.contains("failures=\"0\""), "{told}");
    assert!(told.contains("slower: +8"), "{told}");
    result.verdict.status = VerdictStatus::Regressed;
    let refused = junit(&result);
    assert!(refused.contains("failures=\"1\"") && refused.contains("type=\"slower\""), "{refused}");
}

#[test]
fn sarif_holds_what_became_slower_at_the_function_behind_it() {
    let text = sarif(&compared());
    let log: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let results = log["runs"][0]["results"].as_array().expect("there are results");
    assert_eq!(results.len(), 1, "{text}");
    let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!((&results[0]["ruleId"], place), (&"slower".into(), &"src/parse.rs".into()));
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "slower");
}
