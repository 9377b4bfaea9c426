use log_records::wire::{self, AttributeValue, KeyValue};
use log_records::{Body, HttpAccess, LogRecord, Severity, TraceContext};
use prost::Message;
use serde_json::Value;

use crate::DecodeError;

pub(crate) fn decode(mut bytes: &[u8]) -> Result<Vec<LogRecord>, DecodeError> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let index = records.len();
        let message = wire::LogRecord::decode_length_delimited(&mut bytes)
            .map_err(|source| DecodeError::Protobuf { index, source })?;
        records.push(to_record(message, index)?);
    }
    Ok(records)
}

fn to_record(message: wire::LogRecord, index: usize) -> Result<LogRecord, DecodeError> {
    let severity = Severity::from_number(message.severity_number)
        .ok_or(DecodeError::OutOfRange { index, field: "severity_number" })?;
    let attributes = attributes_to_json(&message.attributes);
    let body = match message.http {
        Some(http) => Body::Access(to_access(http, index)?),
        None => Body::Text(message.body),
    };
    let trace = to_trace(&message.trace_id, &message.span_id, index)?;
    Ok(LogRecord {
        time_unix_nano: message.time_unix_nano,
        severity,
        service: message.service,
        body,
        attributes,
        trace,
    })
}

fn attributes_to_json(attributes: &[KeyValue]) -> String {
    let mut json = String::from("{");
    for (position, attribute) in attributes.iter().enumerate() {
        if position > 0 {
            json += ",";
        }
        let value = match &attribute.value {
            None => Value::Null,
            Some(AttributeValue::Text(text)) => Value::from(text.as_str()),
            Some(AttributeValue::Bool(flag)) => Value::from(*flag),
            Some(AttributeValue::Int(number)) => Value::from(*number),
            Some(AttributeValue::Double(number)) => Value::from(*number),
        };
        json += &format!("{}:{}", Value::from(attribute.key.as_str()), value);
    }
    json.push('}');
    json
}

fn to_access(http: wire::HttpAccess, index: usize) -> Result<HttpAccess, DecodeError> {
    let status =
        u16::try_from(http.status).map_err(|_| DecodeError::OutOfRange { index, field: "http.status" })?;
    Ok(HttpAccess {
        method: http.method,
        scheme: http.scheme,
        host: http.host,
        path: http.path,
        query: http.query,
        protocol: http.protocol,
        client_address: http.client_address,
        user_agent: http.user_agent,
        referer: http.referer,
        status,
        response_bytes: http.response_bytes,
        duration_micros: http.duration_micros,
    })
}

fn to_trace(trace_id: &[u8], span_id: &[u8], index: usize) -> Result<Option<TraceContext>, DecodeError> {
    if trace_id.is_empty() && span_id.is_empty() {
        return Ok(None);
    }
    let trace_id = trace_id.try_into().map_err(|_| DecodeError::OutOfRange { index, field: "trace_id" })?;
    let span_id = span_id.try_into().map_err(|_| DecodeError::OutOfRange { index, field: "span_id" })?;
    Ok(Some(TraceContext { trace_id, span_id }))
}
