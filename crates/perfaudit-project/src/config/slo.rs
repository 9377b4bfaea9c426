//! `[[slo]]`: what a workload must hold.

use toml::de::DeValue;

use super::limit::Limit;
use super::metric::MetricKind;
use super::pattern::WorkloadPattern;
use super::problem::{Complaint, quote};
use super::section::{Keys, Report, Section};
use super::value::{parsed, share};

/// The share of a limit from which it is a warning, unless given.
const DEFAULT_WARN: f64 = 0.5;

/// `[[slo]]`: a limit for one metric of all workloads that a pattern names.
#[derive(Debug, Clone)]
pub struct Slo {
    /// What it is called in reports, if not by its metric and workload.
    pub name: Option<String>,
    /// What is limited.
    pub metric: MetricKind,
    /// Whose.
    pub workload: WorkloadPattern,
    /// How much: a maximum, or a minimum where higher is better. It fits the metric.
    pub limit: Limit,
    /// The used share of the limit from which it is a warning, above 0 and up to 1. Used is `actual / limit`, or
    /// `limit / actual` where higher is better; above 1 is critical.
    pub warn: f64,
    /// Where it was given.
    pub keys: Keys,
}

impl Slo {
    /// Reads one section; nothing if it is not usable, with notes of why.
    pub(super) fn read(mut section: Section<'_>, report: &mut Report<'_>) -> Option<Self> {
        let metric = section.required("metric", report, parsed(MetricKind::parse));
        let limit = section.required("limit", report, |item, report| {
            if matches!(item.get_ref(), DeValue::Integer(_) | DeValue::Float(_)) {
                return report.refuse(&item.span(), Limit::without_unit(metric));
            }
            let limit = parsed(Limit::parse)(item, report)?;
            let fits = metric.map_or(Ok(()), |metric| limit.check(metric));
            report.accept(&item.span(), fits.map(|()| limit))
        });
        let workload = section.value("workload", report, parsed(WorkloadPattern::parse));
        let warn = section.value("warn", report, share);
        let name = section.value("name", report, parsed(title));
        let keys = section.finish(report);
        Some(Self {
            name,
            metric: metric?,
            workload: workload.unwrap_or_else(WorkloadPattern::every),
            limit: limit?,
            warn: warn.unwrap_or(DEFAULT_WARN),
            keys,
        })
    }
}

/// A text for reports, on one line.
fn title(text: &str) -> Result<String, Complaint> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        Err(Complaint::new(format!("{} is no name: expected text on one line", quote(text))))
    } else {
        Ok(text.to_owned())
    }
}
