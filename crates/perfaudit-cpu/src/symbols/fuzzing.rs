//! What the fuzz target calls.

use super::module::Files;

/// Looks up addresses in a file, which may be anything.
pub fn look_up(file: &[u8], addresses: &[u64]) {
    let mut addresses = addresses.to_vec();
    addresses.sort_unstable();
    addresses.dedup();
    let mut flaws = Vec::new();
    let places = Files::program(file).look_up(&addresses, &mut flaws);
    assert!(places.len() <= addresses.len());
    assert!(places.values().all(|place| !place.frames.is_empty()));
    for flaw in flaws {
        assert!(!flaw.to_string().is_empty());
    }
}
