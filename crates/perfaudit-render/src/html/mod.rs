//! The HTML report: one file that opens offline, escapes everything it shows and works without scripts.
//!
//! The tables are written here; `assets/report.js` adds search, sorting and keys, `assets/charts.js` draws the
//! charts and `assets/flame/` the flame graphs, from the data that `data.rs` embeds. The page loads nothing: its content security policy allows the one
//! style and the one script in it, by their hashes.

mod anchor;
mod appendix;
mod benchmarks;
mod bisection;
mod budget;
mod build;
mod certificate;
mod context;
mod cpu;
mod data;
mod detail;
mod figure;
mod findings;
mod fixes;
mod flame;
mod groups;
mod heap;
mod matrix;
mod measured;
mod page;
mod paired;
mod plan;
mod size;
mod source;
mod summary;
mod text;
mod unseen;
mod words;

use crate::ReportInput;
use context::Context;

/// The report as one HTML document.
///
/// Links to artifacts are relative, so the file belongs into the run directory.
#[must_use]
pub fn html(input: ReportInput<'_>) -> String {
    page::page(&Context::new(input)).into_string()
}
