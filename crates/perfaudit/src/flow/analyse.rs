//! From samples to figures and groups. Measures nothing.

use std::collections::BTreeMap;

use perfaudit_bench::{CommandRuns, command_metrics, delivery_metrics, groups, metrics};
use perfaudit_result::{
    ArtifactId, Samples, Workload, WorkloadGroup, WorkloadId, WorkloadKind, WorkloadState,
};
use rayon::prelude::*;

/// Fills in the metrics of all workloads, and finds sweeps and matrices.
pub(crate) fn figures(
    workloads: &mut [Workload],
    samples: &BTreeMap<ArtifactId, Samples>,
    runs: &BTreeMap<WorkloadId, (ArtifactId, CommandRuns)>,
    seed: u64,
) -> Vec<WorkloadGroup> {
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
    groups(workloads)
}
