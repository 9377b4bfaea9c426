//! A folder that Criterion wrote. [`files`] reads it; here total times of batches become times per iteration.
//!
//! Criterion records no unit, host or time of measuring.

pub(crate) mod files;

use std::path::Path;

use crate::error::ImportError;
use crate::format::Format;
use crate::model::{Imported, ImportedWorkload, MeasuredUnit, Skipped, metric};
use crate::values::{Group, Iterations, Raw, Summary};
use crate::warning::Warning;
use files::{CriterionBenchmark, CriterionEntry, criterion_benchmarks, read_criterion_files};

/// Reads every benchmark below a folder. One that cannot be read is skipped: it must not hide the others.
pub(crate) fn read_folder(folder: &Path) -> Result<Imported, ImportError> {
    let mut workloads = Vec::new();
    let mut skipped = Vec::new();
    for CriterionEntry { place, benchmark } in criterion_benchmarks(folder) {
        match benchmark {
            Ok(benchmark) => workloads.push(workload(benchmark)),
            Err(error) => skipped.push(Skipped { what: place, reason: error.to_string() }),
        }
    }
    if workloads.is_empty() && skipped.is_empty() {
        return Err(ImportError::Unrecognised {
            file: folder.display().to_string(),
            found: "a folder without any `new/benchmark.json`".to_owned(),
        });
    }
    Imported::new(&folder.display().to_string(), Format::CriterionFolder, workloads, skipped)
}

/// Reads the two files of one benchmark, each given by the name that errors call it and its content.
///
/// # Errors
/// When one of them is not what Criterion writes, or holds a value that no clock gives.
pub fn read_benchmark(
    benchmark: (&str, &[u8]),
    sample: (&str, &[u8]),
) -> Result<ImportedWorkload, ImportError> {
    read_criterion_files(benchmark, sample).map(workload)
}

fn workload(benchmark: CriterionBenchmark) -> ImportedWorkload {
    let CriterionBenchmark { title, parts, throughput, iterations, times, .. } = benchmark;
    #[expect(clippy::cast_precision_loss, reason = "iterations are at most 2^53")]
    let values = times.iter().zip(&iterations).map(|(total, n)| total / n.get() as f64).collect();
    let mut workload = ImportedWorkload::new(title);
    workload.throughput = throughput;
    workload.parameters = parts;
    workload.warnings.push(Warning::UnitAssumed { metric: metric::WALL_TIME });
    if let Some(group) = Group::new(values, Iterations::each(iterations)) {
        let raw = Raw::of_one_process(group);
        let nothing = Summary::default();
        workload.add_raw(metric::WALL_TIME, MeasuredUnit::NANOSECONDS, raw.of_calls(), raw, &nothing);
    }
    workload
}
