//! Benchmarks that print what nobody asked for, or measure what no clock shows.

#[path = "../fake_criterion.rs"]
mod fake_criterion;

use std::io::{stderr, stdout, Write};
use std::process::exit;

use fake_criterion::Measurement;

fn main() {
    fake_criterion::main(&[
        ("prints megabytes", |measurement| {
            let garbage = vec![b'x'; 1 << 20];
            for _ in 0..8 {
                let _ = stdout().write_all(&garbage);
                let _ = stderr().write_all(&garbage);
            }
            measurement.write_sound();
        }),
        ("prints bytes that are no text", |_| {
            let _ = stderr().write_all(b"caf\xe9 \xff\xfe\x00\x1b[31mred\n");
            exit(1);
        }),
        ("prints progress of its own", |measurement| {
            eprintln!("Benchmarking x: Collecting 100 samples in estimated 9e18 s (9B iterations)");
            eprintln!("Benchmarking x: Collecting 100 samples in estimated -1 s (9B iterations)");
            measurement.write_sound();
        }),
        ("takes no time", |m| {
            m.write(r#"{"Bytes":64}"#, r#"{"sampling_mode":"Flat","iters":[9,9,9],"times":[0,0,0]}"#);
        }),
        ("takes for ever", |m| {
            m.write(r#"{"Bytes":64}"#, r#"{"sampling_mode":"Linear","iters":[1,2],"times":[1e308,1.7e308]}"#);
        }),
        ("is measured once", |m| {
            m.write_sample(r#"{"sampling_mode":"Linear","iters":[1],"times":[100]}"#);
        }),
        ("declares no work", |m| m.write(r#"{"Elements":0}"#, Measurement::SOUND)),
    ]);
}
