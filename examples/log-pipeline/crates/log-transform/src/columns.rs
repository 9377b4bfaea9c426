use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::{
    ArrayRef, FixedSizeBinaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt8Array, UInt32Array,
};
use arrow_schema::ArrowError;

use crate::TransformError;
use crate::row::Row;
use crate::schema::{TIME_ZONE, schema};
use crate::services::service_column;

pub(crate) fn record_batch(rows: &[Row]) -> Result<RecordBatch, TransformError> {
    let trace_ids = identifiers(rows.len(), rows.iter().map(|row| row.trace.map(|trace| trace.trace_id)))?;
    let span_ids = identifiers(rows.len(), rows.iter().map(|row| row.trace.map(|trace| trace.span_id)))?;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(times(rows)?),
        Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.severity.number()))),
        Arc::new(service_column(rows)?),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.message))),
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.alert_score))),
        Arc::new(trace_ids),
        Arc::new(span_ids),
        Arc::new(rows.iter().map(|row| row.status_code).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|row| row.duration_ms).collect::<Float64Array>()),
        Arc::new(rows.iter().map(|row| row.user_id.as_deref()).collect::<StringArray>()),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.attributes))),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

fn times(rows: &[Row]) -> Result<TimestampNanosecondArray, TransformError> {
    let mut times = Vec::with_capacity(rows.len());
    for row in rows {
        let unix_nano = row.time_unix_nano;
        times.push(i64::try_from(unix_nano).map_err(|_| TransformError::TimeOutOfRange { unix_nano })?);
    }
    Ok(TimestampNanosecondArray::from(times).with_timezone(TIME_ZONE))
}

fn identifiers<const N: usize>(
    count: usize,
    values: impl Iterator<Item = Option<[u8; N]>>,
) -> Result<FixedSizeBinaryArray, ArrowError> {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(count, N as i32);
    for value in values {
        match value {
            Some(bytes) => builder.append_value(bytes)?,
            None => builder.append_null(),
        }
    }
    Ok(builder.finish())
}
