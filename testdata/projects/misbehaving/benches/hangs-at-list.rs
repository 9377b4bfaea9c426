//! Waits for something that never comes, before it knows its benchmarks.

#[path = "../fake_criterion.rs"]
mod fake_criterion;

fn main() {
    std::thread::sleep(std::time::Duration::from_secs(1000));
    fake_criterion::main(&[]);
}
