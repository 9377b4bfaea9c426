//! Bare names of functions.

/// The name that the source gives a function, of the readable one that a profile has: without path, generic arguments and
/// closures. `<a::B<u8> as c::D>::run::<u16>::{closure#0}` is `run`.
pub(super) fn bare_name(name: &str) -> &str {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut start = 0;
    let bytes = name.as_bytes();
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'<' | b'(' | b'{' | b'[' => depth += 1,
            // `->` closes nothing.
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' | b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && bytes.get(at + 1) == Some(&b':') => {
                parts.push(&name[start..at]);
                start = at + 2;
            }
            _ => {}
        }
    }
    parts.push(&name[start..]);
    let is_named = |part: &&&str| !part.is_empty() && !part.starts_with(['{', '<', ':']);
    let last = parts.iter().rev().find(is_named).copied().unwrap_or(name);
    last.split('<').next().unwrap_or(last).trim_start_matches("r#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_generic_arguments_and_closures_are_left_out() {
        for (name, bare) in [
            ("main", "main"),
            ("known::third::{closure#0}", "third"),
            ("<a::B<u8> as c::D>::run::<u16>::{closure#0}", "run"),
            ("a::sorted<alloc::vec::Vec<u8>, fn(u8) -> u8>", "sorted"),
            ("<a::B>::new", "new"),
            ("a::r#try", "try"),
            ("", ""),
        ] {
            assert_eq!(bare_name(name), bare, "{name}");
        }
    }
}
