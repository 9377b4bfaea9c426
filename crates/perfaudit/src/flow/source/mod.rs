//! Findings from source: reading the project, asking the compiler about types, and joining with the profiles of the run.

mod clippy;
mod findings;
mod join;
mod priced;
mod snippets;
mod told;
mod twice;

use perfaudit_exec::Interrupt;
use perfaudit_project::Loading;
use perfaudit_project::config::SourceSettings;
use perfaudit_result::{OracleUse, StageName, StageState};
use perfaudit_run::RunDirectory;
use perfaudit_source::scan::{PackageRoot, Scan, ScanRequest, scan};

use super::Plan;
use super::record::Recorder;
use crate::error::CommandError;
use crate::progress::Progress;
pub(crate) use clippy::locked;
pub(crate) use findings::{Read, read};
pub(crate) use join::{Profiles, speed_up};
pub(crate) use priced::{HotIn, Priced, priced};
pub(crate) use twice::name_each_other;

/// The project's source as it was read.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) scan: Scan,
    pub(crate) packages: Vec<PackageRoot>,
    pub(crate) oracle: OracleUse,
}

/// Reads the project's source, and asks the compiler about what syntax leaves open.
pub(crate) fn source_stage(
    plan: &Plan,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<(Scanned, perfaudit_result::Stage), CommandError> {
    let recorder = Recorder::begin(StageName::Source, Some(directory));
    progress.say("source: read".to_owned());
    let settings: &SourceSettings = &plan.config.source;
    let project = &plan.project;
    let packages: Vec<PackageRoot> = project
        .packages
        .iter()
        .map(|package| PackageRoot { name: package.name.clone(), directory: package.relative.clone() })
        .collect();
    let skip = [project.target_directory.clone(), plan.work.path.clone(), directory.path().to_owned()];
    let cache = plan.work.path.join("source.json");
    let request = ScanRequest {
        root: &project.root,
        packages: &packages,
        skip: &skip,
        exclude: &settings.exclude.value,
        cache: Some(&cache),
    };
    let mut scan = scan(&request)?;
    let asks = scan.files.iter().flat_map(|file| &file.analysis.hits).any(|hit| hit.question.is_some());
    let oracle = if !settings.types.value {
        not_used("`types = false` in `[source]`")
    } else if let Loading::Members { why } | Loading::Files { why } = &project.loading {
        not_used(why)
    } else if !asks {
        not_used("syntax left nothing open")
    } else if interrupt.is_set() {
        not_used("interrupted")
    } else {
        progress.say("source: ask the compiler about types".to_owned());
        clippy::ask(plan, directory, interrupt, &mut scan)
    };
    if !oracle.used {
        // What holds only by the compiler's word is not told without it.
        scan.files.iter_mut().for_each(|file| file.analysis.hits.retain(|hit| !hit.is_guess));
    }
    let (state, message) = match (&scan.cache.problem, interrupt.is_set()) {
        (_, true) => (StageState::Partial, Some("interrupted".to_owned())),
        (Some(problem), _) => {
            (StageState::Done, Some(format!("what was read could not be kept for the next run: {problem}")))
        }
        (None, _) => match &project.loading {
            Loading::Whole => (StageState::Done, None),
            Loading::Members { why } | Loading::Files { why } => (StageState::Partial, Some(why.clone())),
        },
    };
    let stage = recorder.end(directory, state, message);
    Ok((Scanned { scan, packages, oracle }, stage))
}

pub(super) fn not_used(why: &str) -> OracleUse {
    OracleUse { used: false, detail: why.to_owned(), confirmed: 0, refuted: 0 }
}
