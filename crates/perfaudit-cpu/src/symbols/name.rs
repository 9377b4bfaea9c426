//! Readable names from mangled ones, and the crate that a mangled name names.

use std::fmt::{self, Write};
use std::str::FromStr;

/// Names are cut here: nested generics and hostile names grow without bound.
const LONGEST: usize = 2048;

/// A readable name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadableName {
    /// Without hash, with generic arguments where the mangling has them.
    pub text: String,
    /// The first segment of its path, when it is a Rust name.
    pub crate_name: Option<String>,
}

/// The readable form of a name from a symbol table or a linkage name. `plain` is the name without its path that the
/// debug information has, such as `push<u8>`: older Rust manglings hold no generic arguments, so these are taken from it.
#[must_use]
pub fn readable(raw: &str, plain: Option<&str>) -> ReadableName {
    if let Ok(rust) = rustc_demangle::try_demangle(raw) {
        let mut text = limited(|out| write!(out, "{rust:#}"));
        let legacy = !raw.trim_start_matches('_').starts_with('R');
        if legacy {
            text = text.replace("{{", "{").replace("}}", "}");
            if let Some(plain) = plain {
                text = with_generics(&text, plain);
            }
        }
        let crate_name =
            if legacy { legacy_crate(&text) } else { v0_crate(raw).or_else(|| legacy_crate(&text)) };
        return ReadableName { text, crate_name };
    }
    if raw.starts_with("_Z")
        && let Ok(symbol) = cpp_demangle::BorrowedSymbol::new(raw.as_bytes())
    {
        let mut out = Limited::default();
        let done = symbol.structured_demangle(&mut out, &cpp_demangle::DemangleOptions::default());
        if (done.is_ok() || out.full) && !out.text.is_empty() {
            return ReadableName { text: out.finish(), crate_name: None };
        }
    }
    ReadableName { text: limited(|out| out.write_str(raw)), crate_name: None }
}

/// The path of a legacy name with the last segment as the debug information has it: the same segment with its
/// generic arguments, or the number of a closure.
fn with_generics(path: &str, plain: &str) -> String {
    let (before, last) = path.rsplit_once("::").map_or(("", path), |(before, last)| (before, last));
    let stem = plain.split('<').next().unwrap_or(plain);
    let is_closure = last == "{closure}" && stem.starts_with("{closure#");
    if !is_closure && (stem != last || stem.len() == plain.len()) {
        return path.to_owned();
    }
    limited(|out| {
        out.write_str(before)?;
        if !before.is_empty() {
            out.write_str("::")?;
        }
        out.write_str(plain)
    })
}

/// The crate of a v0 name: its path starts at a crate root, below namespaces, generic arguments and the place of an
/// impl. Source: RFC 2603, grammar of `path`.
fn v0_crate(raw: &str) -> Option<String> {
    let mut rest = raw.trim_start_matches('_').strip_prefix('R')?;
    loop {
        let (tag, after) = rest.split_at_checked(1)?;
        rest = match tag {
            "C" => return identifier(without_disambiguator(after)?),
            "N" => after.get(1..)?,
            "M" | "X" => without_disambiguator(after)?,
            "I" => after,
            _ => return None,
        };
    }
}

fn without_disambiguator(rest: &str) -> Option<&str> {
    match rest.strip_prefix('s') {
        Some(number) => number.split_once('_').map(|(_, after)| after),
        None => Some(rest),
    }
}

fn identifier(rest: &str) -> Option<String> {
    let rest = rest.strip_prefix('u').unwrap_or(rest);
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    let (length, text) = rest.split_at(digits);
    let text = text.strip_prefix('_').unwrap_or(text);
    text.get(..usize::from_str(length).ok()?).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The first segment of the first path in a demangled name: `<alloc::vec::Vec<T> as core::ops::Drop>` is `alloc`.
fn legacy_crate(text: &str) -> Option<String> {
    let start = text.trim_start_matches(['<', '&', '*', '(', '[']);
    let start = start.strip_prefix("mut ").or_else(|| start.strip_prefix("const ")).unwrap_or(start);
    let start = start.strip_prefix("dyn ").unwrap_or(start);
    let end = start.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(start.len());
    let (name, after) = start.split_at(end);
    if !name.is_empty() && after.starts_with("::") {
        return Some(name.to_owned());
    }
    // `<T as core::fmt::Debug>::fmt`: the type has no crate, so the trait's is taken.
    let (_, of_trait) = text.split_once(" as ")?;
    legacy_crate(of_trait)
}

#[derive(Default)]
struct Limited {
    text: String,
    full: bool,
}

impl Limited {
    fn push(&mut self, piece: &str) -> fmt::Result {
        let room = LONGEST - self.text.len();
        if piece.len() <= room {
            self.text.push_str(piece);
            return Ok(());
        }
        let cut = (0..=room).rev().find(|&at| piece.is_char_boundary(at)).unwrap_or(0);
        self.text.push_str(&piece[..cut]);
        self.full = true;
        Err(fmt::Error)
    }

    fn finish(mut self) -> String {
        if self.full {
            self.text.push_str("...");
        }
        self.text
    }
}

impl fmt::Write for Limited {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if self.full { Err(fmt::Error) } else { self.push(piece) }
    }
}

/// What `write` writes, cut at the longest name.
fn limited(write: impl FnOnce(&mut Limited) -> fmt::Result) -> String {
    let mut out = Limited::default();
    // An error says that the limit is reached: what is there is kept.
    let _ = write(&mut out);
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(raw: &str) -> (String, Option<String>) {
        let name = readable(raw, None);
        (name.text, name.crate_name)
    }

    #[test]
    fn v0_names_lose_their_hash_and_tell_their_crate() {
        assert_eq!(
            name("_RNvNtCslNYArtu3iFV_5alloc5alloc5alloc"),
            ("alloc::alloc::alloc".to_owned(), Some("alloc".to_owned()))
        );
    }

    #[test]
    fn legacy_names_lose_their_hash_and_keep_generics_and_closure_numbers_of_the_debug_information() {
        let raw = "_ZN1t7generic28_$u7b$$u7b$closure$u7d$$u7d$17hf998a0ed8e421e8cE";
        assert_eq!(name(raw).0, "t::generic::{closure}");
        let name = readable(raw, Some("{closure#0}<u32>"));
        assert_eq!(name.text, "t::generic::{closure#0}<u32>");
        assert_eq!(name.crate_name.as_deref(), Some("t"));
        assert_eq!(readable("_ZN1t7generic17hf998a0ed8e421e8cE", Some("generic<u8>")).text, "t::generic<u8>");
        assert_eq!(readable("_ZN1t7generic17hf998a0ed8e421e8cE", Some("other<u8>")).text, "t::generic");
    }

    #[test]
    fn the_crate_of_a_trait_method_is_that_of_the_type_or_else_of_the_trait() {
        assert_eq!(legacy_crate("<alloc::vec::Vec<T> as core::ops::Drop>::drop").as_deref(), Some("alloc"));
        assert_eq!(legacy_crate("<&mut T as core::fmt::Debug>::fmt").as_deref(), Some("core"));
        assert_eq!(legacy_crate("main"), None);
    }

    #[test]
    fn cpp_names_are_readable_and_c_names_stay() {
        assert_eq!(name("_ZN3foo3barEi"), ("foo::bar(int)".to_owned(), None));
        assert_eq!(name("memcpy"), ("memcpy".to_owned(), None));
        assert_eq!(name("_Zgarbage"), ("_Zgarbage".to_owned(), None));
    }

    #[test]
    fn names_that_grow_without_bound_are_cut() {
        let long = "x".repeat(100_000);
        assert_eq!(name(&long).0.len(), LONGEST + 3);
        let pairs = "T".to_owned() + "S_S_".repeat(3000).as_str();
        assert!(name(&format!("_Z1fI{pairs}E")).0.len() <= LONGEST + 3);
    }
}
