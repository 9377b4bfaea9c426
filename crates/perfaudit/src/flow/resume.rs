//! Going on with a run that was cut short.

use perfaudit_result::WorkloadState;
use perfaudit_run::OpenedRun;

use crate::arguments::AuditArguments;
use crate::error::CommandError;
use crate::flow::{Plan, runs_directory};

/// The newest run of the project, if it is to be resumed and was cut short.
pub(crate) fn earlier(arguments: &AuditArguments, plan: &Plan) -> Result<Option<OpenedRun>, CommandError> {
    if !arguments.resume {
        return Ok(None);
    }
    let run = perfaudit_run::open(&perfaudit_run::newest(&runs_directory(&plan.work))?)?;
    let result = &run.result;
    let is_unfinished = result.run.interrupted
        || result.workloads.iter().any(|workload| workload.state == WorkloadState::NotRun);
    if !is_unfinished {
        return Err(CommandError::Finished { run: result.run.id.clone() });
    }
    if result.run.mode != plan.mode {
        return Err(CommandError::ResumedOtherwise {
            run: result.run.id.clone(),
            there: result.run.mode.as_str(),
            here: plan.mode.as_str(),
        });
    }
    Ok(Some(run))
}
