//! Benchmarks that do not measure what their names say.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use honesty::{checksum, triangle};

fn optimised_away(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("optimised away");
    group.bench_function("result dropped", |bencher| {
        bencher.iter(|| {
            checksum(b"a constant input");
        });
    });
    group.bench_function("constant input", |bencher| bencher.iter(|| triangle(1000)));
    group.finish();
}

/// The compiler replaces the loop by a formula.
fn folded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("folded");
    for n in [1_000_u64, 1_000_000, 1_000_000_000] {
        group.throughput(Throughput::Elements(n));
        group.bench_with_input(BenchmarkId::from_parameter(n), &n, |bencher, &n| {
            bencher.iter(|| triangle(black_box(n)));
        });
    }
    group.finish();
}

/// Each size declares its own bytes, but all of them work through the same ones.
fn same_input(criterion: &mut Criterion) {
    let bytes = vec![7_u8; 1024];
    let mut group = criterion.benchmark_group("same input");
    for size in [1_u64 << 10, 1 << 20, 1 << 30] {
        group.throughput(Throughput::Bytes(size));
        group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, _| {
            bencher.iter(|| checksum(black_box(&bytes)));
        });
    }
    group.finish();
}

criterion_group!(benches, optimised_away, folded, same_input);
criterion_main!(benches);
