//! The small parts of the transformation.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use log_fixtures::{generate, records};
use log_records::Severity;
use log_transform::{AlertScorer, Transformer, severity_weight};

const MESSAGE: &str =
    "database deadlock detected, transaction aborted: attempt 3 of 5, peer 10.0.17.4 region:12";

fn weight(criterion: &mut Criterion) {
    criterion.bench_function("questionable/severity_weight", |bencher| {
        bencher.iter(|| {
            severity_weight(Severity::Error);
        });
    });
}

fn rows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("questionable");
    for count in [1_000, 4_000, 16_000] {
        group.throughput(Throughput::Elements(count));
        group.bench_with_input(BenchmarkId::new("rows", count), &count, |bencher, _| {
            let records = records(1_000);
            bencher.iter(|| Transformer::new().transform(black_box(&records)));
        });
    }
    group.finish();
}

fn words(criterion: &mut Criterion) {
    criterion.bench_function("questionable/split_words", |bencher| {
        bencher.iter(|| black_box(MESSAGE).split(' ').map(str::len).max());
    });
}

fn first_rows(criterion: &mut Criterion) {
    criterion.bench_function("questionable/first_rows", |bencher| {
        bencher.iter(|| {
            let records = generate(2_000, 42);
            Transformer::new().transform(black_box(&records[..20]))
        });
    });
}

fn score(criterion: &mut Criterion) {
    let scorer = AlertScorer::new();
    criterion.bench_function("questionable/alert_score", |bencher| {
        bencher.iter(|| scorer.score(black_box(MESSAGE), black_box(Severity::Error)));
    });
}

criterion_group!(benches, weight, rows, words, first_rows, score);
criterion_main!(benches);
