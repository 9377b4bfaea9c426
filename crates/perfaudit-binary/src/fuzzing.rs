//! What the fuzz target calls.

use std::path::Path;

use crate::{Detail, weigh_bytes};

/// Weighs a file, which may be anything: it is refused, or its parts sum to it.
pub fn sizes(file: &[u8]) {
    let Ok(size) = weigh_bytes(file, Path::new("fuzzed"), "fuzzed", Detail::default()) else { return };
    let sections: u64 = size.sections.iter().map(|section| section.bytes).sum();
    assert_eq!(sections, file.len() as u64);
    let packages: u64 = size.packages.iter().map(|package| package.bytes).sum();
    assert_eq!(packages + size.remainder_bytes, file.len() as u64);
    for section in &size.sections {
        assert_eq!(section.bytes, section.named_bytes + section.padding_bytes + section.unnamed_bytes);
    }
}
