//! Reports made from a result and its samples. Renderers read; they compute nothing that a reader could take for
//! a measurement.

use std::collections::BTreeMap;

use perfaudit_result::{ArtifactId, AuditResult, Samples};

pub mod quantity;

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The result.
    pub result: &'a AuditResult,
    /// The raw batches of the workloads that have them.
    pub samples: &'a BTreeMap<ArtifactId, Samples>,
}
