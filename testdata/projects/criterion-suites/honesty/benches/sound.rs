//! Benchmarks that measure what their names say.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion, Throughput};
use honesty::checksum;

fn growing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("checksum");
    for size in [256_usize, 2_048, 16_384] {
        let bytes: Vec<u8> = (0..size).map(|n| (n * 31) as u8).collect();
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &bytes, |bencher, bytes| {
            bencher.iter(|| checksum(black_box(bytes)));
        });
    }
    group.finish();
}

fn single(criterion: &mut Criterion) {
    criterion.bench_function("hash a name", |bencher| bencher.iter(|| checksum(black_box(b"perfaudit"))));
    let numbers: Vec<u32> = (0..2000_u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
    criterion.bench_function("sort", |bencher| {
        bencher.iter_batched_ref(|| numbers.clone(), |numbers| numbers.sort_unstable(), BatchSize::SmallInput);
    });
}

criterion_group!(benches, growing, single);
criterion_main!(benches);
