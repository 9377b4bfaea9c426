//! Decoding: size by format by compression.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use log_decode::{Compression, Format, decode};
use log_fixtures::{InputSize, encoded};

const INPUTS: [(&str, Format, Compression); 4] = [
    ("protobuf/plain", Format::Protobuf, Compression::Plain),
    ("protobuf/gzip", Format::Protobuf, Compression::Gzip),
    ("json/plain", Format::Json, Compression::Plain),
    ("json/gzip", Format::Json, Compression::Gzip),
];

fn decode_inputs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for size in InputSize::selected() {
        if size.is_slow() {
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
        }
        group.throughput(Throughput::Elements(size.records() as u64));
        for (name, format, compression) in INPUTS {
            group.bench_function(BenchmarkId::new(name, size.label()), |bencher| {
                let input = encoded(size.records(), format, compression);
                bencher.iter(|| decode(black_box(&input), format, compression));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, decode_inputs);
criterion_main!(benches);
