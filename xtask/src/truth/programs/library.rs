//! The parts of `parts.rs`, to be loaded at run time.

use std::hint::black_box;

#[inline(always)]
fn work(end: u64) -> u64 {
    let mut value = black_box(end);
    for i in 0..10_000 {
        value = (value ^ (value >> 7) ^ i).wrapping_mul(6_364_136_223_846_793_005);
    }
    black_box(value)
}

// SAFETY: no other symbol of the program has these names.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn a() -> u64 {
    work(1)
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn b() -> u64 {
    work(2)
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn c() -> u64 {
    work(3)
}
