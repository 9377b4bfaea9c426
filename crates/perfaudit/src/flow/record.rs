//! What a stage cost.

use std::time::Instant;

use perfaudit_exec::CpuTime;
use perfaudit_result::{Stage, StageCost, StageName, StageState};
use perfaudit_run::RunDirectory;

/// Measures a stage from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Recorder {
    name: StageName,
    started: Instant,
    cpu: CpuTime,
    bytes_before: u64,
}

impl Recorder {
    /// Begins; `directory` is none as long as the run has none.
    pub(crate) fn begin(name: StageName, directory: Option<&RunDirectory>) -> Self {
        let bytes_before = directory.map_or(0, RunDirectory::bytes);
        Self { name, started: Instant::now(), cpu: CpuTime::now(), bytes_before }
    }

    pub(crate) fn end(self, directory: &RunDirectory, state: StageState, message: Option<String>) -> Stage {
        let used = CpuTime::now().since(self.cpu);
        Stage {
            name: self.name,
            state,
            duration_s: self.started.elapsed().as_secs_f64(),
            cost: StageCost {
                cpu_s: used.own + used.children,
                own_cpu_s: used.own,
                disk_bytes: directory.bytes().saturating_sub(self.bytes_before),
            },
            message,
        }
    }
}
