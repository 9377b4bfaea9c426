//! What `perf record` recorded.

use std::path::{Path, PathBuf};
use std::time::Duration;

use perfaudit_cpu::record::perf_data::{self, PerfData};
use perfaudit_cpu::symbols::{SymbolPlaces, symbolise};
use perfaudit_result::{Workload, WorkloadKind, WorkloadState, WorkloadTarget};

use super::{Beside, Profiled, Taken, sources};
use crate::error::CommandError;
use crate::flow::Plan;

/// A recording that another tool made, and the file that holds it.
#[derive(Debug)]
pub(crate) struct RecordedProfile {
    file: PathBuf,
    data: PerfData,
}

impl RecordedProfile {
    /// Reads a file of `perf record`.
    pub(crate) fn read(file: &Path) -> Result<Self, CommandError> {
        let data = perf_data::read(file)
            .map_err(|source| CommandError::PerfData { path: file.to_owned(), source })?;
        Ok(Self { file: file.to_owned(), data })
    }

    /// Its row: `perf.data/NAME` after the thread with most samples. It has no figures.
    pub(crate) fn workload(&self) -> Workload {
        let recording = &self.data.recording;
        let mut samples = vec![0_u64; recording.threads.len()];
        for run in &recording.samples {
            samples[run.thread as usize] = samples[run.thread as usize].saturating_add(run.count);
        }
        let most = samples.iter().zip(&recording.threads).max_by_key(|(samples, _)| **samples);
        let name = most.map(|(_, thread)| thread.name.replace('/', "_")).filter(|name| !name.is_empty());
        let file = self.file.file_name().unwrap_or_default().to_string_lossy();
        let target = WorkloadTarget { package: "perf.data", target: "", source: &file };
        let name = name.unwrap_or_else(|| file.clone().into_owned());
        let mut row = Workload::new(WorkloadKind::Imported, &target, &name, WorkloadState::Measured);
        row.message = Some("recorded by `perf record`; its time was not measured".to_owned());
        row
    }

    /// Its profile.
    pub(super) fn profiled(&self, plan: &Plan) -> Profiled {
        let id = self.workload().id;
        let recording = &self.data.recording;
        let places = if self.data.is_of_this_kernel {
            SymbolPlaces::of_this_machine()
        } else {
            SymbolPlaces::of_a_foreign_recording()
        };
        let symbolised = symbolise(recording, id.clone(), &sources::of_plan(plan), &places);
        let taken = Taken {
            profile: symbolised.profile,
            symbols: symbolised.remarks,
            stated: None,
            runs: 1,
            beside: Beside {
                wall: Duration::from_secs_f64(f64::from(recording.blocks.count) * recording.blocks.width_s),
                off_cpu: None,
                usage: None,
            },
            remarks: self.data.remarks.clone(),
        };
        Profiled { id, outcome: Ok(taken) }
    }
}
