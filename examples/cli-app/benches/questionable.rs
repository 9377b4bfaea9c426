//! The small parts.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use notes::{Digest, Note, Plan, minutes_to_read, note_text, slug};

const SEED: u64 = 42;
const TITLE: &str = "On the brewing of tea, and on cups & pots (2nd edition)";

fn lines(criterion: &mut Criterion) {
    let text = note_text(Plan { notes: 1, seed: SEED }, 0);
    criterion.bench_function("questionable/split_lines", |bencher| {
        bencher.iter(|| black_box(&text).lines().map(str::len).max());
    });
}

fn address(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for c in title.chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug
}

fn slug_of_title(criterion: &mut Criterion) {
    criterion.bench_function("questionable/slug_of_title", |bencher| {
        bencher.iter(|| address(black_box(TITLE)));
    });
}

fn minutes(criterion: &mut Criterion) {
    criterion.bench_function("questionable/minutes", |bencher| {
        bencher.iter(|| {
            minutes_to_read(1_000);
        });
    });
}

fn long_read(criterion: &mut Criterion) {
    criterion.bench_function("questionable/long_read", |bencher| {
        bencher.iter(|| minutes_to_read(150_000));
    });
}

fn one_digest(criterion: &mut Criterion) {
    criterion.bench_function("questionable/one_digest", |bencher| {
        bencher.iter(|| {
            let texts: Vec<String> = (0..50).map(|n| note_text(Plan { notes: 50, seed: SEED }, n)).collect();
            Digest::of(&Note::parse("note.md", black_box(&texts[7])), 3)
        });
    });
}

fn slug_of_long_title(criterion: &mut Criterion) {
    criterion.bench_function("questionable/slug", |bencher| bencher.iter(|| slug(black_box(TITLE))));
}

criterion_group!(benches, lines, slug_of_title, minutes, long_read, one_digest, slug_of_long_title);
criterion_main!(benches);
