//! Verdicts on comparisons whose truth is written down.

use perfaudit_result::{
    Arm, ArmKind, ClaimState, ConfidenceLevel, Estimate, Figure, GateName, GateState, Interval, Method,
    MetricName, Of, PairedComparison, PairedDesign, PairedRow, PairedVerdict, ProofGate, ProofVerdict,
    StepName, Unit, Witness, WitnessOfTime, WitnessSays, WorkloadId, WorkloadKind,
};

use super::*;
use crate::patch::claims;
use crate::rows::unmeasured;
use crate::suite::{SuiteEnd, SuiteRun};

fn gate(gate: GateName, state: GateState) -> ProofGate {
    ProofGate { gate, state, evidence: format!("{gate:?}") }
}

#[test]
fn a_verdict_needs_every_gate_and_names_the_first_that_fails() {
    use GateName::{Applies, Gain, NoRegression, Tests};
    use GateState::{Failed, NotReached, Open, Passed};
    for (gates, expected) in [
        (
            vec![(Applies, Passed), (Tests, Passed), (Gain, Passed), (NoRegression, Passed)],
            ProofVerdict::Proven,
        ),
        (vec![(Applies, Failed), (Tests, NotReached)], ProofVerdict::Refused),
        (vec![(Tests, Failed), (Gain, NotReached)], ProofVerdict::Broken),
        (vec![(Gain, Passed), (NoRegression, Failed)], ProofVerdict::Refuted),
        (vec![(Gain, Failed), (NoRegression, Passed)], ProofVerdict::Inconclusive),
        (vec![(Gain, Passed), (NoRegression, Open)], ProofVerdict::Inconclusive),
        (vec![(Tests, Open), (Gain, Passed), (NoRegression, Passed)], ProofVerdict::Inconclusive),
    ] {
        let gates: Vec<_> = gates.into_iter().map(|(name, state)| gate(name, state)).collect();
        assert_eq!(verdict(&gates).0, expected, "{gates:?}");
    }
}

fn limits(workloads: u32) -> Limits {
    Limits { workloads, changed_lines: 50, dependencies: Vec::new(), tolerance: 0.05, allow_untested: false }
}

/// A workload whose time changed as the interval says.
fn row(name: &str, verdict: PairedVerdict, [lower, value, upper]: [f64; 3]) -> PairedRow {
    let effect = Figure {
        estimate: Estimate::WithInterval {
            value,
            interval: Interval::new(lower, upper).unwrap(),
            level: ConfidenceLevel::P95,
        },
        unit: Unit::Ratio,
        n: 16,
        method: Method("written down".into()),
        of: Of::ProcessMedian,
    };
    let row = unmeasured(WorkloadId(name.to_owned()), WorkloadKind::Criterion, verdict, String::new());
    PairedRow { effect, pairs: 16, p_among_all: Some(0.001), message: None, ..row }
}

fn faster(name: &str) -> PairedRow {
    row(name, PairedVerdict::Better, [-0.22, -0.2, -0.18])
}

fn level(name: &str) -> PairedRow {
    row(name, PairedVerdict::Equivalent, [-0.01, 0.0, 0.01])
}

fn allocating(row: PairedRow, before: u64, after: u64) -> PairedRow {
    let says = match after.cmp(&before) {
        std::cmp::Ordering::Less => WitnessSays::Less,
        std::cmp::Ordering::Equal => WitnessSays::Equal,
        std::cmp::Ordering::Greater => WitnessSays::More,
    };
    let witness = Witness {
        metric: MetricName::ALLOC_BYTES,
        unit: Unit::Bytes,
        method: Method("written down".into()),
        counts: 2,
        of_time: Some(WitnessOfTime::Confirmed),
        before: [before; 2],
        after: [after; 2],
        says,
    };
    PairedRow { witnesses: vec![witness], ..row }
}

fn comparison(rows: Vec<PairedRow>) -> PairedComparison {
    let arm = |name: &str| Arm {
        name: name.to_owned(),
        kind: ArmKind::WorkingTree,
        commit: None,
        dirty: true,
        toolchain: None,
        binaries: Vec::new(),
        remarks: Vec::new(),
    };
    PairedComparison {
        before: arm("work"),
        after: arm("work + x.patch"),
        design: PairedDesign {
            alpha: 0.01,
            family: 2,
            looks: vec![16],
            delta: 0.02,
            noise_floor_errors: None,
            stolen_limit: 0.01,
            padding_below: 4096,
            process_s: Some(0.3),
        },
        rows,
        only_before: Vec::new(),
        only_after: Vec::new(),
    }
}

fn states(rows: Vec<PairedRow>, workloads: u32) -> (GateState, GateState) {
    let comparison = comparison(rows);
    (gain(&comparison, &limits(workloads), None).state, no_regression(&comparison, &limits(workloads)).state)
}

#[test]
fn a_gain_on_as_many_workloads_as_asked_for_passes_and_all_of_them_where_there_are_fewer() {
    use GateState::{Failed, Open, Passed};
    assert_eq!(states(vec![faster("a"), faster("b"), level("c")], 2), (Passed, Passed));
    assert_eq!(states(vec![faster("a"), level("c")], 2), (Open, Passed));
    assert_eq!(states(vec![faster("a"), level("c")], 1), (Passed, Passed));
    assert_eq!(states(vec![faster("a")], 2), (Passed, Passed));
    assert_eq!(states(vec![level("a"), level("c")], 2), (Failed, Passed));
    assert_eq!(states(Vec::new(), 2).0, Open);
}

#[test]
fn a_change_that_a_gate_could_take_by_chance_is_open() {
    let unsure = PairedRow { p_among_all: Some(0.02), ..faster("a") };
    assert_eq!(states(vec![unsure], 1).0, GateState::Open);
    let slower = row("a", PairedVerdict::Worse, [0.03, 0.04, 0.049]);
    assert_eq!(states(vec![slower.clone()], 1).1, GateState::Failed);
    let unsure = PairedRow { p_among_all: Some(0.02), ..slower };
    assert_eq!(states(vec![unsure], 1).1, GateState::Passed);
}

#[test]
fn a_slowdown_that_is_not_ruled_out_is_open() {
    let open = row("a", PairedVerdict::Inconclusive, [-0.04, 0.0, 0.06]);
    assert_eq!(states(vec![faster("b"), open], 1), (GateState::Passed, GateState::Open));
    let small = row("a", PairedVerdict::Inconclusive, [-0.04, 0.0, 0.04]);
    assert_eq!(states(vec![faster("b"), small], 1), (GateState::Passed, GateState::Passed));
    let missing = unmeasured(
        WorkloadId("m".to_owned()),
        WorkloadKind::Criterion,
        PairedVerdict::NotMeasured,
        "B: it panicked".to_owned(),
    );
    assert_eq!(states(vec![faster("b"), missing], 1), (GateState::Passed, GateState::Open));
}

#[test]
fn fewer_bytes_are_a_gain_and_more_of_them_are_none_unless_time_is_saved() {
    use GateState::{Failed, Passed};
    assert_eq!(states(vec![allocating(level("a"), 1000, 900)], 1), (Passed, Passed));
    assert_eq!(states(vec![allocating(level("a"), 1000, 995)], 1), (Failed, Passed));
    assert_eq!(states(vec![allocating(level("a"), 1000, 1100)], 1), (Failed, Failed));
    assert_eq!(states(vec![allocating(level("a"), 0, 1)], 1), (Failed, Failed));
    let traded = comparison(vec![allocating(faster("a"), 1000, 1100)]);
    let gate = no_regression(&traded, &limits(1));
    assert_eq!(gate.state, Passed);
    assert!(gate.evidence.contains("allocates 10.0 % more bytes, and is faster"), "{}", gate.evidence);
}

#[test]
fn promises_are_kept_only_where_the_whole_interval_reaches_them() {
    let compared = comparison(vec![faster("a"), level("c")]);
    let gates = [no_regression(&compared, &limits(2))];
    for (prose, state) in [
        ("Expected: 15-20 % less time.", ClaimState::Kept),
        ("Expected: 19 % less time.", ClaimState::Open),
        ("Expected: twice as fast.", ClaimState::NotKept),
        ("It comes at no cost.", ClaimState::Kept),
        ("Expected: 30 % less memory.", ClaimState::Open),
    ] {
        let found = judged(&claims(prose), Some(&compared), &gates);
        assert_eq!(found.iter().map(|claim| claim.state).collect::<Vec<_>>(), [state], "{prose}: {found:?}");
        assert_eq!(judged(&claims(prose), None, &[])[0].state, ClaimState::Open);
    }
}

#[test]
fn steps_are_ticked_by_evidence_alone() {
    let suite = SuiteRun { end: SuiteEnd::Passed, passed: 3 };
    let files = ["src/lib.rs".to_owned()];
    let compared = comparison(vec![allocating(faster("a"), 1000, 900)]);
    let ticked = |comparison, suite| -> Vec<StepName> {
        let steps = checklist(Done { comparison, suite, files: &files });
        steps.into_iter().filter(|step| step.done).map(|step| step.step).collect()
    };
    assert_eq!(ticked(None, None), []);
    assert_eq!(
        ticked(Some(&compared), Some(&suite)),
        [StepName::Benchmarked, StepName::Measured, StepName::Tested, StepName::Verified]
    );
    let untested = SuiteRun { end: SuiteEnd::Passed, passed: 0 };
    assert_eq!(ticked(None, Some(&untested)), []);
}

#[test]
fn tests_that_fail_without_the_patch_do_not_speak_against_it() {
    let run = |end: SuiteEnd| SuiteRun { end, passed: 1 };
    let failed = run(SuiteEnd::Failed("x fails".to_owned()));
    let states = |said: &SuiteRun, before: Option<&SuiteRun>| {
        tested("cargo test", said, before, &limits(2)).map(|gate| gate.state)
    };
    assert_eq!(states(&failed, Some(&run(SuiteEnd::Passed))), [GateState::Passed, GateState::Failed]);
    assert_eq!(states(&failed, Some(&failed)), [GateState::NotReached, GateState::Open]);
    assert_eq!(states(&run(SuiteEnd::Passed), None), [GateState::Passed, GateState::Passed]);
    let broken = run(SuiteEnd::DoesNotCompile("error[E0106]".to_owned()));
    assert_eq!(states(&broken, Some(&run(SuiteEnd::Passed))), [GateState::Failed, GateState::NotReached]);
}
