use criterion::{criterion_group, criterion_main, Criterion};
fn own(c: &mut Criterion) {
    c.bench_function("measured", |b| b.iter(|| strings::measured("a b")));
}
criterion_group!(benches, own);
criterion_main!(benches);
