use log_records::{Body, HttpAccess, LogRecord, Severity, TraceContext};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::DecodeError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRecord {
    time_unix_nano: u64,
    severity: String,
    service: String,
    #[serde(default)]
    body: String,
    http: Option<JsonAccess>,
    #[serde(default)]
    attributes: Map<String, Value>,
    trace_id: Option<String>,
    span_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonAccess {
    method: String,
    scheme: String,
    host: String,
    path: String,
    query: Option<String>,
    protocol: String,
    client_address: String,
    user_agent: String,
    referer: Option<String>,
    status: u16,
    response_bytes: u64,
    duration_micros: u64,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<LogRecord>, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(DecodeError::NotUtf8)?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut records = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let parsed: JsonRecord =
            serde_json::from_str(line).map_err(|source| DecodeError::Json { line: number + 1, source })?;
        let index = records.len();
        records.push(to_record(parsed, index)?);
    }
    Ok(records)
}

fn to_record(parsed: JsonRecord, index: usize) -> Result<LogRecord, DecodeError> {
    let severity =
        Severity::from_name(&parsed.severity).ok_or(DecodeError::OutOfRange { index, field: "severity" })?;
    let body = match parsed.http {
        Some(http) => Body::Access(to_access(http)),
        None => Body::Text(parsed.body),
    };
    let trace = match (parsed.trace_id, parsed.span_id) {
        (None, None) => None,
        (trace_id, span_id) => Some(TraceContext {
            trace_id: from_hex(trace_id.as_deref())
                .ok_or(DecodeError::OutOfRange { index, field: "trace_id" })?,
            span_id: from_hex(span_id.as_deref())
                .ok_or(DecodeError::OutOfRange { index, field: "span_id" })?,
        }),
    };
    Ok(LogRecord {
        time_unix_nano: parsed.time_unix_nano,
        severity,
        service: parsed.service,
        body,
        attributes: Value::Object(parsed.attributes).to_string(),
        trace,
    })
}

fn to_access(http: JsonAccess) -> HttpAccess {
    HttpAccess {
        method: http.method,
        scheme: http.scheme,
        host: http.host,
        path: http.path,
        query: http.query,
        protocol: http.protocol,
        client_address: http.client_address,
        user_agent: http.user_agent,
        referer: http.referer,
        status: http.status,
        response_bytes: http.response_bytes,
        duration_micros: http.duration_micros,
    }
}

fn from_hex<const N: usize>(text: Option<&str>) -> Option<[u8; N]> {
    let digits = text?.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}
