//! From samples to figures, groups, remarks and findings. Measures nothing.

use std::collections::BTreeMap;

use perfaudit_audits::Evidence;
use perfaudit_bench::{CommandRuns, command_metrics, delivery_metrics, groups, metrics};
use perfaudit_result::{
    ArtifactId, Finding, Host, Samples, Workload, WorkloadGroup, WorkloadId, WorkloadKind, WorkloadState,
};
use rayon::prelude::*;

/// What the analysis found besides the figures.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) groups: Vec<WorkloadGroup>,
    pub(crate) findings: Vec<Finding>,
}

/// Fills in the metrics and the remarks of all workloads.
pub(crate) fn analyse(
    workloads: &mut [Workload],
    samples: &BTreeMap<ArtifactId, Samples>,
    runs: &BTreeMap<WorkloadId, (ArtifactId, CommandRuns)>,
    host: &Host,
    seed: u64,
) -> Analysis {
    workloads.par_iter_mut().for_each(|workload| {
        let Some(samples) = workload.samples.as_ref().and_then(|id| samples.get(id)) else { return };
        // Figures of other tools' files are made where these are read.
        if workload.kind == WorkloadKind::Imported {
            return;
        }
        let estimates = match runs.get(&workload.id) {
            Some((_, runs)) => delivery_metrics(workload, samples, runs)
                .unwrap_or_else(|| command_metrics(workload, samples, runs, seed)),
            None => metrics(workload, samples, seed),
        };
        match estimates {
            Ok(estimates) => {
                workload.metrics = estimates.metrics;
                if let Some(sampling) = &mut workload.sampling {
                    sampling.effective_batches = estimates.effective_batches;
                }
            }
            Err(error) => {
                workload.state = WorkloadState::Unreadable;
                workload.message = Some(error.to_string());
            }
        }
    });
    let groups = groups(workloads);
    let audited = perfaudit_audits::run(&Evidence { workloads, samples, groups: &groups, host, seed });
    for (workload, remarks) in workloads.iter_mut().zip(audited.remarks) {
        workload.audits = remarks;
    }
    Analysis { groups, findings: audited.findings }
}
