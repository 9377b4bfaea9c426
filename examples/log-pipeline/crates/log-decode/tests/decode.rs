//! What the fixtures encode, the decoder gives back; damaged input is refused with its place.

use std::error::Error;

use log_decode::{Compression, DecodeError, Format, decode};
use log_fixtures::{encode, generate};

const SEED: u64 = 7;

#[test]
fn every_format_and_compression_gives_back_what_was_encoded() {
    let records = generate(2_000, SEED);
    for format in [Format::Protobuf, Format::Json] {
        for compression in [Compression::Plain, Compression::Gzip] {
            let input = encode(&records, format, compression);
            let decoded = decode(&input, format, compression).unwrap();
            assert!(decoded == records, "{format:?}, {compression:?}");
        }
    }
}

#[test]
fn an_empty_input_holds_no_records() {
    for format in [Format::Protobuf, Format::Json] {
        assert_eq!(decode(&[], format, Compression::Plain).unwrap(), []);
    }
}

#[test]
fn blank_lines_between_json_records_are_skipped() {
    let records = generate(2, SEED);
    let mut input = encode(&records, Format::Json, Compression::Plain);
    input.extend_from_slice(b"\n  \n");
    assert_eq!(decode(&input, Format::Json, Compression::Plain).unwrap(), records);
}

#[test]
fn a_cut_protobuf_record_is_named_by_its_index() {
    let input = encode(&generate(3, SEED), Format::Protobuf, Compression::Plain);
    let error = decode(&input[..input.len() - 1], Format::Protobuf, Compression::Plain).unwrap_err();
    assert!(matches!(error, DecodeError::Protobuf { index: 2, .. }), "{error}");
    assert!(error.source().is_some());
}

#[test]
fn a_damaged_json_record_is_named_by_its_line() {
    let mut input = encode(&generate(3, SEED), Format::Json, Compression::Plain);
    input.extend_from_slice(b"{\"time_unix_nano\":\n");
    let error = decode(&input, Format::Json, Compression::Plain).unwrap_err();
    assert!(matches!(error, DecodeError::Json { line: 4, .. }), "{error}");
}

#[test]
fn an_unknown_severity_is_out_of_range() {
    let input = br#"{"time_unix_nano":1,"severity":"LOUD","service":"checkout"}"#;
    let error = decode(input, Format::Json, Compression::Plain).unwrap_err();
    assert!(matches!(error, DecodeError::OutOfRange { index: 0, field: "severity" }), "{error}");
}

#[test]
fn a_trace_id_that_is_too_short_is_out_of_range() {
    let input = br#"{"time_unix_nano":1,"severity":"INFO","service":"checkout","trace_id":"0af7"}"#;
    let error = decode(input, Format::Json, Compression::Plain).unwrap_err();
    assert!(matches!(error, DecodeError::OutOfRange { index: 0, field: "trace_id" }), "{error}");
}

#[test]
fn a_cut_gzip_stream_is_an_error() {
    let input = encode(&generate(100, SEED), Format::Json, Compression::Gzip);
    let error = decode(&input[..input.len() / 2], Format::Json, Compression::Gzip).unwrap_err();
    assert!(matches!(error, DecodeError::Gzip(_)), "{error}");
}
