//! Starts 10,000 threads that end at once, then four that do equal work under names of their own.

use std::hint::black_box;

#[unsafe(no_mangle)]
#[inline(never)]
fn thread_work() {
    let mut value = 1_u64;
    for i in 0..100_000_000_u64 {
        value = black_box(value ^ i);
    }
    black_box(value);
}

fn main() {
    for _ in 0..10_000 {
        std::thread::spawn(|| black_box(1)).join().unwrap();
    }
    let threads: Vec<_> = (0..4)
        .map(|number| {
            std::thread::Builder::new().name(format!("worker-{number}")).spawn(thread_work).unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
