//! Log records from their wire format to Parquet: decode, transform, write.

use std::io::{self, Write};

use log_decode::{DecodeError, decode};
use log_transform::{TransformError, Transformer, Volume, schema};
use log_write::{ParquetSink, WriteError};

mod alert_log;
mod options;

pub use alert_log::AlertLog;
pub use options::Options;

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The input is not what it was said to be.
    #[error("cannot decode the input")]
    Decode(#[from] DecodeError),
    /// Records do not fit the schema.
    #[error("cannot transform the records")]
    Transform(#[from] TransformError),
    /// The output cannot be written.
    #[error("cannot write the output")]
    Write(#[from] WriteError),
    /// The alert log cannot be written.
    #[error("cannot write the alert log; is the disk full?")]
    AlertLog(#[source] io::Error),
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read and written.
    pub records: usize,
    /// Records that are alerts, whether or not they were logged.
    pub alerts: usize,
    /// Records by second and severity.
    pub volume: Volume,
}

/// Decodes the input, writes it to the output as Parquet, and the alerts to their log if there is one.
///
/// Gives back the output along with the report.
///
/// # Errors
/// The first step that fails; what is in the output then is no Parquet file.
pub fn run<W: Write + Send>(
    input: &[u8],
    options: &Options,
    output: W,
    mut alert_log: Option<&mut AlertLog>,
) -> Result<(Report, W), PipelineError> {
    let records = decode(input, options.format, options.compression)?;
    let mut transformer = Transformer::new();
    let mut sink = ParquetSink::new(output, schema(), options.codec)?;
    let mut alerts = 0;
    for part in records.chunks(options.batch_rows.get()) {
        let transformed = transformer.transform(part)?;
        sink.write(&transformed.batch)?;
        alerts += transformed.alerts.len();
        if let Some(log) = alert_log.as_deref_mut() {
            log.write(&transformed.alerts).map_err(PipelineError::AlertLog)?;
        }
    }
    let report = Report { records: records.len(), alerts, volume: transformer.volume().clone() };
    Ok((report, sink.finish()?))
}
