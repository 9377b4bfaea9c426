//! Two runs side by side.

use perfaudit_result::{
    AuditResult, ComparedMetric, Comparison, ConfidenceLevel, Direction, Figure, Interval, Metric,
    MetricName, RecordedVerdict, Unit, Workload, WorkloadId, WorkloadState,
};

use crate::store::Baseline;

/// What is compared of a workload, where both runs have it.
const COMPARED: [MetricName; 10] = [
    MetricName::WALL_TIME_P50,
    MetricName::WALL_TIME_P95,
    MetricName::WALL_TIME_P99,
    MetricName::RSS_PEAK,
    MetricName::BUILD_CLEAN,
    MetricName::BUILD_INCREMENTAL,
    MetricName::TEST_SUITE_TIME,
    MetricName::BINARY_SIZE,
    MetricName::IR_LINES,
    MetricName::IR_COPIES,
];

/// Puts a run beside a baseline. `unlike` is what the user allowed to differ, see [`crate::unlike`].
///
/// The interval of an effect reaches from the lower bound of one run over the upper bound of the other to the
/// opposite. Each of the two holds its truth with probability 0.95, so that both do with at least 0.90 (Boole's
/// inequality), whatever they have to do with each other; for independent runs of like precision the interval holds
/// the true ratio in more than 99 of 100 cases.
///
/// A difference of times that is below the noise floor of either run is none, however far the intervals lie apart: they
/// hold what varies within a process, and the floor what varies from process to process.
#[must_use]
pub fn compare(baseline: &Baseline, run: &AuditResult, unlike: Vec<String>) -> Comparison {
    let before = &baseline.result;
    let find = |result: &AuditResult, id: &WorkloadId| -> Option<usize> {
        result.workloads.iter().position(|workload| workload.id == *id && is_measured(workload))
    };
    let only = |there: &AuditResult, here: &AuditResult| {
        let measured = there.workloads.iter().filter(|workload| is_measured(workload));
        measured.map(|workload| workload.id.clone()).filter(|id| find(here, id).is_none()).collect()
    };
    let floors = [before, run].map(|run| run.host.noise_floor.as_ref().map(|floor| floor.ratio));
    let noise_floor = floors.into_iter().flatten().reduce(f64::max);
    let workloads = run
        .workloads
        .iter()
        .filter(|workload| is_measured(workload))
        .filter_map(|workload| Some((&before.workloads[find(before, &workload.id)?], workload)))
        .flat_map(|(before, after)| {
            COMPARED.iter().filter_map(|name| metric(before, after, name, noise_floor))
        })
        .collect();
    Comparison {
        baseline: baseline.name.to_string(),
        run: before.run.id.clone(),
        started: before.run.started.clone(),
        commit: before.project.vcs.as_ref().map(|vcs| vcs.commit.clone()),
        unlike,
        noise_floor,
        workloads,
        only_here: only(run, before),
        only_there: only(before, run),
    }
}

fn is_measured(workload: &Workload) -> bool {
    workload.state == WorkloadState::Measured
}

/// None where one of the two does not estimate the metric, or it means something else in each.
fn metric(
    before: &Workload,
    after: &Workload,
    name: &MetricName,
    noise_floor: Option<f64>,
) -> Option<ComparedMetric> {
    let Metric { figure: there, .. } = before.metric(name)?;
    let Metric { figure: here, direction, .. } = after.metric(name)?;
    let (before, after_value) = (there.value()?, here.value()?);
    if there.unit != here.unit || there.of != here.of {
        return None;
    }
    let ci = effect_interval(there, here);
    let is_noise = here.unit == Unit::Nanoseconds
        && noise_floor.is_some_and(|floor| (after_value / before).ln().abs() < floor.ln_1p());
    Some(ComparedMetric {
        id: after.id.clone(),
        metric: name.clone(),
        unit: here.unit,
        direction: *direction,
        before,
        after: after_value,
        effect: Some(after_value / before - 1.0).filter(|effect| effect.is_finite()),
        ci,
        level: ConfidenceLevel::P90,
        verdict: ci.map_or(RecordedVerdict::NotEstimable, |ci| verdict(ci, *direction, is_noise)),
    })
}

fn effect_interval(there: &Figure, here: &Figure) -> Option<Interval> {
    let (there, here) = (there.interval()?, here.interval()?);
    let lower = here.lower() / there.upper() - 1.0;
    let upper = here.upper() / there.lower() - 1.0;
    Interval::new(lower, upper).ok()
}

fn verdict(effect: Interval, direction: Direction, is_noise: bool) -> RecordedVerdict {
    let (lower_is, higher_is) = match direction {
        Direction::LowerIsBetter => (RecordedVerdict::Better, RecordedVerdict::Worse),
        Direction::HigherIsBetter => (RecordedVerdict::Worse, RecordedVerdict::Better),
    };
    let is_distinguished = effect.upper() < 0.0 || effect.lower() > 0.0;
    match (is_distinguished, is_noise) {
        (false, _) => RecordedVerdict::NotDistinguished,
        (true, true) => RecordedVerdict::BelowNoiseFloor,
        (true, false) if effect.upper() < 0.0 => lower_is,
        (true, false) => higher_is,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use perfaudit_result::{Estimate, Method, NoiseFloor, Of, WorkloadKind, WorkloadTarget};

    use super::*;

    /// A run with a median for each title: estimate, lower and upper bound.
    pub(crate) fn run(medians: &[(&str, [f64; 3])]) -> AuditResult {
        let text = r#"{"schema_version":1,"tool":{"name":"perfaudit","version":"0"},
            "verdict":{"status":"pass","headline":"","exit_code":0},
            "run":{"id":"r","argv":[],"started":"2026-01-01T00:00:00Z","duration_s":1,"mode":"quick","seed":1,
                "interrupted":false,"stages":[],"tree_changes":[]},
            "project":{"name":"p","language":"rust","packages":[],
                "toolchain":{"rustc":"rustc 1.0.0","cargo":"cargo","host":"x"},
                "profile":{"name":"bench","opt_level":"3","lto":"off","codegen_units":"16","panic":"unwind",
                    "debug":"0","strip":"none"}},
            "host":{"cpu":"cpu","cores":2,"memory_bytes":1,"os":"linux","kernel":"6","arch":"x86_64",
                "virtualised":null,"cycle_ns":null,"empty_loop_ns":null,"capabilities":[],"noise_floor":null},
            "preconditions":[],"workloads":[],"groups":[],"findings":[],"next_actions":[],"limits":[],
            "reproduce":[],"artifacts":[]}"#;
        let mut result: AuditResult = serde_json::from_str(text).unwrap();
        result.workloads = medians.iter().map(|(title, median)| workload(title, *median)).collect();
        result
    }

    fn workload(title: &str, [value, lower, upper]: [f64; 3]) -> Workload {
        let target = WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };
        let mut workload = Workload::new(WorkloadKind::Criterion, &target, title, WorkloadState::Measured);
        let estimate = match Interval::new(lower, upper) {
            Ok(interval) => Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
            Err(_) => Estimate::WithoutInterval { value, reason: "too few".into() },
        };
        let method = Method("quantile".into());
        let figure = Figure { estimate, unit: Unit::Nanoseconds, n: 100, method, of: Of::Call };
        let direction = Direction::LowerIsBetter;
        workload.metrics.push(Metric { name: MetricName::WALL_TIME_P50, direction, figure });
        workload
    }

    fn compared(before: &[(&str, [f64; 3])], after: &[(&str, [f64; 3])]) -> Comparison {
        let baseline = Baseline { name: "main".parse().unwrap(), result: run(before) };
        compare(&baseline, &run(after), Vec::new())
    }

    #[test]
    fn only_a_difference_beyond_both_intervals_is_one() {
        let before = [("a", [100.0, 98.0, 102.0]), ("b", [100.0, 98.0, 102.0]), ("c", [100.0, 98.0, 102.0])];
        let after = [("a", [103.0, 101.0, 105.0]), ("b", [120.0, 118.0, 122.0]), ("c", [50.0, 49.0, 51.0])];
        let verdicts: Vec<_> = compared(&before, &after).workloads.iter().map(|row| row.verdict).collect();
        assert_eq!(
            verdicts,
            [RecordedVerdict::NotDistinguished, RecordedVerdict::Worse, RecordedVerdict::Better]
        );
    }

    #[test]
    fn a_difference_below_the_noise_floor_of_either_run_is_no_change() {
        let floor = |ratio| NoiseFloor {
            ratio,
            share: 0.95,
            level: ConfidenceLevel::P95,
            pairs: 295,
            comparisons: 59,
            estimates: Vec::new(),
            kernels: Vec::new(),
            measured: "2026-01-01T00:00:00Z".into(),
            age_s: 0,
        };
        let verdicts = |there: Option<f64>, here: Option<f64>| {
            let mut result = run(&[("near", [100.0, 99.0, 101.0]), ("far", [100.0, 99.0, 101.0])]);
            result.host.noise_floor = there.map(floor);
            let baseline = Baseline { name: "main".parse().unwrap(), result };
            let mut after = run(&[("near", [104.0, 103.0, 105.0]), ("far", [94.0, 93.0, 95.0])]);
            after.host.noise_floor = here.map(floor);
            let comparison = compare(&baseline, &after, Vec::new());
            (comparison.noise_floor, comparison.workloads.iter().map(|row| row.verdict).collect::<Vec<_>>())
        };
        use RecordedVerdict::{BelowNoiseFloor, Better, Worse};
        assert_eq!(verdicts(None, None), (None, vec![Worse, Better]));
        assert_eq!(verdicts(None, Some(0.03)), (Some(0.03), vec![Worse, Better]));
        assert_eq!(verdicts(Some(0.05), Some(0.03)), (Some(0.05), vec![BelowNoiseFloor, Better]));
        // 6 % less is 6.4 % more the other way round.
        assert_eq!(verdicts(None, Some(0.063)), (Some(0.063), vec![BelowNoiseFloor, Better]));
        assert_eq!(verdicts(None, Some(0.065)), (Some(0.065), vec![BelowNoiseFloor, BelowNoiseFloor]));
    }

    #[test]
    fn the_effect_is_a_ratio_with_the_uncertainty_of_both_runs() {
        let comparison = compared(&[("a", [100.0, 90.0, 110.0])], &[("a", [150.0, 140.0, 160.0])]);
        let row = &comparison.workloads[0];
        assert!((row.effect.unwrap() - 0.5).abs() < 1e-12);
        let ci = row.ci.unwrap();
        assert!((ci.lower() - (140.0 / 110.0 - 1.0)).abs() < 1e-12);
        assert!((ci.upper() - (160.0 / 90.0 - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn of_exact_counts_one_more_is_more() {
        let counted = |lines: f64| {
            let mut result = run(&[("ir", [lines, lines, lines])]);
            let metric = &mut result.workloads[0].metrics[0];
            (metric.name, metric.figure.unit) = (MetricName::IR_LINES, Unit::Count);
            result
        };
        let verdict = |there: f64, here: f64| {
            let baseline = Baseline { name: "main".parse().unwrap(), result: counted(there) };
            compare(&baseline, &counted(here), Vec::new()).workloads[0].verdict
        };
        assert_eq!(verdict(1000.0, 1001.0), RecordedVerdict::Worse);
        assert_eq!(verdict(1000.0, 1000.0), RecordedVerdict::NotDistinguished);
    }

    #[test]
    fn without_intervals_nothing_is_said() {
        let comparison = compared(&[("a", [100.0, 1.0, 0.0])], &[("a", [150.0, 140.0, 160.0])]);
        assert_eq!(comparison.workloads[0].verdict, RecordedVerdict::NotEstimable);
    }

    #[test]
    fn workloads_that_one_run_lacks_are_listed() {
        let one = [1.0, 1.0, 1.0];
        let comparison = compared(&[("old", one), ("both", one)], &[("both", one), ("new", one)]);
        assert_eq!(comparison.only_here, [WorkloadId("p/t/new".into())]);
        assert_eq!(comparison.only_there, [WorkloadId("p/t/old".into())]);
        assert_eq!(comparison.workloads.len(), 1);
    }
}
