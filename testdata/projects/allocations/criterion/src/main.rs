//! Allocates a block of 1,000,000 bytes that it keeps, and a thousand of 100 bytes that it does not.

fn main() {
    let kept = vec![1_u8; 1_000_000];
    for _ in 0..1000 {
        std::hint::black_box(vec![2_u8; 100]);
    }
    std::hint::black_box(&kept);
    std::mem::forget(kept);
}
