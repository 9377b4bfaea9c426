//! Needs a file that is not there, before it knows its benchmarks.

#[path = "../fake_criterion.rs"]
mod fake_criterion;

fn main() {
    println!("known before: benchmark");
    let _input = std::fs::read("no-such-input").expect("the input is there");
    fake_criterion::main(&[]);
}
