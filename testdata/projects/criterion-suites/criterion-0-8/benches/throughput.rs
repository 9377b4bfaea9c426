//! Kinds of throughput that only newer versions of Criterion know.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion, Throughput};

fn kinds(criterion: &mut Criterion) {
    let bytes = [7_u8; 256];
    let mut group = criterion.benchmark_group("kinds");
    for (name, throughput) in [
        ("bits", Throughput::Bits(2048)),
        ("decimal bytes", Throughput::BytesDecimal(256)),
        ("elements and bytes", Throughput::ElementsAndBytes { elements: 64, bytes: 256 }),
    ] {
        group.throughput(throughput);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&bytes).iter().fold(0_u32, |sum, byte| sum.rotate_left(3) ^ u32::from(*byte)));
        });
    }
    group.finish();
}

criterion_group!(benches, kinds);
criterion_main!(benches);
