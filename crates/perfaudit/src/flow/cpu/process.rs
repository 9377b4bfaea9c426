//! A process that runs already.

use std::time::Duration;

use perfaudit_result::{Workload, WorkloadKind, WorkloadState, WorkloadTarget};

/// A process that runs already, and how long it is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunningProcess {
    /// Its number.
    pub(crate) number: u32,
    /// From now on; it may end sooner.
    pub(crate) duration: Duration,
}

impl RunningProcess {
    /// Whether there is such a process.
    pub(crate) fn is_there(self) -> bool {
        std::fs::exists(format!("/proc/{}", self.number)).unwrap_or(false)
    }

    /// Its row: `process/NAME`. It has no figures.
    pub(crate) fn workload(self) -> Workload {
        let name = std::fs::read_to_string(format!("/proc/{}/comm", self.number)).unwrap_or_default();
        let name = match name.trim_end() {
            "" => self.number.to_string(),
            name => name.replace('/', "_"),
        };
        let target = WorkloadTarget { package: "process", target: "", source: "" };
        let mut row = Workload::new(WorkloadKind::Process, &target, &name, WorkloadState::Measured);
        row.message = Some(format!("process {}, which ran already", self.number));
        row
    }
}
