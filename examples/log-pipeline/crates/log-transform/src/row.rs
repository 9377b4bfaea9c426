use log_records::{LogRecord, Severity, TraceContext};

use crate::AlertScorer;
use crate::mask::mask_secrets;

/// One row of a batch.
pub(crate) struct Row {
    pub(crate) time_unix_nano: u64,
    pub(crate) severity: Severity,
    pub(crate) service: String,
    pub(crate) message: String,
    pub(crate) alert_score: u32,
    pub(crate) trace: Option<TraceContext>,
    pub(crate) status_code: Option<i64>,
    pub(crate) duration_ms: Option<f64>,
    pub(crate) user_id: Option<String>,
    pub(crate) attributes: String,
}

pub(crate) fn rows(records: &[LogRecord], scorer: &AlertScorer) -> Vec<Row> {
    let mut rows = Vec::new();
    for record in records {
        let record = with_canonical_service(record.clone());
        rows.push(row(record, scorer));
    }
    rows
}

/// Services write their names in the case they like; the columns hold lower case.
fn with_canonical_service(mut record: LogRecord) -> LogRecord {
    record.service.make_ascii_lowercase();
    record
}

fn row(record: LogRecord, scorer: &AlertScorer) -> Row {
    let status_code = record.attribute("http.status_code").and_then(|value| value.as_i64());
    let duration_ms = record.attribute("duration_ms").and_then(|value| value.as_f64());
    let user_id = record.text_attribute("user.id");
    let message = mask_secrets(record.body.into_message());
    Row {
        time_unix_nano: record.time_unix_nano,
        severity: record.severity,
        alert_score: scorer.score(&message, record.severity),
        service: record.service,
        message,
        trace: record.trace,
        status_code,
        duration_ms,
        user_id,
        attributes: record.attributes,
    }
}
