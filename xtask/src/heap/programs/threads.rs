//! Sixteen threads that allocate at the same time, each the same on every run, and free what others allocated.

use std::sync::{Arc, Barrier, Mutex};
use std::thread;

const THREADS: usize = 16;

fn main() {
    let start = Arc::new(Barrier::new(THREADS));
    let left: Arc<Vec<Mutex<Vec<String>>>> =
        Arc::new((0..THREADS).map(|_| Mutex::new(Vec::with_capacity(1000))).collect());
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (start, left) = (Arc::clone(&start), Arc::clone(&left));
            thread::spawn(move || {
                start.wait();
                for at in 0..1000 {
                    let text = format!("{number} {at}");
                    let mut grown = Vec::new();
                    grown.extend_from_slice(text.as_bytes());
                    grown.resize(grown.len() + at, 0);
                    left[number].lock().expect("nobody panics").push(text);
                }
                start.wait();
                left[(number + 1) % THREADS].lock().expect("nobody panics").clear();
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no thread panics");
    }
}
