//! What is asked of an index: making it, searching it, following links.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use notes::{Digest, Graph, Index, Note, Plan, Query, note_text};

const PLAN: Plan = Plan { notes: 2_000, seed: 42 };

fn digests(notes: usize) -> Vec<Digest> {
    let digest = |number| {
        let path = format!("all/note-{number:05}.md");
        Digest::of(&Note::parse(&path, &note_text(PLAN, number)), 3)
    };
    (0..notes).map(digest).collect()
}

fn index(digests: Vec<Digest>) -> Index {
    let mut index = Index::default();
    for digest in digests {
        index.add(digest);
    }
    index
}

fn add(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("add");
    group.throughput(Throughput::Elements(200));
    group.bench_function("200", |bencher| {
        let digests = digests(200);
        bencher.iter_batched(|| digests.clone(), index, BatchSize::LargeInput);
    });
    group.finish();
}

fn search(criterion: &mut Criterion) {
    let index = index(digests(PLAN.notes));
    let mut group = criterion.benchmark_group("search");
    for (name, text) in [("frequent", "baco coco dico"), ("tagged", "baco coco dico"), ("rare", "zobanu")] {
        let query = Query::new(text);
        let query = if name == "tagged" { query.tagged("tea") } else { query };
        group.bench_function(name, |bencher| bencher.iter(|| index.search(black_box(&query), 10)));
    }
    group.finish();
}

fn related(criterion: &mut Criterion) {
    let index = index(digests(PLAN.notes));
    let mut group = criterion.benchmark_group("related");
    group.throughput(Throughput::Elements(PLAN.notes as u64));
    group.bench_function("graph", |bencher| bencher.iter(|| Graph::new(black_box(&index))));
    group.bench_function("last", |bencher| {
        let graph = Graph::new(&index);
        bencher.iter(|| graph.related(black_box("note-01999")));
    });
    group.finish();
}

criterion_group!(benches, add, search, related);
criterion_main!(benches);
