//! Two `criterion_group!`s with a benchmark of the same name: Criterion does not notice, and overwrites.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn first(criterion: &mut Criterion) {
    criterion.bench_function("parse", |bencher| bencher.iter(|| black_box("42").parse::<u32>()));
}

fn second(criterion: &mut Criterion) {
    criterion.bench_function("parse", |bencher| bencher.iter(|| black_box("4.2").parse::<f64>()));
}

criterion_group!(one, first);
criterion_group!(two, second);
criterion_main!(one, two);
