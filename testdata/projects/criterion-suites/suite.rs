//! The same benchmarks for every version of Criterion.

use std::hint::black_box;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput};

fn sums(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sum");
    for size in [64_u64, 512, 4096] {
        let numbers: Vec<u64> = (0..size).collect();
        group.throughput(Throughput::Elements(size));
        group.bench_with_input(BenchmarkId::from_parameter(size), &numbers, |bencher, numbers| {
            bencher.iter(|| black_box(numbers.as_slice()).iter().fold(0, |sum: u64, n| sum.rotate_left(5) ^ n));
        });
    }
    group.finish();
}

fn sort(criterion: &mut Criterion) {
    let numbers: Vec<u32> = (0..1000_u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
    criterion.bench_function("sort", |bencher| {
        bencher.iter_batched(|| numbers.clone(), |mut numbers| numbers.sort_unstable(), BatchSize::SmallInput);
    });
}

/// Settings in the source beat what perfaudit asks for.
fn own_settings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("own settings");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(20)).measurement_time(Duration::from_millis(100));
    group.bench_function("format", |bencher| bencher.iter(|| black_box(1234.5_f64).to_string()));
    group.finish();
}

criterion_group!(benches, sums, sort, own_settings);
criterion_main!(benches);
