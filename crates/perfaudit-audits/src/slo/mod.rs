//! Whether a project keeps what it promises.
//!
//! An interval is judged by its worse bound: a promise that may be broken within the uncertainty of the measurement is
//! not kept. What was not measured in a way that could tell is said so, and never counts as kept.

mod power;

use std::collections::BTreeMap;

use perfaudit_result::{
    ArtifactId, Direction, Estimate, Figure, Headroom, Interval, Metric, MetricName, Of, Samples, Slo,
    SloStatus, Unit, Workload, WorkloadId, WorkloadState,
};

/// A promise of the configuration.
pub struct Objective<'a> {
    /// Its name in reports.
    pub id: String,
    /// What is promised of.
    pub metric: MetricName,
    /// The pattern as it is written.
    pub pattern: &'a str,
    /// Whether the pattern takes a workload in.
    pub matches: &'a dyn Fn(&WorkloadId) -> bool,
    /// What is said where the pattern takes none in.
    pub unmatched: &'a str,
    /// The limit, in `unit`; positive.
    pub limit: f64,
    /// The unit of the limit and of what it is compared with.
    pub unit: Unit,
    /// Which side of the limit keeps the promise.
    pub direction: Direction,
    /// The share of the limit from which it is a warning, above 0 and up to 1.
    pub warn: f64,
}

/// Judges every objective for every workload that it names, in their order.
#[must_use]
pub fn judge(
    objectives: &[Objective<'_>],
    workloads: &[Workload],
    samples: &BTreeMap<ArtifactId, Samples>,
) -> Vec<Slo> {
    let mut slos = Vec::new();
    for objective in objectives {
        let before = slos.len();
        for workload in workloads.iter().filter(|workload| objective.is_about(workload)) {
            slos.push(of_workload(objective, workload, samples));
        }
        if slos.len() == before {
            slos.push(objective.unmeasured(None, None, objective.unmatched.to_owned()));
        }
    }
    slos
}

fn of_workload(
    objective: &Objective<'_>,
    workload: &Workload,
    samples: &BTreeMap<ArtifactId, Samples>,
) -> Slo {
    let unmeasured = |actual: Option<&Figure>, reason: String| {
        objective.unmeasured(Some(workload.id.clone()), actual.cloned(), reason)
    };
    if workload.state != WorkloadState::Measured {
        let why = workload.message.as_deref().and_then(|message| message.lines().next());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        return unmeasured(None, format!("the workload was not measured: {}{why}", workload.state.label()));
    }
    let Some(Metric { figure, .. }) = workload.metric(&objective.metric) else {
        return unmeasured(None, format!("this workload gives no {}", objective.metric.0));
    };
    if is_latency_percentile(&objective.metric) && !matches!(figure.of, Of::Call | Of::Process) {
        let reason = if figure.of == Of::ProcessMedian {
            "a percentile of the medians that processes state is not one of calls: measure single calls or whole commands"
        } else {
            "a percentile of batch means is not one of calls: promise `wall_time.mean`, or measure single calls or whole commands"
        };
        return unmeasured(Some(figure), reason.to_owned());
    }
    if figure.unit != objective.unit {
        return unmeasured(Some(figure), "the measurement is in another unit than the limit".to_owned());
    }
    if let Estimate::AtMost { bound, reason } = &figure.estimate {
        return match objective.of_bound(*bound) {
            Some((status, kept)) => Slo {
                actual: Some(figure.clone()),
                status,
                reason: kept.to_owned(),
                ..unmeasured(None, String::new())
            },
            None => unmeasured(Some(figure), reason.clone()),
        };
    }
    let Some(value) = figure.value() else {
        return unmeasured(Some(figure), figure.reason().unwrap_or("it could not be estimated").to_owned());
    };
    let observed = range(objective, workload, samples);
    let told = match (figure.interval(), observed) {
        (Some(interval), _) => {
            Some((objective.status(value, interval), objective.headroom(value, Some(interval))))
        }
        // Worth too few for an interval; but where all of them keep the limit, what they are drawn from does.
        (None, Some(range)) if objective.used(objective.worse(range)) <= 1.0 => {
            let (status, _) = objective.status(value, range);
            let reason = "there is no interval, but every single observation keeps the limit";
            Some(((status, reason), objective.headroom(value, None)))
        }
        // And so they do where none of them keeps it.
        (None, Some(range)) if objective.used(objective.better(range)) > 1.0 => {
            let reason = "there is no interval, but every single observation exceeds the limit";
            Some(((SloStatus::Critical, reason), objective.headroom(value, None)))
        }
        (None, _) => None,
    };
    let Some(((status, reason), headroom)) = told else {
        let reason = figure.reason().unwrap_or("there is no interval");
        let mixed = "; observations lie on both sides of the limit: more of them may tell (`--mode full`)";
        return unmeasured(Some(figure), format!("{reason}{}", observed.map_or("", |_| mixed)));
    };
    Slo {
        actual: Some(figure.clone()),
        headroom,
        status,
        reason: match power::deciding_number(&objective.metric, figure, objective.limit) {
            Some(needed) => {
                format!("{reason}; {}", power::remedy(workload.kind, figure.n, needed))
            }
            None => reason.to_owned(),
        },
        ..unmeasured(None, String::new())
    }
}

/// The range of all observations behind a figure that lies within them, in the unit of the objective.
#[expect(clippy::cast_precision_loss, reason = "declared work is far below 2^53")]
fn range(
    objective: &Objective<'_>,
    workload: &Workload,
    samples: &BTreeMap<ArtifactId, Samples>,
) -> Option<Interval> {
    let samples = samples.get(workload.samples.as_ref()?)?;
    let least = samples.per_iteration().fold(f64::INFINITY, f64::min);
    let most = samples.per_iteration().fold(0.0, f64::max);
    let is_own = workload.kind.own_metric().is_some_and(|own| own == objective.metric);
    if is_own || [MetricName::WALL_TIME_P50, MetricName::WALL_TIME_MEAN].contains(&objective.metric) {
        Interval::new(least, most).ok()
    } else if objective.metric == MetricName::THROUGHPUT {
        let work = workload.throughput?.amount() as f64 * 1e9;
        Interval::new(work / most, work / least).ok()
    } else {
        None
    }
}

fn is_latency_percentile(metric: &MetricName) -> bool {
    [MetricName::WALL_TIME_P50, MetricName::WALL_TIME_P95, MetricName::WALL_TIME_P99].contains(metric)
}

impl Objective<'_> {
    /// What building, testing and shipping cost is measured for objectives of its own, and those are about nothing
    /// else. Another objective (on peak memory, say) is about it only where its pattern says so: one that begins with
    /// a wildcard means the benchmarks and commands that were there before.
    fn is_about(&self, workload: &Workload) -> bool {
        let kind = workload.kind;
        let is_meant = match kind.own_metric() {
            Some(_) if kind.is_measured_for(&self.metric) => self.is_for_this_part(&workload.id),
            Some(_) => !self.is_of_delivery() && !self.pattern.starts_with(['*', '?', '[', '{']),
            None => !self.is_of_delivery(),
        };
        is_meant && (self.matches)(&workload.id)
    }

    /// Who limits the whole test suite does not limit each of its parts.
    fn is_for_this_part(&self, id: &WorkloadId) -> bool {
        let suite = WorkloadId::whole_test_suite();
        self.metric != MetricName::TEST_SUITE_TIME || *id == suite || !(self.matches)(&suite)
    }

    fn is_of_delivery(&self) -> bool {
        [
            MetricName::BUILD_CLEAN,
            MetricName::BUILD_INCREMENTAL,
            MetricName::TEST_SUITE_TIME,
            MetricName::BINARY_SIZE,
            MetricName::IR_LINES,
            MetricName::IR_COPIES,
        ]
        .contains(&self.metric)
    }

    fn unmeasured(&self, workload: Option<WorkloadId>, actual: Option<Figure>, reason: String) -> Slo {
        Slo {
            id: self.id.clone(),
            metric: self.metric.clone(),
            workload,
            pattern: self.pattern.to_owned(),
            limit: self.limit,
            unit: self.unit,
            direction: self.direction,
            warn: self.warn,
            actual,
            headroom: None,
            status: SloStatus::NotMeasured,
            reason,
        }
    }

    /// How much of the limit is used: above 1 the promise is broken.
    fn used(&self, value: f64) -> f64 {
        match self.direction {
            Direction::LowerIsBetter => value / self.limit,
            Direction::HigherIsBetter => self.limit / value,
        }
    }

    fn worse(&self, interval: Interval) -> f64 {
        match self.direction {
            Direction::LowerIsBetter => interval.upper(),
            Direction::HigherIsBetter => interval.lower(),
        }
    }

    fn better(&self, interval: Interval) -> f64 {
        match self.direction {
            Direction::LowerIsBetter => interval.lower(),
            Direction::HigherIsBetter => interval.upper(),
        }
    }

    fn status(&self, value: f64, interval: Interval) -> (SloStatus, &'static str) {
        let worse = self.worse(interval);
        let is_within = interval.lower() <= self.limit && self.limit <= interval.upper();
        if self.used(value) > 1.0 && is_within {
            (SloStatus::Critical, "the limit is exceeded, but lies within the interval: it may be kept")
        } else if self.used(value) > 1.0 {
            (SloStatus::Critical, "the limit is exceeded")
        } else if self.used(worse) > 1.0 {
            (SloStatus::Critical, "the limit lies within the interval: it may be exceeded")
        } else if self.used(worse) > self.warn {
            (SloStatus::Warning, "the limit is kept, but near")
        } else {
            (SloStatus::Ok, "the limit is kept")
        }
    }

    /// The judgement of something of which only an upper bound is known; none where that does not tell.
    fn of_bound(&self, bound: f64) -> Option<(SloStatus, &'static str)> {
        let is_kept = self.direction == Direction::LowerIsBetter && self.used(bound) <= 1.0;
        is_kept.then(|| {
            if self.used(bound) > self.warn {
                (SloStatus::Warning, "only an upper bound is known: it keeps the limit, but is near")
            } else {
                (SloStatus::Ok, "only an upper bound is known, and it keeps the limit")
            }
        })
    }

    /// None where the measurement cannot be told from zero.
    fn headroom(&self, value: f64, interval: Option<Interval>) -> Option<Headroom> {
        let ratio = |value: f64| Some(1.0 / self.used(value)).filter(|ratio| ratio.is_finite());
        let bounds = interval.and_then(|interval| ratio(interval.lower()).zip(ratio(interval.upper())));
        Some(Headroom {
            ratio: ratio(value)?,
            ci: bounds.and_then(|(a, b)| Interval::new(a.min(b), a.max(b)).ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{ConfidenceLevel, Method, WorkloadKind, WorkloadTarget};

    use super::*;

    fn figure(estimate: Estimate, of: Of) -> Figure {
        Figure { estimate, unit: Unit::Nanoseconds, n: 100, method: Method("quantile".into()), of }
    }

    fn between(value: f64, lower: f64, upper: f64) -> Estimate {
        let interval = Interval::new(lower, upper).unwrap();
        Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 }
    }

    fn workload(figure: Figure) -> Workload {
        let target = WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };
        let mut workload = Workload::new(WorkloadKind::Command, &target, "x", WorkloadState::Measured);
        let direction = Direction::LowerIsBetter;
        workload.metrics.push(Metric { name: MetricName::WALL_TIME_P95, direction, figure });
        workload
    }

    /// One objective of 100 ns on everything.
    fn judged(workloads: &[Workload], direction: Direction) -> Vec<Slo> {
        let everything = |_: &WorkloadId| true;
        let objective = Objective {
            id: "fast".into(),
            metric: MetricName::WALL_TIME_P95,
            pattern: "*",
            matches: &everything,
            unmatched: "nothing matches",
            limit: 100.0,
            unit: Unit::Nanoseconds,
            direction,
            warn: 0.5,
        };
        judge(&[objective], workloads, &BTreeMap::new())
    }

    fn status(estimate: Estimate, of: Of) -> SloStatus {
        judged(&[workload(figure(estimate, of))], Direction::LowerIsBetter)[0].status
    }

    #[test]
    fn the_worse_bound_decides() {
        assert_eq!(status(between(10.0, 9.0, 11.0), Of::Call), SloStatus::Ok);
        assert_eq!(status(between(45.0, 40.0, 51.0), Of::Call), SloStatus::Warning);
        assert_eq!(status(between(90.0, 80.0, 101.0), Of::Process), SloStatus::Critical);
        assert_eq!(status(between(200.0, 190.0, 210.0), Of::Process), SloStatus::Critical);
    }

    #[test]
    fn where_more_is_better_the_lower_bound_decides() {
        let slos =
            judged(&[workload(figure(between(300.0, 250.0, 350.0), Of::Call))], Direction::HigherIsBetter);
        assert_eq!(slos[0].status, SloStatus::Ok);
        assert!((slos[0].headroom.unwrap().ratio - 3.0).abs() < 1e-12);
    }

    #[test]
    fn headroom_has_the_uncertainty_of_the_measurement() {
        let slos = judged(&[workload(figure(between(10.0, 8.0, 20.0), Of::Call))], Direction::LowerIsBetter);
        let headroom = slos[0].headroom.unwrap();
        assert!((headroom.ratio - 10.0).abs() < 1e-12);
        let interval = headroom.ci.unwrap();
        assert!((interval.lower() - 5.0).abs() < 1e-12 && (interval.upper() - 12.5).abs() < 1e-12);
    }

    #[test]
    fn a_percentile_of_batch_means_keeps_no_promise_about_latency() {
        let slos =
            judged(&[workload(figure(between(10.0, 9.0, 11.0), Of::BatchMean))], Direction::LowerIsBetter);
        assert_eq!(slos[0].status, SloStatus::NotMeasured);
        assert!(slos[0].reason.contains("wall_time.mean"));
    }

    #[test]
    fn a_percentile_of_medians_of_processes_keeps_no_promise_about_latency() {
        let slos = judged(
            &[workload(figure(between(10.0, 9.0, 11.0), Of::ProcessMedian))],
            Direction::LowerIsBetter,
        );
        assert_eq!(slos[0].status, SloStatus::NotMeasured);
        assert!(slos[0].reason.contains("the medians that processes state"));
    }

    #[test]
    fn what_cannot_be_told_is_not_measured_and_says_why() {
        let reason = "not estimable from 10 samples".to_owned();
        let estimates = [
            Estimate::NotEstimable { reason: reason.clone() },
            Estimate::WithoutInterval { value: 1.0, reason },
        ];
        for estimate in estimates {
            let slos = judged(&[workload(figure(estimate, Of::Call))], Direction::LowerIsBetter);
            assert_eq!(
                (slos[0].status, slos[0].reason.as_str()),
                (SloStatus::NotMeasured, "not estimable from 10 samples")
            );
        }
        let mut failed = workload(figure(between(1.0, 1.0, 1.0), Of::Call));
        failed.state = WorkloadState::Failed;
        assert_eq!(judged(&[failed], Direction::LowerIsBetter)[0].status, SloStatus::NotMeasured);
        let nothing = judged(&[], Direction::LowerIsBetter);
        assert_eq!(
            (nothing.len(), nothing[0].status, &nothing[0].workload),
            (1, SloStatus::NotMeasured, &None)
        );
    }

    #[test]
    fn without_an_interval_the_worst_observation_decides_if_it_keeps_the_limit() {
        let estimate = || Estimate::WithoutInterval { value: 20.0, reason: "autocorrelated".into() };
        let judged = |best: f64, worst: f64| {
            let mut workload = workload(figure(estimate(), Of::Call));
            workload.metrics[0].name = MetricName::WALL_TIME_P50;
            let id = ArtifactId("samples".into());
            workload.samples = Some(id.clone());
            let samples = Samples::new(workload.id.clone(), vec![1, 1], vec![best, worst]).unwrap();
            let everything = |_: &WorkloadId| true;
            let objective = Objective {
                id: "fast".into(),
                metric: MetricName::WALL_TIME_P50,
                pattern: "*",
                matches: &everything,
                unmatched: "nothing matches",
                limit: 100.0,
                unit: Unit::Nanoseconds,
                direction: Direction::LowerIsBetter,
                warn: 0.5,
            };
            judge(&[objective], &[workload], &BTreeMap::from([(id, samples)])).remove(0)
        };
        assert_eq!(judged(20.0, 30.0).status, SloStatus::Ok);
        assert_eq!(judged(20.0, 60.0).status, SloStatus::Warning);
        let told = judged(20.0, 30.0);
        assert!(told.reason.contains("every single observation"), "{}", told.reason);
        assert_eq!(told.headroom.unwrap().ci, None);
        assert_eq!(judged(20.0, 101.0).status, SloStatus::NotMeasured);
        let told = judged(101.0, 120.0);
        assert_eq!(told.status, SloStatus::Critical);
        assert!(told.reason.contains("every single observation exceeds"), "{}", told.reason);
    }

    #[test]
    fn builds_are_judged_by_objectives_on_builds_and_by_those_that_name_them() {
        let target = WorkloadTarget { package: "build", target: "", source: "Cargo.toml" };
        let mut build = Workload::new(WorkloadKind::CleanBuild, &target, "clean", WorkloadState::Measured);
        let metric = |name| Metric {
            name,
            direction: Direction::LowerIsBetter,
            figure: figure(between(10.0, 9.0, 11.0), Of::Process),
        };
        build.metrics = vec![metric(MetricName::BUILD_CLEAN), metric(MetricName::RSS_PEAK)];
        let mut benchmark = workload(figure(between(10.0, 9.0, 11.0), Of::Process));
        benchmark.metrics.push(metric(MetricName::RSS_PEAK));
        let everything = |_: &WorkloadId| true;
        let about = |metric: MetricName, pattern: &str| {
            let objective = Objective {
                id: "fast".into(),
                metric,
                pattern,
                matches: &everything,
                unmatched: "nothing matches",
                limit: 100.0,
                unit: Unit::Nanoseconds,
                direction: Direction::LowerIsBetter,
                warn: 0.5,
            };
            let slos = judge(&[objective], &[build.clone(), benchmark.clone()], &BTreeMap::new());
            slos.iter().map(|slo| slo.workload.clone().unwrap().0).collect::<Vec<_>>()
        };
        assert_eq!(about(MetricName::BUILD_CLEAN, "*"), ["build/clean"]);
        assert_eq!(about(MetricName::RSS_PEAK, "*"), ["p/t/x"]);
        assert_eq!(about(MetricName::RSS_PEAK, "build/clean"), ["build/clean", "p/t/x"]);
    }

    #[test]
    fn an_objective_that_is_not_decided_says_what_would_decide_it() {
        let judged = |value, lower, upper| {
            let mut undecided = workload(figure(between(value, lower, upper), Of::Process));
            undecided.metrics[0].figure.n = 20;
            judged(&[undecided], Direction::LowerIsBetter).remove(0)
        };
        let within = judged(90.0, 80.0, 110.0);
        assert_eq!(within.status, SloStatus::Critical);
        assert_eq!(
            within.reason,
            "the limit lies within the interval: it may be exceeded; about 80 runs instead of 20 would decide it: `runs = 80` for it in perfaudit.toml, or `--mode full`"
        );
        let beyond = judged(110.0, 90.0, 120.0);
        assert_eq!(beyond.status, SloStatus::Critical);
        assert!(beyond.reason.contains("it may be kept; about 80 runs"), "{}", beyond.reason);
        assert_eq!(judged(120.0, 110.0, 130.0).reason, "the limit is exceeded");
    }

    #[test]
    fn an_upper_bound_that_keeps_the_limit_is_enough_and_one_that_does_not_tells_nothing() {
        let bound = |bound, direction| {
            let estimate = Estimate::AtMost { bound, reason: "the starter occupied as much".into() };
            judged(&[workload(figure(estimate, Of::Process))], direction).remove(0)
        };
        let lower = |value| bound(value, Direction::LowerIsBetter);
        assert_eq!(lower(40.0).status, SloStatus::Ok);
        assert_eq!(lower(60.0).status, SloStatus::Warning);
        assert!(lower(40.0).reason.contains("upper bound"), "{}", lower(40.0).reason);
        let exceeding = lower(101.0);
        assert_eq!(exceeding.status, SloStatus::NotMeasured);
        assert_eq!(exceeding.reason, "the starter occupied as much");
        assert_eq!(bound(40.0, Direction::HigherIsBetter).status, SloStatus::NotMeasured);
    }

    #[test]
    fn something_that_takes_no_time_keeps_every_limit_without_a_number_for_its_headroom() {
        let slos = judged(&[workload(figure(between(0.0, 0.0, 1.0), Of::Call))], Direction::LowerIsBetter);
        assert_eq!((slos[0].status, slos[0].headroom), (SloStatus::Ok, None));
    }
}
