//! Records to columns, by size.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use log_fixtures::{InputSize, records};
use log_transform::Transformer;

fn transform(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transform");
    for size in InputSize::selected() {
        if size.is_slow() {
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
        }
        group.throughput(Throughput::Elements(size.records() as u64));
        group.bench_function(BenchmarkId::from_parameter(size.label()), |bencher| {
            let records = records(size.records());
            bencher.iter(|| Transformer::new().transform(black_box(&records)));
        });
    }
    group.finish();
}

criterion_group!(benches, transform);
criterion_main!(benches);
