//! What building, testing and shipping costs, in words, the same in every format.

use perfaudit_result::{AuditResult, Estimate, MetricName, Unit, Workload};

use crate::{quantity, rows};

/// A row of the table.
pub(crate) struct Row<'a> {
    pub(crate) workload: &'a Workload,
    /// The metric that it is measured for.
    pub(crate) metric: MetricName,
    /// `4.21 s +-0.05`, `1.24 MB`; empty where there is no figure.
    pub(crate) value: String,
    /// `3 runs`, `exact`; empty where there is no figure.
    pub(crate) basis: String,
    /// `4.10 to 4.50 s`, where runs differ.
    pub(crate) range: String,
    /// `7.90 s`: CPU time, user and system.
    pub(crate) cpu: String,
    /// `312 MB`: the largest process.
    pub(crate) memory: String,
}

/// The rows in the order of the result.
pub(crate) fn rows(result: &AuditResult) -> Vec<Row<'_>> {
    result.workloads.iter().filter_map(row).collect()
}

fn row(workload: &Workload) -> Option<Row<'_>> {
    let metric = workload.kind.own_metric()?;
    let value_of = |name: &MetricName| {
        let figure = rows::figure(workload, name)?;
        Some((figure.value()?, figure.unit))
    };
    let shown =
        |value: Option<(f64, Unit)>| value.map(|(v, unit)| quantity::value(v, unit)).unwrap_or_default();
    let figure = rows::figure(workload, &metric);
    let basis = figure.map(|figure| match &figure.estimate {
        Estimate::WithInterval { interval, .. } if interval.lower() >= interval.upper() => "exact".to_owned(),
        _ => quantity::counted(usize::try_from(figure.n).unwrap_or(usize::MAX), "run"),
    });
    let end = |suffix: &str| value_of(&MetricName(format!("{}.{suffix}", metric.0).into()));
    let range = end("min").zip(end("max")).map(|((least, unit), (most, _))| {
        format!("{} to {}", quantity::value(least, unit), quantity::value(most, unit))
    });
    let cpu = value_of(&MetricName::CPU_USER).zip(value_of(&MetricName::CPU_SYSTEM)).map(
        |((user, unit), (system, _))| {
            format!("{} user, {} system", quantity::value(user, unit), quantity::value(system, unit))
        },
    );
    Some(Row {
        value: figure.map(quantity::figure).unwrap_or_default(),
        basis: basis.unwrap_or_default(),
        range: range.unwrap_or_default(),
        cpu: cpu.unwrap_or_default(),
        memory: shown(value_of(&MetricName::RSS_PEAK)),
        metric,
        workload,
    })
}
