//! What a file holds, whatever tool wrote it.

use std::sync::Arc;

use perfaudit_result::{MetricName, Of, Throughput, Unit};

use crate::error::ImportError;
use crate::format::Format;
use crate::values::{Raw, Summary, Values};
use crate::warning::{self, Warning};

/// The quantities that are imported. Figures made of them append what they are: `wall_time.p50`.
pub mod metric {
    use std::borrow::Cow;

    use perfaudit_result::MetricName;

    /// Wall time per iteration, or of a process.
    pub const WALL_TIME: MetricName = MetricName(Cow::Borrowed("wall_time"));
    /// Processor time per iteration, or of a process: user and system together.
    pub const CPU_TIME: MetricName = MetricName(Cow::Borrowed("cpu_time"));
    /// Processor time in user mode.
    pub const USER_TIME: MetricName = MetricName(Cow::Borrowed("user_time"));
    /// Processor time in the kernel.
    pub const SYSTEM_TIME: MetricName = MetricName(Cow::Borrowed("system_time"));
    /// The largest resident set of a process.
    pub const RSS_PEAK: MetricName = MetricName(Cow::Borrowed("rss.peak"));
    /// Bytes that a benchmark says an object, or its process, takes; the tool decides which and how it is measured.
    pub const MEMORY: MetricName = MetricName(Cow::Borrowed("memory"));
    /// Bytes allocated per iteration.
    pub const ALLOC_BYTES: MetricName = MetricName(Cow::Borrowed("alloc.bytes"));
    /// Allocations per iteration.
    pub const ALLOC_COUNT: MetricName = MetricName(Cow::Borrowed("alloc.count"));
    /// Bytes that were worked on per second, as the tool computed it.
    pub const THROUGHPUT_BYTES: MetricName = MetricName(Cow::Borrowed("throughput.bytes"));
    /// Items that were worked on per second, as the tool computed it.
    pub const THROUGHPUT_ELEMENTS: MetricName = MetricName(Cow::Borrowed("throughput.elements"));

    /// A quantity that the benchmark's author named.
    #[must_use]
    pub fn custom(name: &str) -> MetricName {
        MetricName(Cow::Owned(format!("custom.{name}")))
    }
}

/// All that one file, or one folder, holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// What tool wrote it.
    pub format: Format,
    /// What was measured, in the order of the file; at least one.
    pub workloads: Vec<ImportedWorkload>,
    /// What the file names and holds no usable measurement of.
    pub skipped: Vec<Skipped>,
}

impl Imported {
    /// What was read, if it holds anything.
    pub(crate) fn new(
        file: &str,
        format: Format,
        workloads: Vec<ImportedWorkload>,
        skipped: Vec<Skipped>,
    ) -> Result<Self, ImportError> {
        if workloads.is_empty() {
            let reasons = skipped.iter().map(|skipped| format!("{}: {}", skipped.what, skipped.reason));
            return Err(ImportError::Empty { file: file.to_owned(), format, reasons: reasons.collect() });
        }
        Ok(Self { format, workloads, skipped })
    }
}

/// Something the file names and holds no usable measurement of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The benchmark, or the line.
    pub what: String,
    /// Why it was left out.
    pub reason: String,
}

/// One benchmark, with one set of parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedWorkload {
    /// Its name as the tool shows it. A file may hold a name more than once.
    pub name: String,
    /// What it varies, by name, in the tool's order.
    pub parameters: Vec<(String, String)>,
    /// What else tells it apart from others of the same name: a Go package and its configuration, a label, a commit.
    /// Shared, since many workloads have the same.
    pub context: Arc<[(String, String)]>,
    /// The amount of work in one iteration, if the file declares it.
    pub throughput: Option<Throughput>,
    /// What was measured; at least one.
    pub measurements: Vec<Measurement>,
    /// What bears on how far it can be trusted.
    pub warnings: Vec<Warning>,
}

impl ImportedWorkload {
    /// A workload of which nothing but the name is known yet.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            parameters: Vec::new(),
            context: Arc::from([]),
            throughput: None,
            measurements: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The measurement of this metric, if there is one.
    #[must_use]
    pub fn measurement(&self, metric: &MetricName) -> Option<&Measurement> {
        self.measurements.iter().find(|measurement| measurement.metric == *metric)
    }

    /// Adds raw values, and warnings about them; `stated` is what the file itself says of them.
    pub(crate) fn add_raw(
        &mut self,
        metric: MetricName,
        unit: MeasuredUnit,
        of: Of,
        raw: Raw,
        stated: &Summary,
    ) {
        self.warnings.extend(warning::disagreements(&metric, &raw, stated));
        self.warnings.extend(warning::zeros(&metric, &raw));
        self.measurements.push(Measurement { metric, unit, of, values: Values::Raw(raw) });
    }

    /// Adds what the file states of values that it does not hold.
    pub(crate) fn add_summary(&mut self, metric: MetricName, unit: MeasuredUnit, of: Of, stated: Summary) {
        self.measurements.push(Measurement { metric, unit, of, values: Values::Summary(stated) });
    }
}

/// One quantity of one workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What was measured; see [`metric`].
    pub metric: MetricName,
    /// What the values count.
    pub unit: MeasuredUnit,
    /// What one value is.
    pub of: Of,
    /// The values.
    pub values: Values,
}

/// The unit of imported values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeasuredUnit {
    /// A unit that is understood: values are converted to it.
    Known(Unit),
    /// Another unit, in the words of the file: values are as written.
    AsStated(String),
}

impl MeasuredUnit {
    pub(crate) const NANOSECONDS: Self = Self::Known(Unit::Nanoseconds);
    pub(crate) const BYTES: Self = Self::Known(Unit::Bytes);
}
