//! Works with as many frames of about a kilobyte on its stack as it is told.

use std::hint::black_box;

#[unsafe(no_mangle)]
#[inline(never)]
fn descend(levels: u32) -> u64 {
    let mut frame = [0_u8; 1000];
    frame[levels as usize % 1000] = 1;
    black_box(&mut frame);
    let below = if levels == 0 { work() } else { descend(black_box(levels - 1)) };
    below.wrapping_add(u64::from(black_box(&frame)[0]))
}

#[unsafe(no_mangle)]
#[inline(never)]
fn work() -> u64 {
    let mut value = 1_u64;
    for i in 0..600_000_000_u64 {
        value = black_box(value ^ i);
    }
    value
}

fn main() {
    let levels = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    black_box(descend(levels));
}
