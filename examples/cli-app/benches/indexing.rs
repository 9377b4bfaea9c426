//! From files to an index: without and with a cache, a single note, and writing the cache.

mod folder;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use folder::{SEED, folder};
use notes::{Cache, Digest, Log, Note, Overrides, Plan, index_folder, note_files, note_text};

/// Notes in a folder.
const SIZES: [usize; 2] = [50, 200];
/// Bytes that are written at once.
const BUFFERS: [usize; 5] = [64, 256, 1_024, 8_192, 65_536];

fn index(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("index");
    group.sample_size(20);
    for notes in SIZES {
        group.throughput(Throughput::Elements(notes as u64));
        group.bench_function(BenchmarkId::new("cold", notes), |bencher| {
            let (_folder, root) = folder(notes);
            let overrides = Overrides::default();
            bencher
                .iter(|| index_folder(black_box(&root), &overrides, &mut Cache::default(), &mut Log::off()));
        });
        group.bench_function(BenchmarkId::new("warm", notes), |bencher| {
            let (_folder, root) = folder(notes);
            let overrides = Overrides::default();
            let path = root.join(".notes/cache.json");
            let mut cache = Cache::default();
            index_folder(&root, &overrides, &mut cache, &mut Log::off()).expect("the folder is valid");
            cache.save(&path).expect("the folder can be written");
            let cache = Cache::load(&path);
            let run = |mut cache: Cache| {
                let index = index_folder(black_box(&root), &overrides, &mut cache, &mut Log::off());
                (index, cache)
            };
            bencher.iter_batched(|| cache.clone(), run, BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn files(criterion: &mut Criterion) {
    criterion.bench_function("files/200", |bencher| {
        let (_folder, root) = folder(200);
        let ignore = ["*.draft.md", "*.tmp.txt", "trash"].map(str::to_owned);
        bencher.iter(|| note_files(black_box(&root), &ignore));
    });
}

fn digest(criterion: &mut Criterion) {
    criterion.bench_function("digest/note", |bencher| {
        let note = Note::parse("note.md", &note_text(Plan { notes: 200, seed: SEED }, 100));
        bencher.iter(|| Digest::of(black_box(&note), 3));
    });
}

fn save(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cache/save");
    group.sample_size(20);
    for buffer in BUFFERS {
        group.bench_with_input(BenchmarkId::from_parameter(buffer), &buffer, |bencher, &buffer| {
            let (_folder, root) = folder(50);
            let mut cache = Cache::default();
            index_folder(&root, &Overrides::default(), &mut cache, &mut Log::off())
                .expect("the folder is valid");
            let path = root.join(".notes/cache.json");
            bencher.iter(|| cache.save_by(black_box(&path), buffer));
        });
    }
    group.finish();
}

criterion_group!(benches, index, files, digest, save);
criterion_main!(benches);
