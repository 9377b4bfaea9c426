//! The objectives of the configuration, judged.

use std::collections::BTreeMap;

use perfaudit_audits::{Objective, judge};
use perfaudit_project::config::Config;
use perfaudit_result::{ArtifactId, Samples, Slo, Workload, WorkloadId};

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
                limit: slo.limit.value(),
                unit: slo.limit.dimension().unit(),
                direction: slo.metric.direction(),
                warn: slo.warn,
            };
            judge(&[objective], workloads, samples)
        })
        .collect()
}
