//! Benchmarks beside tests, which must not run.

#![feature(test)]

extern crate test;

use libtest_suite::checksum;
use test::{black_box, Bencher};

#[bench]
fn bytes(bencher: &mut Bencher) {
    bencher.bytes = 64;
    let bytes = [7; 64];
    bencher.iter(|| checksum(black_box(&bytes)));
}

mod failing {
    use super::*;

    #[bench]
    fn panics(bencher: &mut Bencher) {
        bencher.iter(|| panic!("out of cheese"));
    }

    #[bench]
    fn exits_with_0(_: &mut Bencher) {
        std::process::exit(0);
    }

    #[bench]
    #[ignore]
    fn ignored(_: &mut Bencher) {
        std::fs::write("started", "").unwrap();
    }
}

#[test]
fn no_benchmark() {
    std::fs::write("started", "").unwrap();
}
