//! A folder of generated notes for benchmarks.

use std::path::PathBuf;

use notes::{Plan, generate};
use tempfile::TempDir;

/// Seed of all benchmarks.
pub const SEED: u64 = 42;

/// A folder with so many notes, and its path. It goes when the first of the two is dropped.
pub fn folder(notes: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    generate(folder.path(), Plan { notes, seed: SEED }).expect("the folder can be written");
    let root = folder.path().to_owned();
    (folder, root)
}
