//! Element ids: the same for the same name in every run, and never the same for two elements of a report.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

/// The characters of a name that an id keeps at most.
const LONGEST: usize = 96;

/// Hands out ids.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    used: HashSet<String>,
    repeats: HashMap<String, u32>,
}

impl Anchors {
    /// An id for `name`. Within a prefix, a name that is not plain gets a part of its hash, and a name that was
    /// given before gets a number.
    pub(super) fn unique(&mut self, prefix: &str, name: &str) -> String {
        let base = format!("{prefix}-{}", slug(name));
        if self.used.insert(base.clone()) {
            return base;
        }
        let repeat = self.repeats.entry(base.clone()).or_insert(1);
        loop {
            *repeat += 1;
            let candidate = format!("{base}-{repeat}");
            if self.used.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

/// The name in characters that need no escaping in a URL fragment.
fn slug(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if !name.is_empty() && name.len() <= LONGEST && name.chars().all(plain) {
        return name.to_owned();
    }
    let kept: String = name.chars().take(LONGEST).map(|c| if plain(c) { c } else { '-' }).collect();
    let hash = Sha256::digest(name.as_bytes());
    let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{kept}-{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_its_own_id() {
        assert_eq!(Anchors::default().unique("w", "lib/parse/json/10"), "w-lib/parse/json/10");
    }

    #[test]
    fn names_that_collide_get_ids_of_their_own() {
        let mut anchors = Anchors::default();
        let ids: Vec<_> =
            ["a", "a-2", "a", "a", "a b", "a?b", ""].iter().map(|name| anchors.unique("w", name)).collect();
        assert_eq!(ids[..4], ["w-a", "w-a-2", "w-a-3", "w-a-4"]);
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }

    #[test]
    fn a_hostile_name_becomes_a_harmless_id() {
        let id = Anchors::default().unique("w", &format!("\"><script>\u{202e}{}", "x".repeat(300)));
        assert!(
            id.len() < 120 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c)),
            "{id}"
        );
    }
}
