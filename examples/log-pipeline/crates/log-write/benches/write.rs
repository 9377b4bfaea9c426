//! Columns to Parquet in memory: size by codec.

use std::collections::HashMap;
use std::hint::black_box;

use arrow_array::RecordBatch;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use log_fixtures::{InputSize, records};
use log_transform::{Transformer, schema};
use log_write::{Codec, ParquetSink, WriteError};

const CODECS: [(&str, Codec); 3] = [("none", Codec::None), ("snappy", Codec::Snappy), ("gzip", Codec::Gzip)];

fn write(criterion: &mut Criterion) {
    let mut batches = HashMap::new();
    let mut group = criterion.benchmark_group("write");
    for size in InputSize::selected() {
        if size.is_slow() {
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
        }
        group.throughput(Throughput::Elements(size.records() as u64));
        for (name, codec) in CODECS {
            group.bench_function(BenchmarkId::new(name, size.label()), |bencher| {
                let batch = batches.entry(size).or_insert_with(|| batch(size));
                bencher.iter(|| parquet(black_box(batch), codec));
            });
        }
    }
    group.finish();
}

fn batch(size: InputSize) -> RecordBatch {
    Transformer::new().transform(&records(size.records())).expect("generated records fit the schema").batch
}

fn parquet(batch: &RecordBatch, codec: Codec) -> Result<Vec<u8>, WriteError> {
    let mut sink = ParquetSink::new(Vec::new(), schema(), codec)?;
    sink.write(batch)?;
    sink.finish()
}

criterion_group!(benches, write);
criterion_main!(benches);
