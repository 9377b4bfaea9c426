//! The run beside a baseline.

use std::path::Path;

use perfaudit_history::{Baseline, Store, compare, unlike};
use perfaudit_project::project_key;
use perfaudit_result::{AuditResult, Limit};

use crate::arguments::AuditArguments;
use crate::error::CommandError;

/// The baselines that a run has to do with.
pub(crate) struct Baselines {
    /// Where they are kept; none when the run has to do with none.
    pub(crate) store: Option<Store>,
    baseline: Option<Baseline>,
    is_unlike_allowed: bool,
}

impl Baselines {
    /// Reads the baseline before anything is measured: a wrong name should not cost an hour.
    pub(crate) fn open(arguments: &AuditArguments, root: &Path) -> Result<Self, CommandError> {
        let is_wanted = arguments.baseline.is_some() || arguments.save_baseline.is_some();
        let store = is_wanted
            .then(|| Store::open(arguments.store.directory.as_deref(), &project_key(root)))
            .transpose()?;
        let baseline = match (&store, &arguments.baseline) {
            (Some(store), Some(name)) => Some(store.load(name)?),
            _ => None,
        };
        Ok(Self { store, baseline, is_unlike_allowed: arguments.allow_unlike })
    }

    /// Puts the run beside the baseline, unless the two are unlike and nobody allowed that.
    pub(crate) fn compare(&self, run: &mut AuditResult) {
        let Some(baseline) = &self.baseline else { return };
        let differences = unlike(&baseline.result, run);
        if differences.is_empty() || self.is_unlike_allowed {
            run.comparison = Some(compare(baseline, run, differences));
            return;
        }
        run.limits.insert(
            0,
            Limit {
                code: "baseline-unlike".to_owned(),
                message: format!(
                    "the run was not put beside `{}`, which was made otherwise: {}",
                    baseline.name,
                    differences.join("; ")
                ),
                remedy: Some("measure both alike, or add `--allow-unlike`".to_owned()),
            },
        );
    }
}
