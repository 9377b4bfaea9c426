//! Results of other tools as rows. Nothing is run, and nothing is said that the files do not tell.

mod metrics;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use perfaudit_import::{
    Grouping, Imported, ImportedWorkload, Iterations, MeasuredUnit, Measurement, Raw, Values, metric, read,
};
use perfaudit_result::{
    ArtifactId, Limit, Of, Samples, Sampling, SamplingMode, Unit, Workload, WorkloadId, WorkloadKind,
    WorkloadState, WorkloadTarget,
};
use perfaudit_run::RunDirectory;
use perfaudit_stats::Sample;

use crate::error::CommandError;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) workloads: Vec<Workload>,
    pub(crate) samples: BTreeMap<ArtifactId, Samples>,
    pub(crate) limits: Vec<Limit>,
}

/// Reads every file, and makes figures of what is in it.
pub(crate) fn read_all(
    files: &[PathBuf],
    directory: &mut RunDirectory,
    seed: u64,
) -> Result<Rows, CommandError> {
    let mut rows = Rows::default();
    for file in files {
        let Imported { format, workloads, skipped } = read(file)?;
        for workload in workloads {
            rows.add(&format.to_string(), file, &workload, directory, seed)?;
        }
        rows.limits.extend(skipped.into_iter().map(|skipped| Limit {
            code: "not-imported".to_owned(),
            message: format!("{}: {}: {}", file.display(), skipped.what, skipped.reason),
            remedy: None,
        }));
    }
    if !files.is_empty() {
        rows.limits.insert(0, limit("measured-elsewhere", "figures come from files of other tools: host, conditions and build in this report are not those that they were measured with"));
    }
    Ok(rows)
}

fn limit(code: &str, message: &str) -> Limit {
    Limit { code: code.to_owned(), message: message.to_owned(), remedy: None }
}

impl Rows {
    fn add(
        &mut self,
        tool: &str,
        file: &Path,
        imported: &ImportedWorkload,
        directory: &mut RunDirectory,
        seed: u64,
    ) -> Result<(), CommandError> {
        let mut row = self.row(tool, file, imported);
        let warnings: Vec<String> = imported.warnings.iter().map(ToString::to_string).collect();
        row.message = (!warnings.is_empty()).then(|| warnings.join("\n"));
        match imported.measurement(&metric::WALL_TIME) {
            Some(Measurement {
                unit: MeasuredUnit::Known(Unit::Nanoseconds),
                of,
                values: Values::Raw(raw),
                ..
            }) => {
                let relative = format!("artifacts/samples/imported-{:04}.json", self.workloads.len());
                let samples = observations(&row.id, raw);
                let id = directory.add_samples(&relative, &samples)?;
                estimate(&mut row, &samples, is_by_process(raw), *of, seed);
                row.samples = Some(id.clone());
                self.samples.insert(id, samples);
            }
            Some(Measurement {
                unit: MeasuredUnit::Known(unit),
                of,
                values: Values::Summary(stated),
                ..
            }) => {
                row.metrics = metrics::of_stated_times(stated, *unit, *of, tool);
            }
            _ => {
                let none = "the file holds no wall time of it in a unit of time".to_owned();
                row.message = Some(row.message.take().map_or(none.clone(), |said| format!("{said}\n{none}")));
            }
        }
        let others = imported.measurements.iter().filter(|one| one.metric != metric::WALL_TIME);
        for other in others {
            let added = metrics::of_measurement(other, tool, &row.metrics);
            row.metrics.extend(added);
        }
        if row.metrics.is_empty() {
            row.state = WorkloadState::Unsupported;
        }
        self.workloads.push(row);
        Ok(())
    }

    /// The row; a name that another file has too gets a number.
    fn row(&self, tool: &str, file: &Path, imported: &ImportedWorkload) -> Workload {
        let parameters = imported.parameters.iter().map(|(name, value)| format!("{name}={value}"));
        let title = std::iter::once(imported.name.clone()).chain(parameters).collect::<Vec<_>>().join("/");
        let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let target = WorkloadTarget { package: tool, target: "", source: &file };
        let mut row = Workload::new(WorkloadKind::Imported, &target, &title, WorkloadState::Measured);
        let same =
            self.workloads.iter().filter(|known| known.title == title && known.package == tool).count();
        if same > 0 {
            row.id = WorkloadId(format!("{} ({})", row.id, same + 1));
        }
        row.throughput = imported.throughput;
        row
    }
}

/// True where several values of each process are known: then the processes are what was sampled.
fn is_by_process(raw: &Raw) -> bool {
    raw.grouping() == Grouping::ByProcess
        && raw.groups().len() > 1
        && raw.groups().iter().any(|group| group.values().len() > 1)
}

/// The median of each process, or every value with its iterations.
#[expect(clippy::cast_precision_loss, reason = "iterations are far below 2^53")]
fn observations(id: &WorkloadId, raw: &Raw) -> Samples {
    let (mut iterations, mut times) = (Vec::new(), Vec::new());
    for group in raw.groups() {
        if is_by_process(raw) {
            let sample = Sample::new(group.values().to_vec()).expect("readers refuse what is not finite");
            iterations.push(1);
            times.push(sample.median());
            continue;
        }
        for (index, value) in group.values().iter().enumerate() {
            let n = match group.iterations() {
                Iterations::NotRecorded => 1,
                Iterations::Every(n) => n.get(),
                Iterations::Each(each) => each[index].get(),
            };
            iterations.push(n);
            times.push(value * n as f64);
        }
    }
    Samples::new(id.clone(), iterations, times).expect("readers refuse values that cannot have been measured")
}

fn estimate(row: &mut Workload, samples: &Samples, is_by_process: bool, of: Of, seed: u64) {
    let n = samples.iterations().len() as u64;
    row.sampling = Some(Sampling {
        mode: if is_by_process { SamplingMode::Processes } else { SamplingMode::Flat },
        batches: n,
        least_iterations: samples.iterations().iter().copied().min().unwrap_or(0),
        most_iterations: samples.iterations().iter().copied().max().unwrap_or(0),
        #[expect(clippy::cast_precision_loss, reason = "the number of values is small")]
        effective_batches: n as f64,
        stated: None,
    });
    let Ok(mut estimates) = perfaudit_bench::metrics(row, samples, seed) else { return };
    // How many iterations a value stands for may not be recorded; the format tells what it is.
    let of = if is_by_process { Of::ProcessMedian } else { of };
    estimates.metrics.iter_mut().for_each(|metric| metric.figure.of = of);
    if let Some(sampling) = &mut row.sampling {
        sampling.effective_batches = estimates.effective_batches;
    }
    row.metrics = estimates.metrics;
}
