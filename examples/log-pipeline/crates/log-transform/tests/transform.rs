//! A batch holds what the records hold, apart from what is masked and brought to lower case.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampNanosecondType, UInt8Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use log_fixtures::generate;
use log_records::{Body, LogRecord, Severity};
use log_transform::{Alert, TransformError, Transformer, schema};
use serde_json::{Map, Value};

const SEED: u64 = 11;

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a dyn Array {
    batch.column_by_name(name).unwrap()
}

fn text_record(text: &str, severity: Severity) -> LogRecord {
    LogRecord {
        time_unix_nano: 5,
        severity,
        service: "Checkout-API".into(),
        body: Body::Text(text.into()),
        attributes: "{}".into(),
        trace: None,
    }
}

#[test]
fn each_record_becomes_one_row_in_order() {
    let records = generate(3_000, SEED);
    let batch = Transformer::new().transform(&records).unwrap().batch;
    assert_eq!(batch.schema(), schema());
    assert_eq!(batch.num_rows(), records.len());
    let times = column(&batch, "time").as_primitive::<TimestampNanosecondType>();
    let severities = column(&batch, "severity").as_primitive::<UInt8Type>();
    let attributes = column(&batch, "attributes").as_string::<i32>();
    let trace_ids = column(&batch, "trace_id").as_fixed_size_binary();
    let span_ids = column(&batch, "span_id").as_fixed_size_binary();
    for (row, record) in records.iter().enumerate() {
        assert_eq!(times.value(row) as u64, record.time_unix_nano);
        assert_eq!(severities.value(row), record.severity.number());
        assert_eq!(attributes.value(row), record.attributes);
        let ids = record.trace.map(|trace| (trace.trace_id, trace.span_id));
        assert_eq!(
            trace_ids.is_valid(row).then(|| trace_ids.value(row)),
            ids.as_ref().map(|(id, _)| &id[..])
        );
        assert_eq!(span_ids.is_valid(row).then(|| span_ids.value(row)), ids.as_ref().map(|(_, id)| &id[..]));
    }
}

#[test]
fn services_are_a_dictionary_of_lower_case_names() {
    let records = generate(3_000, SEED);
    let batch = Transformer::new().transform(&records).unwrap().batch;
    let services = column(&batch, "service").as_dictionary::<Int32Type>();
    let names = services.values().as_string::<i32>();
    assert!(names.len() <= 120);
    for (row, record) in records.iter().enumerate() {
        assert_eq!(names.value(services.keys().value(row) as usize), record.service.to_lowercase());
    }
}

#[test]
fn frequent_attributes_become_columns() {
    let records = generate(3_000, SEED);
    let batch = Transformer::new().transform(&records).unwrap().batch;
    let status_codes = column(&batch, "status_code").as_primitive::<Int64Type>();
    let durations = column(&batch, "duration_ms").as_primitive::<Float64Type>();
    let user_ids = column(&batch, "user_id").as_string::<i32>();
    for (row, record) in records.iter().enumerate() {
        let attributes: Map<String, Value> = serde_json::from_str(&record.attributes).unwrap();
        let value = |key: &str| attributes.get(key).cloned();
        assert_eq!(
            status_codes.is_valid(row).then(|| Value::from(status_codes.value(row))),
            value("http.status_code")
        );
        assert_eq!(durations.is_valid(row).then(|| Value::from(durations.value(row))), value("duration_ms"));
        assert_eq!(user_ids.is_valid(row).then(|| Value::from(user_ids.value(row))), value("user.id"));
    }
}

#[test]
fn secrets_never_reach_a_column_or_an_alert() {
    let record = text_record("connection refused token=0123abcd", Severity::Fatal);
    let transformed = Transformer::new().transform(&[record]).unwrap();
    let message = "connection refused token=***";
    assert_eq!(column(&transformed.batch, "message").as_string::<i32>().value(0), message);
    assert_eq!(transformed.alerts[0].message, message);
}

#[test]
fn a_record_is_an_alert_from_the_threshold_on() {
    let below = text_record("expired", Severity::Warn);
    let at = text_record("disk", Severity::Error);
    let transformed = Transformer::new().transform(&[below, at]).unwrap();
    let scores = column(&transformed.batch, "alert_score").as_primitive::<UInt32Type>();
    assert_eq!(scores.values(), &[20, Alert::THRESHOLD]);
    let expected = Alert {
        time_unix_nano: 5,
        severity: Severity::Error,
        service: "checkout-api".into(),
        score: Alert::THRESHOLD,
        message: "disk".into(),
    };
    assert_eq!(transformed.alerts, [expected]);
}

#[test]
fn the_volume_counts_the_records_of_all_batches() {
    let records = generate(500, SEED);
    let mut transformer = Transformer::new();
    for part in records.chunks(64) {
        transformer.transform(part).unwrap();
    }
    assert_eq!(transformer.volume().total(), 500);
}

#[test]
fn no_records_make_an_empty_batch() {
    let transformed = Transformer::new().transform(&[]).unwrap();
    assert_eq!(transformed.batch.num_rows(), 0);
    assert_eq!(transformed.alerts, []);
}

#[test]
fn a_time_after_2262_is_refused() {
    let mut record = text_record("started", Severity::Info);
    record.time_unix_nano = u64::MAX;
    let error = Transformer::new().transform(&[record]).unwrap_err();
    assert!(matches!(error, TransformError::TimeOutOfRange { unix_nano: u64::MAX }), "{error}");
}
