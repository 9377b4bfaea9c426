//! Names that break careless tools.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn hard_names(criterion: &mut Criterion) {
    // Both begin with the same 100 bytes, to which Criterion cuts the titles that it lists.
    let long = "x".repeat(297);
    let names = [
        format!("{long}one"),
        format!("{long}two"),
        "with/two/slashes".to_owned(),
        "na\u{ef}ve \u{2603} \u{65e5}\u{672c}\u{8a9e} \u{202e}backwards".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "--bench".to_owned(),
        "a.*(b|c)+[d]$ ^\\".to_owned(),
        "quoted \"'`&amp;".to_owned(),
        "ends in: benchmark".to_owned(),
        "issue #2".to_owned(),
    ];
    for name in names {
        criterion.bench_function(&name, |bencher| bencher.iter(|| black_box(1.5_f64).sqrt()));
    }
}

/// Two groups of one name, which Criterion tells apart by ` #2`.
fn same_name(criterion: &mut Criterion) {
    for text in ["short", "a text that is a good deal longer"] {
        let mut group = criterion.benchmark_group("repeated");
        group.bench_function("upper", |bencher| bencher.iter(|| black_box(text).to_uppercase()));
        group.finish();
    }
}

criterion_group!(benches, hard_names, same_name);
criterion_main!(benches);
