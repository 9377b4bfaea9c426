//! Works 500 calls deep.

use std::hint::black_box;

#[unsafe(no_mangle)]
#[inline(never)]
fn descend(levels: u32) -> u64 {
    if levels == 0 {
        return work();
    }
    black_box(descend(black_box(levels - 1))).wrapping_add(1)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn work() -> u64 {
    let mut value = 1_u64;
    for i in 0..200_000_000_u64 {
        value = black_box(value ^ i);
    }
    value
}

fn main() {
    black_box(descend(500));
}
