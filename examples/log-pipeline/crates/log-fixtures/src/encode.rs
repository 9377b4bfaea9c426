use std::fmt::Write as _;
use std::io::Write as _;

use flate2::write::GzEncoder;
use log_decode::{Compression, Format};
use log_records::wire::{self, AttributeValue, KeyValue};
use log_records::{Body, HttpAccess, LogRecord};
use prost::Message;
use serde_json::{Map, Value, json};

/// Writes records down in the given format, gzip at level 6.
pub fn encode(records: &[LogRecord], format: Format, compression: Compression) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        match format {
            Format::Protobuf => to_wire(record)
                .encode_length_delimited(&mut bytes)
                .expect("a Vec grows as far as a message needs"),
            Format::Json => {
                serde_json::to_writer(&mut bytes, &to_json(record))
                    .expect("a Value with text keys is valid JSON");
                bytes.push(b'\n');
            }
        }
    }
    match compression {
        Compression::Plain => bytes,
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(&bytes).and_then(|()| encoder.finish()).expect("writing to a Vec does not fail")
        }
    }
}

fn attributes(record: &LogRecord) -> Map<String, Value> {
    serde_json::from_str(&record.attributes).expect("generated attributes are a JSON object")
}

fn to_wire(record: &LogRecord) -> wire::LogRecord {
    let (body, http) = match &record.body {
        Body::Text(text) => (text.clone(), None),
        Body::Access(access) => (String::new(), Some(access_to_wire(access))),
    };
    wire::LogRecord {
        time_unix_nano: record.time_unix_nano,
        severity_number: record.severity.number().into(),
        service: record.service.clone(),
        body,
        attributes: attributes(record)
            .into_iter()
            .map(|(key, value)| KeyValue { key, value: attribute_value(value) })
            .collect(),
        trace_id: record.trace.map(|trace| trace.trace_id.to_vec()).unwrap_or_default(),
        span_id: record.trace.map(|trace| trace.span_id.to_vec()).unwrap_or_default(),
        http,
    }
}

fn attribute_value(value: Value) -> Option<AttributeValue> {
    match value {
        Value::String(text) => Some(AttributeValue::Text(text)),
        Value::Bool(flag) => Some(AttributeValue::Bool(flag)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Some(AttributeValue::Int(whole)),
            None => number.as_f64().map(AttributeValue::Double),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn access_to_wire(access: &HttpAccess) -> wire::HttpAccess {
    wire::HttpAccess {
        method: access.method.clone(),
        scheme: access.scheme.clone(),
        host: access.host.clone(),
        path: access.path.clone(),
        query: access.query.clone(),
        protocol: access.protocol.clone(),
        client_address: access.client_address.clone(),
        user_agent: access.user_agent.clone(),
        referer: access.referer.clone(),
        status: access.status.into(),
        response_bytes: access.response_bytes,
        duration_micros: access.duration_micros,
    }
}

fn to_json(record: &LogRecord) -> Value {
    let mut object = json!({
        "time_unix_nano": record.time_unix_nano,
        "severity": record.severity.name(),
        "service": record.service,
        "attributes": attributes(record),
    });
    match &record.body {
        Body::Text(text) => object["body"] = json!(text),
        Body::Access(access) => {
            object["http"] = json!({
                "method": access.method,
                "scheme": access.scheme,
                "host": access.host,
                "path": access.path,
                "query": access.query,
                "protocol": access.protocol,
                "client_address": access.client_address,
                "user_agent": access.user_agent,
                "referer": access.referer,
                "status": access.status,
                "response_bytes": access.response_bytes,
                "duration_micros": access.duration_micros,
            });
        }
    }
    if let Some(trace) = record.trace {
        object["trace_id"] = json!(hex(&trace.trace_id));
        object["span_id"] = json!(hex(&trace.span_id));
    }
    object
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String does not fail");
        text
    })
}
