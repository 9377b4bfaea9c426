//! Works in phases of a random length: three parts of the time in `reads`, one part in `writes`. The mean length of a
//! phase is about ten of the narrowest blocks of a recording.

use std::hint::black_box;

#[inline(never)]
fn reads(rounds: u64) -> u64 {
    (0..rounds).fold(1, |sum, i| black_box(sum ^ i))
}

#[inline(never)]
fn writes(rounds: u64) -> u64 {
    (0..rounds).fold(2, |sum, i| black_box(sum | i))
}

fn main() {
    let mut random = 88172645463325252_u64;
    loop {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // 1 to 15, twice a mean of 8.
        let length = 1 + random % 15;
        black_box(reads(length * 4_500_000));
        black_box(writes(length * 1_500_000));
    }
}
