//! Reads results that other benchmark tools wrote, without running anything.
//!
//! [`read`] takes a file or a Criterion folder, finds out from the content which tool wrote it, and gives back what
//! the tool measured: raw values wherever the file holds them, else the summary that the tool stated. Nothing is
//! derived: a file without raw values has no quantiles but those that the tool wrote down.
//!
//! - [`Imported`]: what a file holds, in base units (nanoseconds, bytes).
//! - [`Raw`]: values by process where the file tells them apart, with the iterations behind each where known.
//! - [`ImportError`]: why a file cannot be used, with the place in it and what to do.
//!
//! A further format gets a module in `readers`, a variant of [`FileFormat`], a line in its detection, a captured file
//! in `testdata/import`, and a fuzz target.

mod error;
mod format;
mod input;
mod json;
mod model;
mod quantity;
mod readers;
mod values;
mod warning;

pub use error::{ImportError, ValueProblem};
pub use format::{FileFormat, Format};
pub use input::{LARGEST_FILE, MOST_MEASUREMENTS, MOST_WORKLOADS};
pub use model::{Imported, ImportedWorkload, MeasuredUnit, Measurement, Skipped, metric};
pub use readers::asv::read_with_benchmarks as read_asv_with_benchmarks;
pub use readers::criterion::files::{
    CriterionBenchmark, CriterionEntry, criterion_benchmarks, read_criterion_files,
};
pub use readers::criterion::read_benchmark as read_criterion_benchmark;
pub use values::{Group, Grouping, Iterations, Raw, Summary, Values};
pub use warning::{Statistic, Warning};

use std::fs;
use std::path::Path;

/// Reads a file of any [`FileFormat`], or a folder that Criterion wrote; the format is told from the content.
///
/// For an asv result, `benchmarks.json` in the folder above is read too if it is there: asv keeps units and the names
/// of parameters in it.
///
/// # Errors
/// When the file cannot be read, is larger than [`LARGEST_FILE`], holds more than [`MOST_WORKLOADS`]
/// benchmarks or [`MOST_MEASUREMENTS`] of one, is of no known format, is malformed, holds a value
/// that no clock gives, or holds no measurement at all.
pub fn read(path: &Path) -> Result<Imported, ImportError> {
    let file = path.display().to_string();
    let is_folder =
        fs::metadata(path).map_err(|source| ImportError::Read { file: file.clone(), source })?.is_dir();
    if is_folder {
        return readers::criterion::read_folder(path);
    }
    let bytes = input::load(path, &file)?;
    match FileFormat::detect(&file, &bytes)? {
        FileFormat::Asv => readers::asv::read_beside_benchmarks(path, &file, &bytes),
        format => read_as(format, &file, &bytes),
    }
}

/// Reads the content of a file whose format is known; `file` is what errors call it.
///
/// # Errors
/// Those of [`read`] that concern the content.
pub fn read_as(format: FileFormat, file: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    match format {
        FileFormat::Hyperfine => readers::hyperfine::read(file, bytes),
        FileFormat::GoogleBenchmark => readers::google_benchmark::read(file, bytes),
        FileFormat::PytestBenchmark => readers::pytest_benchmark::read(file, bytes),
        FileFormat::Pyperf => readers::pyperf::read(file, bytes),
        FileFormat::Asv => readers::asv::read(file, bytes, None),
        FileFormat::GoBench => readers::go_bench::read(file, bytes),
    }
}
