//! From notes to pages.

mod folder;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use folder::{SEED, folder};
use notes::{Config, Log, Note, Overrides, Plan, Site, note_text, to_html};

fn note() -> Note {
    Note::parse("note.md", &note_text(Plan { notes: 200, seed: SEED }, 100))
}

fn html(criterion: &mut Criterion) {
    criterion.bench_function("site/html", |bencher| {
        let note = note();
        bencher.iter(|| to_html(black_box(&note.body), "/"));
    });
}

fn pages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("site");
    let (_folder, root) = folder(50);
    let config = Config::load(&root, &Overrides::default()).expect("the folder is valid");
    let site = Site::new(&root, config).expect("the folder is valid");
    group.bench_function("page", |bencher| {
        let note = note();
        bencher.iter(|| site.page(black_box(&note)));
    });
    group.sample_size(20);
    group.throughput(Throughput::Elements(50));
    group.bench_function("write/50", |bencher| {
        let pages = root.join("pages");
        bencher.iter(|| site.write(black_box(&pages), &mut Log::off()));
    });
    group.finish();
}

criterion_group!(benches, html, pages);
criterion_main!(benches);
