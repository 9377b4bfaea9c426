//! Sixty-four threads that allocate a million blocks each at the same time, by stacks of different depths.

use std::hint::black_box;
use std::thread;

const THREADS: u64 = 64;
const BLOCKS: u64 = 1_000_000;

#[inline(never)]
fn allocate(depth: u64, size: usize) -> usize {
    if depth > 0 {
        return allocate(depth - 1, size) + 1;
    }
    black_box(Vec::<u8>::with_capacity(size)).capacity()
}

fn main() {
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            thread::spawn(move || {
                (0..BLOCKS).map(|at| allocate((at + number) % 20, 32)).fold(0, usize::wrapping_add)
            })
        })
        .collect();
    for thread in threads {
        black_box(thread.join().expect("no thread panics"));
    }
}
