//! The objectives of the configuration, judged.

use std::collections::BTreeMap;

use perfaudit_audits::{Objective, judge};
use perfaudit_bench::metrics;
use perfaudit_project::config::{Config, MetricKind};
use perfaudit_result::{ArtifactId, Figure, MetricName, Samples, Slo, Workload, WorkloadId};

/// How badly a benchmark is known: the width of its median's interval over the median; infinite where there is no
/// interval, and where an objective could not be decided.
pub(crate) fn width(config: &Config, workload: &Workload, samples: &Samples, seed: u64) -> f64 {
    let Ok(estimates) = metrics(workload, samples, seed) else { return f64::INFINITY };
    let row = Workload { metrics: estimates.metrics, ..workload.clone() };
    let is_undecided = |slo: &Slo| {
        let interval = slo.actual.as_ref().and_then(Figure::interval);
        interval.is_some_and(|interval| interval.lower() <= slo.limit && slo.limit <= interval.upper())
    };
    let own = |slo: &Slo| slo.workload.as_ref() == Some(&row.id) && is_undecided(slo);
    if judged(config, std::slice::from_ref(&row), &BTreeMap::new()).iter().any(own) {
        return f64::INFINITY;
    }
    let median = row.metric(&MetricName::WALL_TIME_P50).map(|metric| &metric.figure);
    let relative = median.and_then(|figure| {
        let (value, interval) = (figure.value()?, figure.interval()?);
        Some((interval.upper() - interval.lower()) / value).filter(|width| width.is_finite())
    });
    relative.unwrap_or(f64::INFINITY)
}

/// Judges every objective.
pub(crate) fn judged(
    config: &Config,
    workloads: &[Workload],
    samples: &BTreeMap<ArtifactId, Samples>,
) -> Vec<Slo> {
    config
        .slos
        .iter()
        .flat_map(|slo| {
            let matches = |id: &WorkloadId| slo.workload.matches(id);
            let objective = Objective {
                id: slo
                    .name
                    .clone()
                    .unwrap_or_else(|| format!("{} of {}", slo.metric.as_str(), slo.workload.as_str())),
                metric: slo.metric.name(),
                pattern: slo.workload.as_str(),
                matches: &matches,
                unmatched: unmatched(slo.metric),
                limit: slo.limit.value(),
                unit: slo.limit.dimension().unit(),
                direction: slo.metric.direction(),
                warn: slo.warn,
            };
            judge(&[objective], workloads, samples)
        })
        .collect()
}

fn unmatched(metric: MetricKind) -> &'static str {
    match metric {
        MetricKind::BuildClean => "the pattern does not match `build/clean`, or there is nothing to build",
        MetricKind::BuildIncremental => {
            "no selected package with a library or a program matches: workloads are `build/incremental/PACKAGE`"
        }
        MetricKind::TestSuiteTime => {
            "no part of the test suite matches: workloads are `tests/all`, `tests/PACKAGE/lib`, `tests/PACKAGE/bin/NAME`, `tests/PACKAGE/test/NAME` and `tests/PACKAGE/doc`"
        }
        MetricKind::BinarySize => {
            "no program or shared library (`cdylib`) of a selected package matches: workloads are `binary/PACKAGE/NAME`"
        }
        MetricKind::IrLines | MetricKind::IrCopies => {
            "no selected package with a library or a program matches: workloads are `ir/PACKAGE`"
        }
        _ => "no workload of this run matches the pattern: correct it, or measure all of the project",
    }
}
