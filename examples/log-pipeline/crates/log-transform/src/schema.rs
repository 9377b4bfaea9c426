use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// The time zone of the column `time`.
pub(crate) const TIME_ZONE: &str = "UTC";

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("time", DataType::Timestamp(TimeUnit::Nanosecond, Some(TIME_ZONE.into())), false),
        Field::new("severity", DataType::UInt8, false),
        Field::new("service", dictionary, false),
        Field::new("message", DataType::Utf8, false),
        Field::new("alert_score", DataType::UInt32, false),
        Field::new("trace_id", DataType::FixedSizeBinary(16), true),
        Field::new("span_id", DataType::FixedSizeBinary(8), true),
        Field::new("status_code", DataType::Int64, true),
        Field::new("duration_ms", DataType::Float64, true),
        Field::new("user_id", DataType::Utf8, true),
        Field::new("attributes", DataType::Utf8, false),
    ]))
});

/// The columns of every batch: time in nanoseconds UTC, severity as OpenTelemetry number, attributes as JSON.
pub fn schema() -> SchemaRef {
    Arc::clone(&SCHEMA)
}
