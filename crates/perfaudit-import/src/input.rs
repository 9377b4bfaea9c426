//! Reading a file whole, if it is one that can be read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::ImportError;

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// The most benchmarks that are read from one file, with every combination of parameters counted.
pub const MOST_WORKLOADS: usize = 1_000_000;
/// The most quantities that are read of one benchmark.
pub const MOST_MEASUREMENTS: usize = 256;

/// Refuses a file with one benchmark more than `count` if these are all that are read.
pub(crate) fn room_for_workload(file: &str, count: usize) -> Result<(), ImportError> {
    room(file, count, "benchmarks", MOST_WORKLOADS)
}

/// Refuses a benchmark with one measurement more than `count` if these are all that are read.
pub(crate) fn room_for_measurement(file: &str, count: usize) -> Result<(), ImportError> {
    room(file, count, "measurements of one benchmark", MOST_MEASUREMENTS)
}

fn room(file: &str, count: usize, what: &'static str, most: usize) -> Result<(), ImportError> {
    if count < most { Ok(()) } else { Err(ImportError::TooMany { file: file.to_owned(), what, most }) }
}

/// The content of a file that is text; `file` is what errors call it. A mark of the byte order is left out.
pub(crate) fn load(path: &Path, file: &str) -> Result<Vec<u8>, ImportError> {
    let failed = |source| ImportError::Read { file: file.to_owned(), source };
    let metadata = path.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(ImportError::NotAFile { file: file.to_owned() });
    }
    if metadata.len() > LARGEST_FILE {
        return Err(ImportError::TooLarge { file: file.to_owned(), bytes: metadata.len() });
    }
    let mut bytes = Vec::new();
    // A file may grow while it is read.
    File::open(path).and_then(|open| open.take(LARGEST_FILE).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    Ok(bytes)
}
