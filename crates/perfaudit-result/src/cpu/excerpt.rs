//! Source lines with the samples that fell on them.

use serde::{Deserialize, Serialize};

/// The lines of a function of the project's own, each with its samples.
///
/// It holds source code: a run with `--redact` has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceExcerpt {
    /// The readable name of the function, as in [`Hotspot::symbol`](crate::Hotspot::symbol).
    pub symbol: String,
    /// The source file, relative to the project.
    pub file: String,
    /// The number of the first line, from 1.
    pub first_line: u32,
    /// The text of the lines, without line ends.
    pub lines: Vec<String>,
    /// Samples whose innermost frame in this function is on the line, callees included; one for each of `lines`,
    /// and 0 where there is none.
    pub samples_per_line: Vec<u64>,
}
