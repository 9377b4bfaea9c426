//! Benchmarks that end well but leave files that nobody can use.

#[path = "../fake_criterion.rs"]
mod fake_criterion;

use std::process::Command;

use fake_criterion::Measurement;

fn main() {
    fake_criterion::main(&[
        ("sound", Measurement::write_sound),
        ("truncated", |m| m.write_sample(&Measurement::SOUND[..60])),
        ("empty", |m| m.write_sample("")),
        ("foreign", |m| m.write_sample(r#"{"hello": ["world"]}"#)),
        ("future throughput", |m| m.write(r#"{"Parsecs": 12}"#, Measurement::SOUND)),
        ("future sampling", |m| m.write_sample(r#"{"sampling_mode":"Sideways","iters":[1],"times":[1]}"#)),
        ("negative times", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[1,1],"times":[5,-5]}"#)),
        ("no iterations", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[1,0],"times":[5,5]}"#)),
        ("NaN", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[1,1],"times":[5,NaN]}"#)),
        ("null", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[1,1],"times":[5,null]}"#)),
        ("overflow", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[1,1],"times":[5,1e999]}"#)),
        ("uneven", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[1,1],"times":[5]}"#)),
        ("no batches", |m| m.write_sample(r#"{"sampling_mode":"Flat","iters":[],"times":[]}"#)),
        ("deeply nested", |m| m.write_sample(&"[".repeat(100_000))),
        ("a pipe", |m| {
            m.write_sound();
            let file = m.folder().join("sample.json");
            let _ = std::fs::remove_file(&file);
            let made = Command::new("mkfifo").arg(file).status();
            assert!(made.expect("mkfifo can be started").success());
        }),
        ("no sample file", |m| {
            m.write_sound();
            let _ = std::fs::remove_file(m.folder().join("sample.json"));
        }),
    ]);
}
