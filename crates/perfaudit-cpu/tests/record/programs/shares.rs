//! Calls `a`, `b` and `c` with weights 6, 3 and 1 in a random order, so that no period of ours meets the sampler's.
//! Each ends in another constant: the compiler would make one function of equal ones.

use std::hint::black_box;

#[inline(never)]
fn work(rounds: u64) {
    let mut value = 1_u64;
    for i in 0..rounds {
        value = black_box(value.wrapping_mul(6364136223846793005).wrapping_add(i));
    }
    black_box(value);
}

#[unsafe(no_mangle)]
#[inline(never)]
fn a() {
    work(10_000);
    black_box(1);
}

#[unsafe(no_mangle)]
#[inline(never)]
fn b() {
    work(10_000);
    black_box(2);
}

#[unsafe(no_mangle)]
#[inline(never)]
fn c() {
    work(10_000);
    black_box(3);
}

fn main() {
    let calls: u64 = std::env::args().nth(1).map_or(20_000, |text| text.parse().unwrap());
    let mut random = 88172645463325252_u64;
    let mut counts = [0_u64; 3];
    for _ in 0..calls {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let which = match random % 10 {
            0..6 => 0,
            6..9 => 1,
            _ => 2,
        };
        counts[which] += 1;
        [a, b, c][which]();
    }
    println!("counts {} {} {}", counts[0], counts[1], counts[2]);
}
