use arrow_array::RecordBatch;
use log_records::LogRecord;

use crate::columns::record_batch;
use crate::row::rows;
use crate::{Alert, AlertScorer, TransformError, Volume};

/// Turns records into batches and counts what went through.
#[derive(Debug, Default)]
pub struct Transformer {
    scorer: AlertScorer,
    volume: Volume,
}

/// What became of some records.
#[derive(Clone, Debug, PartialEq)]
pub struct Transformed {
    /// One row for each record, see [`schema`](crate::schema).
    pub batch: RecordBatch,
    /// The records worth a look.
    pub alerts: Vec<Alert>,
}

impl Transformer {
    /// A transformer that has seen nothing yet.
    pub fn new() -> Transformer {
        Transformer::default()
    }

    /// Makes one batch of the records.
    ///
    /// # Errors
    /// A record lies after the year 2262.
    pub fn transform(&mut self, records: &[LogRecord]) -> Result<Transformed, TransformError> {
        let rows = rows(records, &self.scorer);
        let mut alerts = Vec::new();
        for row in &rows {
            self.volume.add(row.time_unix_nano, row.severity);
            if row.alert_score >= Alert::THRESHOLD {
                alerts.push(Alert {
                    time_unix_nano: row.time_unix_nano,
                    severity: row.severity,
                    service: row.service.clone(),
                    score: row.alert_score,
                    message: row.message.clone(),
                });
            }
        }
        Ok(Transformed { batch: record_batch(&rows)?, alerts })
    }

    /// What went through so far.
    pub fn volume(&self) -> &Volume {
        &self.volume
    }
}
