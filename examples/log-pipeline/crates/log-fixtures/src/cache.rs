use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use log_decode::{Compression, Format};
use log_records::LogRecord;

use crate::{encode, generate};

/// Seed of all cached inputs.
const SEED: u64 = 42;

type Cache<K, T> = LazyLock<Mutex<HashMap<K, Arc<[T]>>>>;

static RECORDS: Cache<usize, LogRecord> = LazyLock::new(Mutex::default);
static ENCODED: Cache<(usize, Format, Compression), u8> = LazyLock::new(Mutex::default);

/// `count` records, generated when first asked for and then kept for the life of the process.
pub fn records(count: usize) -> Arc<[LogRecord]> {
    cached(&RECORDS, count, || generate(count, SEED))
}

/// The records of [`records`] written down, encoded when first asked for and then kept for the life of the process.
pub fn encoded(count: usize, format: Format, compression: Compression) -> Arc<[u8]> {
    cached(&ENCODED, (count, format, compression), || encode(&records(count), format, compression))
}

fn cached<K: Eq + Hash, T>(cache: &Cache<K, T>, key: K, make: impl FnOnce() -> Vec<T>) -> Arc<[T]> {
    let mut entries = cache.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(entries.entry(key).or_insert_with(|| make().into()))
}
