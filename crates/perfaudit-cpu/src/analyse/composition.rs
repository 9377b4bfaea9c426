//! What kind of work the time goes into.

use perfaudit_result::{CpuProfile, Function, NamedShare, OriginKind};

use super::hotspots::named_shares;
use super::names::{implemented_trait, is_below, method, plain};

/// A kind of work. Each sample has one: the outermost frame that is cloning, dropping or allocating decides, so that
/// memory allocated by a clone counts as cloning; without such a frame, the innermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// In `Clone::clone`, `to_owned`, `to_vec` or what they call.
    Clone,
    /// In `drop_in_place`, `Drop::drop` or what they call.
    Drop,
    /// In an allocator, called by neither of these.
    Allocation,
    /// In the loop, the clock or `black_box` of a harness.
    Harness,
    /// Code of the project, and standard library code that it calls, directly or inlined.
    Own,
    /// Code of dependencies, and standard library code that they call.
    Dependency,
    /// Anything else: standard library, system, kernel without a caller that is known.
    Other,
}

impl Activity {
    const ALL: [Self; 7] =
        [Self::Clone, Self::Drop, Self::Allocation, Self::Harness, Self::Own, Self::Dependency, Self::Other];

    /// In words, for reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::Drop => "drop",
            Self::Allocation => "allocation",
            Self::Harness => "harness",
            Self::Own => "own code",
            Self::Dependency => "dependencies",
            Self::Other => "other",
        }
    }
}

/// The shares of kinds of work, most first; together they make 1. Names are those of [`Activity::label`].
#[must_use]
pub fn composition(profile: &CpuProfile) -> Vec<NamedShare> {
    let of_function: Vec<Activity> = (profile.functions.iter())
        .map(|function| activity(function, profile.origins[function.origin as usize].kind))
        .collect();
    let mut of_node: Vec<Activity> = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let here = of_function[profile.frames[node.frame as usize].function as usize];
        let above = node.parent.map_or(Activity::Other, |parent| of_node[parent as usize]);
        let decided = match (above, here) {
            (Activity::Clone | Activity::Drop | Activity::Allocation, _) => above,
            // Standard library and system code works for whoever called it.
            (_, Activity::Other) => above,
            _ => here,
        };
        of_node.push(decided);
    }
    let named = Activity::ALL.map(|activity| (activity.label(), activity));
    named_shares(profile, &named, |_, run| of_node[run.node as usize])
}

fn activity(function: &Function, kind: OriginKind) -> Activity {
    let name = plain(&function.name);
    if is_clone(&function.name, &name, kind) {
        return Activity::Clone;
    }
    if is_drop(&function.name, &name, kind) {
        return Activity::Drop;
    }
    let file = function.file.as_deref().unwrap_or_default();
    if is_allocation(&name, file, kind) {
        return Activity::Allocation;
    }
    let harness = ["criterion", "divan", "test::bench", "core::hint::black_box", "std::time::Instant"];
    let is_black_box = kind == OriginKind::Std && method(&name) == "black_box";
    if is_black_box || (kind != OriginKind::Own && harness.iter().any(|path| is_below(&name, path))) {
        return Activity::Harness;
    }
    match kind {
        OriginKind::Own => Activity::Own,
        OriginKind::Dependency => Activity::Dependency,
        OriginKind::Std | OriginKind::System | OriginKind::Kernel | OriginKind::Unknown => Activity::Other,
    }
}

fn is_clone(name: &str, plain: &str, kind: OriginKind) -> bool {
    const TRAITS: [&str; 3] = ["core::clone::Clone", "alloc::borrow::ToOwned", "core::clone::CloneToUninit"];
    if let Some(implemented) = implemented_trait(name) {
        return TRAITS.contains(&implemented.as_str());
    }
    // Inlined functions have no trait in debug information: a method of that name, or a copy by the library.
    let copies = ["to_owned", "to_vec", "to_vec_in", "cloned", "clone_into"];
    method(plain) == "clone" || (kind == OriginKind::Std && copies.contains(&method(plain)))
}

fn is_drop(name: &str, plain: &str, kind: OriginKind) -> bool {
    (kind == OriginKind::Std && ["drop_in_place", "drop_glue", "drop"].contains(&method(plain)))
        || implemented_trait(name).is_some_and(|implemented| implemented == "core::ops::drop::Drop")
}

pub(super) fn is_allocation(plain: &str, file: &str, kind: OriginKind) -> bool {
    const LIBC: [&str; 12] = [
        "malloc",
        "calloc",
        "realloc",
        "free",
        "cfree",
        "aligned_alloc",
        "posix_memalign",
        "memalign",
        "_int_malloc",
        "_int_free",
        "_int_realloc",
        "malloc_consolidate",
    ];
    const RUST: [&str; 4] = ["__rust_", "__rdl_", "__rg_", "__rustc::__r"];
    const OTHERS: [&str; 3] = ["mi_", "je_", "_rjem_"];
    let base = method(plain);
    let libc = base.trim_start_matches("__GI_").trim_start_matches("__libc_");
    let is_system = matches!(kind, OriginKind::System | OriginKind::Unknown);
    (is_system && LIBC.contains(&libc))
        || (kind != OriginKind::Own && OTHERS.iter().any(|prefix| base.starts_with(prefix)))
        || RUST.iter().any(|prefix| plain.starts_with(prefix) && plain.contains("alloc"))
        || (kind == OriginKind::Std && (is_below(plain, "alloc::alloc") || is_below(plain, "alloc::raw_vec")))
        || (kind == OriginKind::Std
            && ["alloc/src/alloc.rs", "alloc/src/raw_vec"].iter().any(|part| file.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::testing::repeated;

    #[test]
    fn eighty_percent_in_clone_are_told_with_the_allocations_it_makes() {
        let iter = "t dep:criterion||1|criterion::bencher::Bencher<M>::iter";
        let clone = "std||1|<alloc::vec::Vec<T> as core::clone::Clone>::clone";
        let lines = [
            format!("{iter};own:mine||1|b::bench;{clone};sys:libc.so.6||0|__GI___libc_malloc 3"),
            format!("{iter};own:mine||1|b::bench;{clone} 5"),
            format!("{iter};own:mine||1|parse;std||1|core::str::find 1"),
            format!("{iter};std||1|core::ptr::drop_in_place<T>;sys:libc.so.6||0|_int_free 1"),
        ];
        let sampled = repeated(20, &lines.each_ref().map(String::as_str));
        let found: Vec<(String, Option<f64>)> =
            composition(&sampled).into_iter().map(|share| (share.name, share.share.value())).collect();
        let expected = [("clone", 0.8), ("drop", 0.1), ("own code", 0.1)];
        assert_eq!(found, expected.map(|(name, share)| (name.to_owned(), Some(share))));
    }

    #[test]
    fn an_empty_benchmark_is_all_harness_and_allocators_are_known_by_name() {
        let sampled = repeated(
            20,
            &[
                "t dep:criterion||1|criterion::bencher::Bencher<M>::iter 6",
                "t dep:criterion||1|criterion::bencher::Bencher<M>::iter;std||1|core::hint::black_box 2",
                "t work;std||1|__rustc::__rust_alloc 1",
                "t work;?||0|realloc 1",
            ],
        );
        let found = composition(&sampled);
        assert_eq!((found[0].name.as_str(), found[0].share.value()), ("harness", Some(0.8)));
        assert_eq!((found[1].name.as_str(), found[1].share.value()), ("allocation", Some(0.2)));
    }
}
