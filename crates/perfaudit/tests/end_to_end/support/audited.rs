//! What an audit leaves, and what holds for every one of them.

use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_result::{AuditResult, TreeChange, Workload, WorkloadId, WorkloadState, from_json};
use serde_json::Value;

use super::Outcome;

/// A finished audit.
#[derive(Debug)]
pub(crate) struct Audited {
    pub(crate) outcome: Outcome,
    pub(crate) result: AuditResult,
    pub(crate) directory: PathBuf,
}

impl Audited {
    /// Reads the run that was written to `directory`.
    pub(crate) fn read(outcome: Outcome, directory: &Path) -> Self {
        let file = directory.join("result.json");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("{}: {error}\n{}{}", file.display(), outcome.stdout, outcome.stderr)
        });
        let result = from_json(&text).expect("the result can be read again");
        Self { outcome, result, directory: directory.to_owned() }
    }

    /// Checks that the exit code is the verdict's, that nothing but the result was printed, that the result obeys
    /// its schema, that the reports are there, and that exactly the changes of the tree are told.
    pub(crate) fn check(&self, tree_changes: &[TreeChange]) {
        let Self { outcome, result, directory } = self;
        assert_eq!(outcome.code, Some(i32::from(result.verdict.exit_code)), "{}", outcome.stderr);
        // Another audit on the machine may be measuring: that is told, and is the only thing that is.
        assert_eq!(outcome.stderr.replace("another perfaudit measures: waiting for it\n", ""), "");
        assert_eq!(result.run.tree_changes, tree_changes);
        assert_obeys_schema(&self.json());
        for report in ["report.html", "report.md", "findings.sarif", "junit.xml"] {
            assert!(directory.join(report).is_file(), "{report}");
        }
        for artifact in &result.artifacts {
            let bytes = fs::metadata(directory.join(&artifact.path)).map(|metadata| metadata.len());
            assert_eq!(bytes.ok(), Some(artifact.bytes), "{}", artifact.path);
        }
    }

    /// `result.json` as it is in the file.
    pub(crate) fn json(&self) -> Value {
        let text = fs::read_to_string(self.directory.join("result.json")).expect("the result is there");
        serde_json::from_str(&text).expect("the result is JSON")
    }

    /// A file of the run.
    pub(crate) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).expect("the file is there")
    }

    pub(crate) fn code(&self) -> i32 {
        i32::from(self.result.verdict.exit_code)
    }

    /// The row of a workload.
    pub(crate) fn row(&self, id: &str) -> &Workload {
        let rows = &self.result.workloads;
        rows.iter().find(|row| row.id == WorkloadId(id.to_owned())).unwrap_or_else(|| {
            panic!("no row {id:?} among {:#?}", rows.iter().map(|row| &row.id.0).collect::<Vec<_>>())
        })
    }

    /// The state and the message of a workload.
    pub(crate) fn told(&self, id: &str) -> (WorkloadState, &str) {
        let row = self.row(id);
        (row.state, row.message.as_deref().unwrap_or(""))
    }

    /// The rows in their order: names and states.
    pub(crate) fn rows(&self) -> Vec<(&str, WorkloadState)> {
        self.result.workloads.iter().map(|row| (row.id.0.as_str(), row.state)).collect()
    }

    /// The codes of the limits.
    pub(crate) fn limits(&self) -> Vec<&str> {
        self.result.limits.iter().map(|limit| limit.code.as_str()).collect()
    }

    /// The workloads that a rule flags, with the part of their names behind the target.
    pub(crate) fn flagged_by(&self, rule: &str) -> Vec<&str> {
        let findings = self.result.findings.iter().filter(|finding| finding.rule == rule);
        let mut flagged: Vec<&str> = findings
            .flat_map(|finding| &finding.workloads)
            .map(|id| self.row(&id.0).title.as_str())
            .collect();
        flagged.sort_unstable();
        flagged
    }
}

/// Checks a result against the published schema.
pub(crate) fn assert_obeys_schema(result: &Value) {
    let schema = serde_json::to_value(perfaudit_result::schema()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is valid");
    let errors: Vec<String> =
        validator.iter_errors(result).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}
