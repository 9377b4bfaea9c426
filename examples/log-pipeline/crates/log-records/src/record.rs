use serde_json::{Map, Value};

use crate::{Body, Severity};

/// One log record, whatever format it came in.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    /// Nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// How bad it is.
    pub severity: Severity,
    /// Name of the service that wrote the record.
    pub service: String,
    /// What the record says.
    pub body: Body,
    /// The attributes: a JSON object with scalar values.
    pub attributes: String,
    /// The span the record belongs to.
    pub trace: Option<TraceContext>,
}

/// Identifies a span (W3C trace context).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// Identifies the trace.
    pub trace_id: [u8; 16],
    /// Identifies the span within the trace.
    pub span_id: [u8; 8],
}

impl LogRecord {
    /// The value of one attribute.
    pub fn attribute(&self, key: &str) -> Option<Value> {
        let mut attributes: Map<String, Value> = serde_json::from_str(&self.attributes).ok()?;
        attributes.remove(key)
    }

    /// The value of one attribute that holds text.
    pub fn text_attribute(&self, key: &str) -> Option<String> {
        match self.attribute(key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(attributes: &str) -> LogRecord {
        LogRecord {
            time_unix_nano: 1,
            severity: Severity::Info,
            service: "checkout".into(),
            body: Body::Text("started".into()),
            attributes: attributes.into(),
            trace: None,
        }
    }

    #[test]
    fn an_attribute_is_found_by_its_key() {
        let record = record(r#"{"http.status_code":503,"user.id":"u-17"}"#);
        assert_eq!(record.attribute("http.status_code"), Some(Value::from(503)));
        assert_eq!(record.text_attribute("user.id").as_deref(), Some("u-17"));
    }

    #[test]
    fn a_missing_attribute_and_one_of_another_type_are_none() {
        let record = record(r#"{"http.status_code":503}"#);
        assert_eq!(record.attribute("user.id"), None);
        assert_eq!(record.text_attribute("http.status_code"), None);
    }
}
