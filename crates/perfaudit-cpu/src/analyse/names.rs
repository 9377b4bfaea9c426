//! What the names of functions tell.

/// A name without generic arguments and without the type that a method is of being written in angle brackets:
/// `<criterion::bencher::Bencher<M>>::iter::<O, R>` becomes `criterion::bencher::Bencher::iter`, and
/// `<T as core::clone::Clone>::clone` becomes `T::clone`.
pub(crate) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    plain_into(name, &mut out);
    out
}

fn plain_into(name: &str, out: &mut String) {
    let mut rest = name;
    while let Some(at) = rest.find('<') {
        let (before, group) = rest.split_at(at);
        let Some(end) = closing(group) else { break };
        out.push_str(before.strip_suffix("::").filter(|_| !is_self_type(before)).unwrap_or(before));
        if is_self_type(before) {
            let inner = &group[1..end];
            plain_into(top_level_as(inner).map_or(inner, |as_at| &inner[..as_at]), out);
        }
        rest = &group[end + 1..];
    }
    out.push_str(rest);
}

/// Whether angle brackets that follow this text hold the type of a method instead of generic arguments.
fn is_self_type(before: &str) -> bool {
    before.is_empty() || before.ends_with([' ', '&', '(', '*'])
}

/// Where the bracket that opens the text closes; arrows do not count.
fn closing(group: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = b' ';
    for (at, &byte) in group.as_bytes().iter().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' if before != b'-' && before != b'=' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = byte;
    }
    None
}

/// Where ` as ` stands outside of any brackets.
fn top_level_as(inner: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = inner[from..].find(" as ") {
        let at = from + found;
        let (opened, closed) = (inner[..at].matches('<').count(), inner[..at].matches('>').count());
        if opened + inner[..at].matches("->").count() == closed {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

/// The trait whose method a function is, without generic arguments: `core::clone::Clone` of
/// `<T as core::clone::Clone>::clone`.
pub(crate) fn implemented_trait(name: &str) -> Option<String> {
    let group = name.strip_prefix('<').map(|_| name)?;
    let inner = &group[1..closing(group)?];
    top_level_as(inner).map(|at| plain(&inner[at + 4..]))
}

/// The last part of a plain name that is no closure: `iter` of `a::iter::{closure#0}` and of `a::iter::{{closure}}`.
pub(crate) fn method(plain: &str) -> &str {
    plain.rsplit("::").find(|part| !part.starts_with('{')).unwrap_or(plain)
}

/// Whether a plain name lies in a module or crate: equal to the path or below it.
pub(crate) fn is_below(plain: &str, path: &str) -> bool {
    plain.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_lose_generic_arguments_in_both_ways_of_mangling() {
        for (name, expected) in [
            ("criterion::bencher::Bencher<M>::iter", "criterion::bencher::Bencher::iter"),
            (
                "<criterion::bencher::Bencher<W>>::iter::<(), b::{closure#0}>",
                "criterion::bencher::Bencher::iter",
            ),
            ("<T as core::ops::FnOnce<(A, fn() -> B)>>::call_once", "T::call_once"),
            ("a::b<fn() -> c>::{{closure}}", "a::b::{{closure}}"),
            ("<[T] as alloc::slice::SpecCloneIntoVec<T, A>>::clone_into", "[T]::clone_into"),
            ("core::ptr::drop_in_place<alloc::vec::Vec<u8>>", "core::ptr::drop_in_place"),
            ("operator<", "operator<"),
            ("<<A as B>::C as D>::e", "A::C::e"),
            ("", ""),
        ] {
            assert_eq!(plain(name), expected, "{name}");
        }
    }

    #[test]
    fn the_trait_of_a_method_is_told() {
        assert_eq!(
            implemented_trait("<a::B<C> as core::clone::Clone>::clone").unwrap(),
            "core::clone::Clone"
        );
        assert_eq!(implemented_trait("<a::B>::clone"), None);
        assert_eq!(implemented_trait("a::clone"), None);
        assert_eq!(method("a::iter::{closure#0}"), "iter");
    }

    proptest::proptest! {
        #[test]
        fn no_name_is_too_odd(name in "[<>: a-d{}#&(*-]{0,40}") {
            let _ = (plain(&name), implemented_trait(&name));
        }
    }
}
