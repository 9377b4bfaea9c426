//! The protobuf messages, written by hand so that no protobuf compiler is needed.
//!
//! A protobuf file is a sequence of [`LogRecord`] messages, each preceded by its length as a varint.

/// A log record on the wire.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LogRecord {
    /// Nanoseconds since the Unix epoch.
    #[prost(fixed64, tag = "1")]
    pub time_unix_nano: u64,
    /// OpenTelemetry severity number, 1 to 24.
    #[prost(int32, tag = "2")]
    pub severity_number: i32,
    /// Name of the service that wrote the record.
    #[prost(string, tag = "3")]
    pub service: String,
    /// Free text; empty where `http` is set.
    #[prost(string, tag = "4")]
    pub body: String,
    /// Attributes, sorted by key.
    #[prost(message, repeated, tag = "5")]
    pub attributes: Vec<KeyValue>,
    /// 16 bytes, or empty.
    #[prost(bytes = "vec", tag = "6")]
    pub trace_id: Vec<u8>,
    /// 8 bytes, or empty.
    #[prost(bytes = "vec", tag = "7")]
    pub span_id: Vec<u8>,
    /// The access this record reports, in place of a body.
    #[prost(message, optional, tag = "8")]
    pub http: Option<HttpAccess>,
}

/// An attribute.
#[derive(Clone, PartialEq, prost::Message)]
pub struct KeyValue {
    /// Name of the attribute.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Its value; absent means null.
    #[prost(oneof = "AttributeValue", tags = "2, 3, 4, 5")]
    pub value: Option<AttributeValue>,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum AttributeValue {
    /// Text.
    #[prost(string, tag = "2")]
    Text(String),
    /// True or false.
    #[prost(bool, tag = "3")]
    Bool(bool),
    /// A whole number.
    #[prost(int64, tag = "4")]
    Int(i64),
    /// A number.
    #[prost(double, tag = "5")]
    Double(f64),
}

/// One served HTTP request.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HttpAccess {
    /// `GET`, `POST` and so on.
    #[prost(string, tag = "1")]
    pub method: String,
    /// `http` or `https`.
    #[prost(string, tag = "2")]
    pub scheme: String,
    /// The host asked for.
    #[prost(string, tag = "3")]
    pub host: String,
    /// The path, without the query.
    #[prost(string, tag = "4")]
    pub path: String,
    /// The query, without the question mark.
    #[prost(string, optional, tag = "5")]
    pub query: Option<String>,
    /// `HTTP/1.1` or `HTTP/2`.
    #[prost(string, tag = "6")]
    pub protocol: String,
    /// Address of the client.
    #[prost(string, tag = "7")]
    pub client_address: String,
    /// What the client calls itself.
    #[prost(string, tag = "8")]
    pub user_agent: String,
    /// Where the client came from.
    #[prost(string, optional, tag = "9")]
    pub referer: Option<String>,
    /// Status code of the response.
    #[prost(uint32, tag = "10")]
    pub status: u32,
    /// Size of the response body in bytes.
    #[prost(uint64, tag = "11")]
    pub response_bytes: u64,
    /// Time to the last byte in microseconds.
    #[prost(uint64, tag = "12")]
    pub duration_micros: u64,
}
