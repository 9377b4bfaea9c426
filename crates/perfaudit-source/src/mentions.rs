//! What the source of a benchmark names.
//!
//! Names are not resolved: a function counts as benchmarked when its name is called or passed on, by a path or after an
//! import that fits. The words of macros count like all others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ra_ap_syntax::ast::{self, AstNode as _};
use ra_ap_syntax::{Edition, NodeOrToken, SyntaxKind, SyntaxToken, T};

use crate::api::PublicFunction;
use crate::error::SourceError;
use crate::items::{ImportName, use_paths};
use crate::tree;

/// Criterion's own methods: `b.iter(...)` says nothing about an `iter` of the library.
const OF_THE_HARNESS: [&str; 14] = [
    "bench",
    "bench_function",
    "bench_with_input",
    "benchmark_group",
    "finish",
    "iter",
    "iter_batched",
    "iter_batched_ref",
    "iter_custom",
    "iter_with_large_drop",
    "iter_with_setup",
    "measurement_time",
    "sample_size",
    "throughput",
];

/// What the source of one benchmark target names.
#[derive(Debug)]
pub struct Mentions {
    file: PathBuf,
    /// `qualifier::name`
    paths: BTreeSet<(String, String)>,
    /// `.name(`
    methods: BTreeSet<String>,
    /// A name without a path that is called or passed on.
    plain: BTreeSet<String>,
    /// Imported paths, and what is imported whole.
    imports: Vec<(Vec<String>, ImportName)>,
}

/// By what a function is known to have a benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The source of the benchmark.
    pub file: PathBuf,
}

impl Mentions {
    /// Reads the source of a benchmark target; `shown` is how its file is called in answers.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path, shown: &Path, edition: Edition) -> Result<Self, SourceError> {
        tree::on_a_deep_stack(|| {
            let text = tree::read(path)?;
            Ok(Self::of(&tree::parse_file(&text, path, edition)?, shown))
        })?
    }

    fn of(file: &ast::SourceFile, shown: &Path) -> Self {
        let mut mentions = Self {
            file: shown.to_owned(),
            paths: BTreeSet::new(),
            methods: BTreeSet::new(),
            plain: BTreeSet::new(),
            imports: Vec::new(),
        };
        let mut ends = usize::from(file.syntax().text_range().start());
        for node in file.syntax().descendants() {
            if let Some(item) = ast::Use::cast(node) {
                mentions.imports.extend(item.use_tree().iter().flat_map(use_paths));
            }
        }
        let mut tokens: Vec<SyntaxToken> = Vec::new();
        let all = file.syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token);
        for token in all.filter(|token| !token.kind().is_trivia()) {
            if usize::from(token.text_range().start()) < ends {
                continue;
            }
            if token.kind() == T![use] {
                // To the end of the declaration.
                if let Some(item) = token.parent().and_then(ast::Use::cast) {
                    ends = usize::from(item.syntax().text_range().end());
                    continue;
                }
            }
            tokens.push(token);
        }
        for (i, token) in tokens.iter().enumerate() {
            if token.kind() == SyntaxKind::IDENT {
                mentions.name(token.text().trim_start_matches("r#"), &tokens[..i], &tokens[i + 1..]);
            }
        }
        mentions
    }

    fn name(&mut self, name: &str, before: &[SyntaxToken], after: &[SyntaxToken]) {
        let last = |n: usize| before.len().checked_sub(n).map_or(SyntaxKind::EOF, |at| before[at].kind());
        let next = after.first().map_or(SyntaxKind::EOF, SyntaxToken::kind);
        // `::` is one token in a tree and two in the arguments of a macro.
        let colons = match (last(1), last(2)) {
            (T![::], _) => 1,
            (T![:], T![:]) => 2,
            _ => 0,
        };
        if colons > 0 {
            if let Some(qualifier) = before.len().checked_sub(colons + 1).map(|at| before[at].text()) {
                self.paths.insert((qualifier.to_owned(), name.to_owned()));
            }
        } else if last(1) == T![.] {
            if next == T!['('] || next == T![::] || next == T![:] {
                self.methods.insert(name.to_owned());
            }
        } else if last(1) != T![fn] && matches!(next, T!['('] | T![,] | T![')'] | T![::] | T![;]) {
            self.plain.insert(name.to_owned());
        }
    }

    /// By what a function of a library is known to be benchmarked here, if it is.
    #[must_use]
    pub fn of_function(&self, function: &PublicFunction) -> Option<Mention> {
        let name = function.name();
        let library = function.path.split("::").next().unwrap_or_default();
        let named = match function.type_name() {
            Some(ty) => {
                self.by_path(name, |qualifier| qualifier == ty || self.renames(ty, qualifier))
                    || (self.methods.contains(name) && !OF_THE_HARNESS.contains(&name))
            }
            None => {
                let of_a_module = |qualifier: &str| !qualifier.starts_with(char::is_uppercase);
                self.by_path(name, of_a_module)
                    || self.imports.iter().any(|(path, import)| match import {
                        ImportName::Named(as_name) => {
                            path.last().is_some_and(|last| last == name) && self.plain.contains(as_name)
                        }
                        ImportName::Glob => {
                            path.first().is_some_and(|first| first == library) && self.plain.contains(name)
                        }
                    })
            }
        };
        named.then(|| Mention { file: self.file.clone() })
    }

    fn by_path(&self, name: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.paths.iter().any(|(qualifier, named)| named == name && fits(qualifier))
    }

    /// `use library::Type as Other`
    fn renames(&self, ty: &str, other: &str) -> bool {
        self.imports.iter().any(|(path, name)| {
            path.last().is_some_and(|last| last == ty) && *name == ImportName::Named(other.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CfgSet, LibrarySource};

    #[test]
    fn a_function_is_benchmarked_when_a_benchmark_names_it_by_path_call_or_import() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let library = write(
            "lib.rs",
            "pub fn by_path() {} pub fn imported() {} pub fn renamed() {} pub fn in_macro() {} pub fn unused() {}
             pub fn new() {} pub fn same_name() {}
             pub struct S; impl S { pub fn make() -> S { x() } pub fn method(&self) {} pub fn iter(&self) {}
             pub fn field(&self) {} }",
        );
        let bench = write(
            "bench.rs",
            "use lib::{imported, renamed as other, unused, S as T};
             fn same_name(c: &mut Criterion) { c.bench_function(\"unused\", |b| b.iter(|| lib::by_path()));
             b.iter(imported); other(Vec::new()); assert_eq!(1, lib::in_macro()); T::make().method(); s.field; }
             criterion_group!(benches, same_name);",
        );
        let mentions = Mentions::read(&bench, Path::new("benches/bench.rs"), Edition::Edition2021).unwrap();
        let source = LibrarySource::read("lib", &library, Edition::Edition2021, &CfgSet::default()).unwrap();
        let named: Vec<String> = source
            .public_functions()
            .iter()
            .filter(|function| mentions.of_function(function).is_some())
            .map(|function| function.path.clone())
            .collect();
        let expected = ["S::make", "S::method", "by_path", "imported", "in_macro", "renamed"];
        assert_eq!(named, expected.map(|path| format!("lib::{path}")));
    }
}
