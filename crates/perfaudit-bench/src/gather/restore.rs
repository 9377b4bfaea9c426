//! Taking over what a run that was cut short had measured.

use perfaudit_result::{Workload, WorkloadState};

use super::{GatherError, Gatherer, Waiting};

impl Gatherer<'_> {
    /// Takes over the measurement of a benchmark, if the earlier run has it whole and from the same executable. The
    /// place in the order stays taken either way, so that the rest is measured as if there had been no interruption.
    pub(super) fn restore(&mut self, benchmark: &Waiting) -> Result<bool, GatherError> {
        let Some(earlier) = self.request.earlier else { return Ok(false) };
        let row = &self.gathered.workloads[benchmark.row];
        let is_same = |known: &&Workload| {
            known.id == row.id
                && known.state == WorkloadState::Measured
                && known.binary_sha256.is_some()
                && known.binary_sha256 == row.binary_sha256
        };
        let Some(known) = earlier.result.workloads.iter().find(is_same) else { return Ok(false) };
        let (Some(order), Some(samples)) =
            (known.order, known.samples.as_ref().and_then(|id| earlier.samples.get(id)))
        else {
            return Ok(false);
        };
        let harness = format!("artifacts/criterion/{order:04}/");
        for artifact in earlier.result.artifacts.iter().filter(|artifact| artifact.path.starts_with(&harness))
        {
            if let Some(content) = earlier.content(artifact) {
                self.directory.add(artifact.kind, &artifact.path, &content)?;
            }
        }
        let id =
            self.directory.add_samples(&format!("artifacts/samples/{:04}.json", benchmark.row), samples)?;
        self.gathered.samples.insert(id.clone(), samples.clone());
        self.gathered.workloads[benchmark.row] =
            Workload { samples: Some(id), metrics: Vec::new(), audits: Vec::new(), ..known.clone() };
        self.launches += 1;
        Ok(true)
    }
}
