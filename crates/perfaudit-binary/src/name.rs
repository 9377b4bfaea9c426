//! Names of symbols: readable, without what differs between copies, and where they are defined.

use perfaudit_cpu::symbols::readable;

use crate::v0::{Definition, InImpl, definition};

/// What a symbol's name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Readable, without hash, with the arguments of generics where the name has them.
    pub(crate) text: String,
    /// The same without the arguments of generics.
    pub(crate) plain: String,
    /// Equal for all copies of a generic function, and for no other.
    pub(crate) generic: String,
    /// The crate that defines it; none where the name is no Rust name.
    pub(crate) package: Option<String>,
    /// The path of the module that defines it, crate included.
    pub(crate) module: Option<String>,
    /// Whether crate and module are not in the name, but follow from a rule: those of an older name that tells only
    /// the type and the trait of an `impl`.
    pub(crate) is_derived: bool,
}

impl Name {
    /// From a mangled name.
    pub(crate) fn of(raw: &str) -> Self {
        let readable = readable(raw, None);
        let found = definition(raw);
        if readable.crate_name.is_none() && found.is_none() {
            let text = readable.text;
            return Self {
                plain: text.clone(),
                generic: text.clone(),
                text,
                package: None,
                module: None,
                is_derived: false,
            };
        }
        let Some(Definition { module, in_impl }) = found else { return Self::of_text(readable.text) };
        let plain = without_arguments(&readable.text);
        let path = module.join("::");
        let generic = in_impl.map(|InImpl { number, segments }| {
            let mut behind: Vec<&str> = plain.rsplitn(segments + 1, "::").take(segments).collect();
            behind.reverse();
            format!("{path}::{{impl#{number}}}::{}", behind.join("::"))
        });
        Self {
            package: module.into_iter().next(),
            generic: generic.unwrap_or_else(|| plain.clone()),
            module: Some(path),
            plain,
            text: readable.text,
            is_derived: false,
        }
    }

    /// From a readable name, which tells its place only by its path.
    pub(crate) fn of_text(text: String) -> Self {
        let plain = without_arguments(&text);
        let module = module_of(&plain);
        let package = module.as_deref().map(|path| crate_of(path).to_owned());
        let is_derived = plain.starts_with('<') && package.is_some();
        Self { text, generic: plain.clone(), plain, package, module, is_derived }
    }
}

/// The module of a path without arguments. A method of a trait lies where the trait or the type does: an `impl` is in
/// the crate of either, and that is the one that knows the other.
fn module_of(path: &str) -> Option<String> {
    let Some(inner) = path.strip_prefix('<') else { return modules(path) };
    let end = closing(inner)?;
    let (of_type, of_trait) = match split_as(&inner[..end]) {
        Some((of_type, of_trait)) => (modules(of_type), modules(of_trait)),
        None => return modules(&inner[..end]),
    };
    let depends = |path: &Option<String>| path.as_deref().map_or(0, |path| level(crate_of(path)));
    if depends(&of_trait) > depends(&of_type) { of_trait } else { of_type }
}

fn crate_of(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// Which of two crates depends on the other: everybody on the standard library, and its crates on each other.
fn level(name: &str) -> u8 {
    match name {
        "core" => 1,
        "alloc" => 2,
        "std" | "proc_macro" | "test" => 3,
        _ => 4,
    }
}

/// The leading segments of a path that look like modules: what begins with a capital letter or a bracket is a type,
/// and the last one is the function or type itself.
fn modules(path: &str) -> Option<String> {
    let path = path.trim_start_matches(['&', '*', '(', '[']);
    let path = path.strip_prefix("mut ").or_else(|| path.strip_prefix("const ")).unwrap_or(path);
    let path = path.strip_prefix("dyn ").unwrap_or(path);
    let segments: Vec<&str> = path.split("::").collect();
    let (_, leading) = segments.split_last()?;
    let is_module = |segment: &&&str| {
        segment.starts_with(|c: char| c.is_lowercase() || c == '_')
            && segment.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let found: Vec<&str> = leading.iter().take_while(is_module).copied().collect();
    (!found.is_empty()).then(|| found.join("::"))
}

/// The place of the `>` that closes what has been opened before.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before == '-' => {}
            '>' if depth == 0 => return Some(at),
            '>' => depth -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

/// `T` and `Trait` of `T as Trait`, whose ` as ` is in no brackets.
fn split_as(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' => depth -= 1,
            ' ' if depth == 0 && text[at..].starts_with(" as ") => {
                return Some((&text[..at], &text[at + 4..]));
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// A readable path without the arguments of generics: `alloc::vec::Vec<u8>::push` becomes `alloc::vec::Vec::push`,
/// and `<a::B<C> as d::E<F>>::g::<H>` becomes `<a::B as d::E>::g`.
pub(crate) fn without_arguments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // For each open bracket, whether it is kept.
    let mut open: Vec<bool> = Vec::new();
    let mut dropped = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => {
                let follows_name = out.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '}');
                let follows_path = out.ends_with("::");
                let is_impl = text[at + 1..].starts_with("impl ");
                let is_kept = is_impl || !(follows_name || follows_path);
                if dropped > 0 || !is_kept {
                    if dropped == 0 && follows_path {
                        out.truncate(out.len() - 2);
                    }
                    dropped += 1;
                    open.push(false);
                } else {
                    out.push(c);
                    open.push(true);
                }
            }
            '>' if before != '-' => match open.pop() {
                Some(false) => dropped = dropped.saturating_sub(1),
                _ if dropped == 0 => out.push(c),
                _ => {}
            },
            _ if dropped == 0 => out.push(c),
            _ => {}
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_generics_are_left_out_and_qualified_types_are_kept() {
        for (text, plain) in [
            ("alloc::vec::Vec<u8>::push", "alloc::vec::Vec::push"),
            ("<a::B<C> as d::E<F>>::g::<H>", "<a::B as d::E>::g"),
            (
                "core::ptr::drop_in_place::<alloc::boxed::Box<dyn core::ops::Fn() -> u8>>",
                "core::ptr::drop_in_place",
            ),
            (
                "core::fmt::num::<impl core::fmt::Display for u32>::fmt",
                "core::fmt::num::<impl core::fmt::Display for u32>::fmt",
            ),
            ("a::f::<u8>::{closure#0}", "a::f::{closure#0}"),
            ("main", "main"),
        ] {
            assert_eq!(without_arguments(text), plain);
        }
    }

    #[test]
    fn the_module_of_a_trait_method_is_where_its_impl_must_be() {
        let module = |text: &str| Name::of_text(text.to_owned()).module;
        assert_eq!(
            module("<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop").as_deref(),
            Some("alloc::vec")
        );
        assert_eq!(
            module("<alloc::vec::Vec<T> as mine::wire::Encode>::encode").as_deref(),
            Some("mine::wire")
        );
        assert_eq!(module("<mine::wire::Frame as core::fmt::Debug>::fmt").as_deref(), Some("mine::wire"));
        assert_eq!(module("<&T as core::fmt::Debug>::fmt").as_deref(), Some("core::fmt"));
        assert_eq!(
            module("core::fmt::num::<impl core::fmt::Display for u32>::fmt").as_deref(),
            Some("core::fmt::num")
        );
        assert_eq!(module("alloc::vec::Vec<T>::push").as_deref(), Some("alloc::vec"));
        assert_eq!(module("main"), None);
    }

    #[test]
    fn hostile_names_are_read_without_harm() {
        for text in ["<", ">", "<<<", "::<", "-><", "<a as >", "< as b>::c", "é<ü>::ö", "::::"] {
            let _ = Name::of_text(text.to_owned());
            let _ = Name::of(text);
        }
    }

    #[test]
    fn other_languages_have_no_package() {
        assert_eq!(Name::of("memcpy").package, None);
        assert_eq!(Name::of("_ZN3foo3barEi").package, None);
    }
}
