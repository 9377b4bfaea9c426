use std::num::NonZeroUsize;

const BATCH_ROWS: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not zero"); //~ tuning-constant
pub const READ_BUFFER: usize = 8 * 1024; //~ tuning-constant
static QUEUE_LENGTH: u32 = 100; //~ tuning-constant
const MAX_WORKERS: u16 = 4; //~ tuning-constant

impl Pool {
    const CHUNK_SIZE: usize = 1 << 16; //~ tuning-constant
}

const CHUNK_HEADER_SIZE: usize = 8;
const PI: f64 = 3.14;
const MAX_NAME: usize = 255;
const BATCH_NAME: &str = "batch";
const POOL_SIZE: usize = size();
const SECONDS_PER_DAY: u64 = 86_400;
const BUFFER_MAGIC: u32 = 0xCAFE;
const IS_BATCH: bool = true;

// Used where the program is compiled.
const fn message(parts: &[&str]) -> [u8; 512] {
    const CAPACITY: usize = 512;
    [0; CAPACITY]
}
