//! Allocates a known number of blocks and bytes in each function, by the allocator that a feature names.

use std::alloc::{Layout, alloc, dealloc};
use std::hint::black_box;
use std::thread;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// 1000 blocks of 64 bytes.
#[inline(never)]
fn boxes() {
    (0..1000_u64).for_each(|at| drop(black_box(Box::new([at; 8]))));
}

/// A vector that grows to 1024 bytes: blocks of 8, 16, 32, ... 1024 bytes.
#[inline(never)]
fn grows() {
    let mut bytes: Vec<u8> = Vec::new();
    (0..1024).for_each(|at: u32| black_box(&mut bytes).push(at.to_le_bytes()[0]));
}

/// 100 blocks of 300 bytes.
#[inline(never)]
fn zeroed() {
    (0..100).for_each(|_| drop(black_box(vec![0_u8; 300])));
}

/// 50 blocks of 640 bytes.
#[inline(never)]
fn aligned() {
    let layout = Layout::from_size_align(640, 256).expect("it is a layout");
    for _ in 0..50 {
        // SAFETY: the layout is not empty, and the block is given back with it.
        unsafe { dealloc(black_box(alloc(layout)), layout) };
    }
}

/// 4 threads with 1000 blocks of 24 bytes each.
#[inline(never)]
fn of_threads() {
    (0..1000_u64).for_each(|at| drop(black_box(Box::new([at; 3]))));
}

fn main() {
    boxes();
    grows();
    zeroed();
    aligned();
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(of_threads)).collect();
    threads.into_iter().for_each(|thread| thread.join().expect("no thread panics"));
}
