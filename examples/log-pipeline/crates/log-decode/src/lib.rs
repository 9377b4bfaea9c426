//! Decodes log records from protobuf or JSON, compressed or not.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use log_records::LogRecord;

mod json;
mod protobuf;

/// How records are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Length-delimited protobuf messages, see [`log_records::wire`].
    Protobuf,
    /// One JSON object on each line.
    Json,
}

/// How the input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, one member or several.
    Gzip,
}

/// Why an input could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The gzip stream is damaged.
    #[error("the gzip stream is damaged or cut short; compress the input again")]
    Gzip(#[source] std::io::Error),
    /// A protobuf message is damaged.
    #[error("record {index} is not a valid protobuf message; is the input length-delimited protobuf?")]
    Protobuf {
        /// Place of the record in the input, from 0.
        index: usize,
        /// What the decoder met.
        #[source]
        source: prost::DecodeError,
    },
    /// The input is not UTF-8.
    #[error("the JSON input is not UTF-8; convert it first")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// A line is not a record.
    #[error("line {line} is not a log record; correct or remove it")]
    Json {
        /// Line in the input, from 1.
        line: usize,
        /// What the parser met.
        #[source]
        source: serde_json::Error,
    },
    /// A field holds a value that it must not hold.
    #[error("record {index}: {field} is out of range; correct or remove the record")]
    OutOfRange {
        /// Place of the record in the input, from 0.
        index: usize,
        /// Name of the field.
        field: &'static str,
    },
}

/// Decodes all records of an input.
///
/// # Errors
/// The first thing that is not as it must be, see [`DecodeError`]; an empty input is no error.
pub fn decode(input: &[u8], format: Format, compression: Compression) -> Result<Vec<LogRecord>, DecodeError> {
    let bytes = match compression {
        Compression::Plain => Cow::Borrowed(input),
        Compression::Gzip => Cow::Owned(inflate(input)?),
    };
    match format {
        Format::Protobuf => protobuf::decode(&bytes),
        Format::Json => json::decode(&bytes),
    }
}

fn inflate(input: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::with_capacity(input.len() * 4);
    MultiGzDecoder::new(input).read_to_end(&mut bytes).map_err(DecodeError::Gzip)?;
    Ok(bytes)
}
