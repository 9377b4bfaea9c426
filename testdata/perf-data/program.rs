#[inline(never)]
pub fn first(n: u64) -> u64 { let (mut s, mut i) = (1, 0); while i < n { s ^= s << 13; s ^= s >> 7; s ^= s << 17; i += 1; } s }
#[inline(never)]
pub fn second(n: u64) -> u64 { let (mut s, mut i) = (2, 0); while i < n { s ^= s << 9; s ^= s >> 5; s ^= s << 11; i += 1; } s }
#[inline(never)]
pub fn outer(n: u64) -> u64 { first(3 * n) ^ std::hint::black_box(second(n)) }
fn main() { let mut x = 0; for _ in 0..400 { x ^= outer(std::hint::black_box(100_000)); } std::process::exit((x == 42) as i32) }
