//! Reports made from a result and its samples. Renderers read; they compute nothing that a reader could take for
//! a measurement.

use std::collections::BTreeMap;

use perfaudit_result::{ArtifactId, AuditResult, CpuProfile, HeapProfile, Samples};

pub mod html;
pub mod quantity;

mod bisection;
mod build;
mod certificate;
mod comparison;
mod cpu;
mod delivery;
mod difference;
mod fixes;
mod heap;
mod ir;
mod json;
mod junit;
mod markdown;
mod matrix;
mod noise;
mod objectives;
mod paired;
mod plan;
mod rows;
mod sarif;
mod shell;
mod size;
mod source;
mod terminal;
mod text;
mod treemap;
mod trust;

pub use fixes::planned_fixes;
pub use json::json;
pub use junit::junit;
pub use markdown::{
    COMMENT_BYTES, binary_size as binary_size_markdown, certificate_document, markdown, markdown_within,
    size_difference as size_difference_markdown,
};
pub use noise::noise_floor;
pub use sarif::sarif;
pub use terminal::{Terminal, binary_size, size_difference, terminal};
pub use text::wrap;

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The result.
    pub result: &'a AuditResult,
    /// The raw batches of the workloads that have them.
    pub samples: &'a BTreeMap<ArtifactId, Samples>,
    /// The CPU profiles of the workloads that have one. Each has passed [`CpuProfile::check`].
    pub profiles: &'a BTreeMap<ArtifactId, CpuProfile>,
    /// The stacks of allocations of the workloads that have some. Each has passed [`HeapProfile::check`].
    pub heaps: &'a BTreeMap<ArtifactId, HeapProfile>,
}
