//! The whole pipeline in memory: format by compression, and the number of rows in a batch.

use std::hint::black_box;
use std::num::NonZeroUsize;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use log_decode::{Compression, Format};
use log_fixtures::{InputSize, encoded};
use log_pipeline::{Options, run};

const INPUTS: [(&str, Format, Compression); 4] = [
    ("protobuf/plain", Format::Protobuf, Compression::Plain),
    ("protobuf/gzip", Format::Protobuf, Compression::Gzip),
    ("json/plain", Format::Json, Compression::Plain),
    ("json/gzip", Format::Json, Compression::Gzip),
];
const BATCH_ROWS: [usize; 6] = [64, 256, 1_024, 4_096, 16_384, 65_536];
/// Two of the largest batches.
const SWEEP_RECORDS: usize = 131_072;

fn inputs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end_to_end");
    let size = InputSize::Small;
    group.throughput(Throughput::Elements(size.records() as u64));
    for (name, format, compression) in INPUTS {
        group.bench_function(BenchmarkId::new(name, size.label()), |bencher| {
            let input = encoded(size.records(), format, compression);
            let options = Options::new(format, compression);
            bencher.iter(|| run(black_box(&input), &options, Vec::new(), None));
        });
    }
    group.finish();
}

fn batch_rows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end_to_end/batch");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(SWEEP_RECORDS as u64));
    for rows in BATCH_ROWS {
        group.bench_with_input(BenchmarkId::from_parameter(rows), &rows, |bencher, &rows| {
            let input = encoded(SWEEP_RECORDS, Format::Protobuf, Compression::Plain);
            let mut options = Options::new(Format::Protobuf, Compression::Plain);
            options.batch_rows = NonZeroUsize::new(rows).expect("a batch has rows");
            bencher.iter(|| run(black_box(&input), &options, Vec::new(), None));
        });
    }
    group.finish();
}

criterion_group!(benches, inputs, batch_rows);
criterion_main!(benches);
