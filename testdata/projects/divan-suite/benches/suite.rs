//! Everything that makes a path in divan's tree, and benchmarks that fail.

use divan::counter::BytesCount;
use divan::{black_box, Bencher};
use divan_suite::checksum;

fn main() {
    divan::main();
}

#[divan::bench(args = [256, 2048, 16384])]
fn sizes(bencher: Bencher, size: usize) {
    let bytes = vec![7_u8; size];
    bencher.counter(BytesCount::new(size)).bench(|| checksum(black_box(&bytes)));
}

#[divan::bench(types = [u8, String], consts = [4, 8])]
fn generic<T: Clone + Default, const N: usize>() -> Vec<T> {
    vec![T::default(); black_box(N)]
}

#[divan::bench(threads = [1, 2])]
fn threads() -> u64 {
    checksum(black_box(b"perfaudit"))
}

#[divan::bench(args = ["a::b  c", "<script>"])]
fn names(text: &str) -> String {
    black_box(text).to_uppercase()
}

#[divan::bench(ignore)]
fn ignored() {
    std::process::exit(1);
}

mod failing {
    use super::*;

    #[divan::bench]
    fn panics() {
        panic!("out of cheese");
    }

    #[divan::bench]
    fn exits_with_0() {
        std::process::exit(0);
    }

    #[divan::bench]
    fn measures_nothing(_: Bencher) {}

    #[divan::bench]
    fn prints(bencher: Bencher) {
        println!("starting");
        print!("done: ");
        bencher.bench(|| checksum(black_box(b"perfaudit")));
    }
}
