//! Functions that allocate a known number of bytes.

/// Two blocks of 800 and 24 bytes.
pub fn two_blocks() -> (Vec<u64>, Box<[u8; 24]>) {
    (Vec::with_capacity(100), Box::new([1; 24]))
}

/// A vector of 4-byte numbers that is pushed to: room for 4, 8, 16 and so on up to 1024 of them, 9 blocks, 8 of which
/// grow another one: 8176 bytes in all, 4080 of which are copied.
#[inline(never)]
pub fn grown() -> Vec<u32> {
    let mut numbers = Vec::new();
    for number in 0..1000 {
        numbers.push(number);
    }
    numbers
}

/// One block as long as the input.
pub fn copied(input: &[u8]) -> Vec<u8> {
    input.to_vec()
}

/// A thread that allocates a block of 5000 bytes, beside what starting it takes.
pub fn in_a_thread() -> usize {
    std::thread::spawn(|| std::hint::black_box(vec![1_u8; 5000]).len()).join().unwrap_or(0)
}
