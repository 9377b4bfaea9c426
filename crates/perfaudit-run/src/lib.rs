//! The directory of one run: gatherers put artifacts in, `result.json` lists them, reports are made from both.

mod digest;
mod directory;
mod error;
mod open;
mod packed;
mod runs;

pub use digest::{hexadecimal, sha256, sha256_of_file};
pub use directory::RunDirectory;
pub use error::RunDirectoryError;
pub use open::{OpenedRun, open};
pub use runs::{LATEST, finished_runs, newest, prune};
