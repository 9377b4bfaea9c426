//! Tells the analysis which version of itself it is, so that results of another one are not taken from the cache.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;

fn main() {
    let mut hasher = DefaultHasher::new();
    hash_folder(Path::new("src"), &mut hasher);
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=PERFAUDIT_ANALYSIS={}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish());
}

/// The names and contents of all files, in the order of their names.
fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) {
    let entries = std::fs::read_dir(folder).expect("the source of the crate can be read");
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hasher);
        } else {
            path.to_string_lossy().hash(hasher);
            std::fs::read(&path).expect("the source of the crate can be read").hash(hasher);
        }
    }
}
