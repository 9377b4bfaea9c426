//! What a user of a library can call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use crate::items::{FunctionId, ImportName, ItemKind, LibrarySource, Location, ModuleId, TypeId};

/// A function, method or constructor that a user of the library can name.
#[derive(Debug, Clone)]
pub struct PublicFunction {
    /// The shortest public path, the library's name first.
    pub path: String,
    /// Where it is defined.
    pub location: Location,
    /// Why no benchmark is to be made of it, as far as attributes and qualifiers tell.
    pub left_out: Option<LeftOut>,
    pub(crate) id: FunctionId,
    /// The type and the `impl` block it belongs to.
    pub(crate) owner: Option<Owner>,
}

/// Where an associated function belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) ty: TypeId,
    pub(crate) block: usize,
}

impl PublicFunction {
    /// The name of the function itself.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or(&self.path)
    }

    /// The type it belongs to, without its modules, if it is an associated function.
    #[must_use]
    pub fn type_name(&self) -> Option<&str> {
        self.owner.and_then(|_| self.path.rsplit("::").nth(1))
    }
}

/// Why no benchmark is made of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Its `cfg` does not hold with the features that are on.
    Cfg(String),
    /// `#[doc(hidden)]`.
    Hidden,
    /// `#[deprecated]`.
    Deprecated,
    /// What it requires is known to its documentation only.
    Unsafe,
    /// It needs an executor.
    Async,
    /// A `const fn` that neither calls nor repeats anything.
    Trivial,
    /// A value of a parameter cannot be made; which, and why.
    Parameter {
        /// Its name, or `self`.
        name: String,
        /// Why.
        why: String,
    },
    /// What it returns is for the caller to choose.
    OutputNotInferred(String),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cfg(predicate) => write!(f, "compiled only with cfg({predicate})"),
            Self::Hidden => f.write_str("hidden from documentation"),
            Self::Deprecated => f.write_str("deprecated"),
            Self::Unsafe => f.write_str("unsafe: what it requires is not known"),
            Self::Async => f.write_str("async: needs an executor"),
            Self::Trivial => f.write_str("const and trivial: calls nothing, repeats nothing"),
            Self::Parameter { name, why } => write!(f, "`{name}`: {why}"),
            Self::OutputNotInferred(parameter) => {
                write!(f, "its caller chooses `{parameter}`, which no parameter tells")
            }
        }
    }
}

/// Public paths of what can be named, the shortest for each.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    pub(crate) types: BTreeMap<TypeId, Named>,
    functions: BTreeMap<FunctionId, Named>,
}

/// A public path.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) path: String,
    hidden: bool,
}

impl LibrarySource {
    /// Everything public, by path. Functions of traits and what macros define is not among it.
    #[must_use]
    pub fn public_functions(&self) -> Vec<PublicFunction> {
        let paths = self.public_paths();
        let mut found: Vec<PublicFunction> = paths
            .functions
            .iter()
            .map(|(&id, named)| self.public_function(id, named.path.clone(), named.hidden, None))
            .collect();
        for (block, implementation) in self.impls.iter().enumerate() {
            if implementation.trait_path.is_some() {
                continue;
            }
            let Some(ty) = self.type_of(implementation.module, &implementation.of) else { continue };
            let Some(named) = paths.types.get(&ty) else { continue };
            for &id in implementation.functions.iter().filter(|id| self.functions[id.0].public) {
                let path = format!("{}::{}", named.path, self.functions[id.0].name);
                found.push(self.public_function(id, path, named.hidden, Some(Owner { ty, block })));
            }
        }
        found.sort_by(|a, b| (&a.path, &a.location).cmp(&(&b.path, &b.location)));
        found
    }

    fn public_function(
        &self,
        id: FunctionId,
        path: String,
        hidden: bool,
        owner: Option<Owner>,
    ) -> PublicFunction {
        let function = &self.functions[id.0];
        let marks = &function.marks;
        let left_out = if let Some(predicate) = &marks.left_out_by {
            Some(LeftOut::Cfg(predicate.clone()))
        } else if hidden || marks.hidden {
            Some(LeftOut::Hidden)
        } else if marks.deprecated {
            Some(LeftOut::Deprecated)
        } else if marks.has_contract {
            Some(LeftOut::Unsafe)
        } else if marks.is_async {
            Some(LeftOut::Async)
        } else {
            marks.constant.then_some(LeftOut::Trivial)
        };
        PublicFunction { path, location: function.location.clone(), left_out, id, owner }
    }

    pub(crate) fn public_paths(&self) -> &Paths {
        self.paths.get_or_init(|| self.find_public_paths())
    }

    fn find_public_paths(&self) -> Paths {
        let mut paths = Paths::default();
        let mut seen = BTreeSet::new();
        // Breadth first, so that the first path found is the shortest; what is not hidden goes before what is.
        let mut open = VecDeque::from([(ModuleId(0), Named { path: self.name.clone(), hidden: false })]);
        while let Some((module, at)) = open.pop_front() {
            if !seen.insert((module, at.hidden)) {
                continue;
            }
            for (name, kind, hidden) in self.public_names(module) {
                let named = Named { path: format!("{}::{name}", at.path), hidden: at.hidden || hidden };
                let better = |known: Option<&Named>| known.is_none_or(|known| known.hidden && !named.hidden);
                match kind {
                    ItemKind::Module(inner) => open.push_back((inner, named)),
                    ItemKind::Type(id) if better(paths.types.get(&id)) => {
                        paths.types.insert(id, named);
                    }
                    ItemKind::Function(id) if better(paths.functions.get(&id)) => {
                        paths.functions.insert(id, named);
                    }
                    ItemKind::Type(_) | ItemKind::Function(_) => {}
                }
            }
        }
        paths
    }

    /// The names that a module offers to everybody, with what they mean and whether they are hidden.
    fn public_names(&self, module: ModuleId) -> Vec<(String, ItemKind, bool)> {
        let mut names = Vec::new();
        let mut globs = BTreeSet::new();
        let mut open = vec![(module, false)];
        while let Some((from, hidden)) = open.pop() {
            if !globs.insert(from) {
                continue;
            }
            let module = &self.modules[from.0];
            let public = module.items.iter().filter(|(_, item)| item.public);
            names.extend(public.map(|(name, item)| (name.clone(), item.kind, hidden || item.hidden)));
            for import in module.imports.iter().filter(|import| import.public) {
                let Some(target) = self.resolve(from, &import.path) else { continue };
                let hidden = hidden || import.hidden;
                match (&import.name, target) {
                    (ImportName::Named(name), kind) => names.push((name.clone(), kind, hidden)),
                    (ImportName::Glob, ItemKind::Module(inner)) => open.push((inner, hidden)),
                    (ImportName::Glob, _) => {}
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use crate::{CfgSet, Edition, LibrarySource};

    /// `path: reason` for each public function of a library of these files, the first of which is its root.
    fn api(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let cfg = CfgSet::new("unix\n", ["std"]);
        let root = folder.path().join(files[0].0);
        let source = LibrarySource::read("lib", &root, Edition::Edition2021, &cfg).unwrap();
        assert!(source.unread.is_empty(), "{:?}", source.unread);
        let told = |function: crate::PublicFunction| match function.left_out {
            Some(reason) => format!("{}: {reason}", function.path),
            None => function.path,
        };
        source.public_functions().into_iter().map(told).collect()
    }

    #[test]
    fn modules_are_found_in_files_as_the_compiler_finds_them() {
        let found = api(&[
            (
                "lib.rs",
                "pub mod a; pub mod b; #[path = \"odd/c_file.rs\"] pub mod c; pub mod d { pub mod e; }",
            ),
            ("a.rs", "pub mod inner; pub fn f() { g() }"),
            ("a/inner.rs", "pub fn f(x: u8) {}"),
            ("b/mod.rs", "pub mod inner;"),
            ("b/inner.rs", "pub fn f(x: u8) {}"),
            ("odd/c_file.rs", "pub mod beside; pub fn f(x: u8) {}"),
            ("odd/beside.rs", "pub fn f(x: u8) {}"),
            ("d/e.rs", "pub fn f(x: u8) {}"),
        ]);
        let expected = ["a::f", "a::inner::f", "b::inner::f", "c::beside::f", "c::f", "d::e::f"];
        assert_eq!(found, expected.map(|path| format!("lib::{path}")));
    }

    #[test]
    fn what_is_re_exported_has_its_public_path() {
        let found = api(&[(
            "lib.rs",
            "mod a { pub fn f() {} pub fn g() {} pub mod b { pub struct S; impl S { pub fn m(&self) {} fn p() {} } } }
             mod c { pub fn h() {} pub(crate) fn i() {} mod d { pub fn j() {} } pub use self::d::j as k; }
             pub use a::{f as renamed, b::{self, S as T}};
             pub use c::*;
             pub use std::mem::swap;
             fn private() {} pub mod circle { pub use super::circle as again; pub use super::*; }",
        )]);
        assert_eq!(found, ["lib::T::m", "lib::h", "lib::k", "lib::renamed"]);
    }

    #[test]
    fn what_is_left_out_has_a_reason() {
        let found = api(&[(
            "lib.rs",
            "#[cfg(test)] mod tests { pub fn t() {} }
             #[cfg(all(unix, not(feature = \"no\")))] pub fn on() {}
             #[cfg(feature = \"off\")] pub fn off() {}
             #[cfg_attr(unix, doc(hidden))] pub fn hidden() {}
             #[doc(hidden)] pub mod private { pub fn f() {} }
             #[deprecated(note = \"x\")] pub fn old() {}
             pub unsafe  fn raw() {}
             pub async fn later() {}
             pub const fn zero() -> u8 { 0 }
             pub const fn works() -> u8 { zero() }",
        )]);
        let expected = [
            "hidden: hidden from documentation",
            "later: async: needs an executor",
            "off: compiled only with cfg(feature = \"off\")",
            "old: deprecated",
            "on",
            "private::f: hidden from documentation",
            "raw: unsafe: what it requires is not known",
            "works",
            "zero: const and trivial: calls nothing, repeats nothing",
        ];
        assert_eq!(found, expected.map(|line| format!("lib::{line}")));
    }

    #[test]
    fn broken_source_gives_what_can_be_read_of_it() {
        let found =
            api(&[("lib.rs", "pub fn a( { pub fn b() {} } struct ; impl { pub fn } \n pub fn c() {}")]);
        assert!(found.contains(&"lib::c".to_owned()), "{found:?}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_reading_panic(words in proptest::collection::vec(
            proptest::sample::select(vec!["pub", "fn", "f", "(", ")", "{", "}", "use", "::", "*", "self", "super",
                "crate", "impl", "struct", "S", "<", ">", "&", "mut", "mod", "#[cfg(", "\"", "'a", ":", ";", "->",
                "as", "_", "r#", "#![path = \"", "where", "T", ",", "dyn", "for"]), 0..60)) {
            api(&[("lib.rs", &words.join(" ").replace("mod", "mod_"))]);
        }
    }
}
