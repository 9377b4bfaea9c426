//! Fixtures allocate far more than what is measured.

use std::time::Duration;

use criterion::{criterion_group, criterion_main, BatchSize, Criterion};
use known::{copied, grown, in_a_thread, two_blocks};

fn fixture() -> Vec<String> {
    (0..20_000).map(|number| format!("a text that takes room, number {number}")).collect()
}

fn known(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("known");
    group.bench_function("two blocks", |bencher| {
        let fixture = fixture();
        bencher.iter(two_blocks);
        assert_eq!(fixture.len(), 20_000);
    });
    group.bench_function("growing", |bencher| bencher.iter(grown));
    group.bench_function("batched", |bencher| {
        bencher.iter_batched(|| vec![7_u8; 100_000], |input| copied(&input[..1000]), BatchSize::SmallInput);
    });
    group.bench_function("nothing", |bencher| {
        let fixture = fixture();
        bencher.iter(|| fixture.iter().take(100).map(String::len).sum::<usize>());
    });
    group.bench_function("thread", |bencher| bencher.iter(in_a_thread));
    group.bench_function("once", |bencher| {
        let mut kept: Vec<u8> = Vec::new();
        bencher.iter(|| {
            kept.reserve_exact(3000);
            kept.len()
        });
    });
    group.bench_function("every second", |bencher| {
        let mut number = 0_u32;
        bencher.iter(|| {
            number += 1;
            (number % 2 == 0).then(|| Box::new([number; 16]))
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("own warm-up");
    group.warm_up_time(Duration::from_millis(20)).sample_size(10);
    group.bench_function("two blocks", |bencher| bencher.iter(two_blocks));
    group.finish();
}

criterion_group!(benches, known);
criterion_main!(benches);
