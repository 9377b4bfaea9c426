//! What is written can be read again.

use std::sync::Arc;

use arrow_array::{RecordBatch, UInt8Array};
use arrow_schema::{DataType, Field, Schema};
use log_fixtures::generate;
use log_transform::{Transformer, schema};
use log_write::{Codec, ParquetSink};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const SEED: u64 = 13;

fn batch(count: usize) -> RecordBatch {
    Transformer::new().transform(&generate(count, SEED)).unwrap().batch
}

fn write(batches: &[RecordBatch], codec: Codec) -> Vec<u8> {
    let mut sink = ParquetSink::new(Vec::new(), schema(), codec).unwrap();
    for batch in batches {
        sink.write(batch).unwrap();
    }
    sink.finish().unwrap()
}

fn read(file: Vec<u8>, batch_rows: usize) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file)).unwrap();
    builder.with_batch_size(batch_rows).build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_codec_gives_back_the_batch() {
    let batch = batch(2_000);
    for codec in [Codec::None, Codec::Snappy, Codec::Gzip] {
        assert_eq!(
            read(write(std::slice::from_ref(&batch), codec), 2_000),
            std::slice::from_ref(&batch),
            "{codec:?}"
        );
    }
}

#[test]
fn a_codec_that_compresses_makes_the_file_smaller() {
    let batches = [batch(5_000)];
    let sizes = [Codec::None, Codec::Snappy, Codec::Gzip].map(|codec| write(&batches, codec).len());
    assert!(sizes[0] > sizes[1] && sizes[1] > sizes[2], "{sizes:?}");
}

#[test]
fn a_file_without_batches_holds_no_rows() {
    assert_eq!(read(write(&[], Codec::Snappy), 64), []);
}

#[test]
fn a_batch_of_another_schema_is_refused() {
    let other = Arc::new(Schema::new(vec![Field::new("level", DataType::UInt8, false)]));
    let batch = RecordBatch::try_new(other, vec![Arc::new(UInt8Array::from(vec![1]))]).unwrap();
    let mut sink = ParquetSink::new(Vec::new(), schema(), Codec::None).unwrap();
    assert!(sink.write(&batch).is_err());
}
