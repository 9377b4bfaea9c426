//! Whose code a source file is, by its path.

use std::path::{Path, PathBuf};

use super::sources::{PackageSources, ProjectSources, normal};

/// Whose file it is, and its path without the folders of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Located {
    Own {
        package: String,
        path: String,
    },
    Dependency {
        package: String,
        path: String,
    },
    Std {
        path: String,
    },
    /// A header of the system's compiler or libraries.
    SystemHeader {
        path: String,
    },
    /// It cannot be told from the path.
    Elsewhere,
}

/// Whose file it is.
pub(super) fn locate(raw: &str, project: &ProjectSources) -> Located {
    let path = normal(raw);
    let path = if path.is_absolute() { path } else { project.root.join(path) };
    let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap_or("?")).skip(1).collect();
    standard(&parts)
        .or_else(|| generated(&parts, project))
        .or_else(|| longest(&project.dependencies, &path).map(|package| of_dependency(package, &path)))
        .or_else(|| kept_by_cargo(&parts))
        .or_else(|| own(&path, project))
        .or_else(|| system_header(&parts))
        .unwrap_or(Located::Elsewhere)
}

/// Files of Rust's standard library, and of the packages built into it.
fn standard(parts: &[&str]) -> Option<Located> {
    let std = |rest: &[&str]| (!rest.is_empty()).then(|| Located::Std { path: rest.join("/") });
    match parts {
        ["rustc", hash, rest @ ..] if is_hex(hash, 8) => std(rest),
        ["rust", "deps", rest @ ..] => std(rest),
        _ => {
            let sources = ["lib", "rustlib", "src", "rust"];
            let at = parts.windows(sources.len()).position(|window| window == sources)?;
            std(&parts[at + sources.len()..])
        }
    }
}

/// Files that a build script wrote: `build/NAME-HASH/out/...`.
fn generated(parts: &[&str], project: &ProjectSources) -> Option<Located> {
    let at = parts
        .windows(3)
        .position(|window| window[0] == "build" && window[2] == "out" && without_hash(window[1]).is_some())?;
    let package = without_hash(parts[at + 1])?.to_owned();
    let path = [&[package.as_str()], &parts[at + 2..]].concat().join("/");
    let is_own = project.own.iter().any(|own| own.name == package);
    Some(if is_own { Located::Own { package, path } } else { Located::Dependency { package, path } })
}

/// Files in the folders that cargo downloads packages to, and in those that `cargo vendor` makes.
fn kept_by_cargo(parts: &[&str]) -> Option<Located> {
    let after = |wanted: &[&str]| {
        let at = parts.windows(wanted.len()).rposition(|window| window == wanted)?;
        Some(&parts[at + wanted.len()..])
    };
    // The folder of the index comes between.
    if let Some([_, package, rest @ ..]) = after(&["registry", "src"])
        && !rest.is_empty()
    {
        let path = [&[*package], rest].concat().join("/");
        return Some(Located::Dependency { package: without_version(package).to_owned(), path });
    }
    if let Some([repository, _, rest @ ..]) = after(&["git", "checkouts"])
        && !rest.is_empty()
    {
        let name = without_hash(repository).unwrap_or(repository);
        let path = [&[name], rest].concat().join("/");
        return Some(Located::Dependency { package: name.to_owned(), path });
    }
    if let Some([package, rest @ ..]) = after(&["vendor"])
        && rest.contains(&"src")
    {
        let path = [&[*package], rest].concat().join("/");
        return Some(Located::Dependency { package: without_version(package).to_owned(), path });
    }
    None
}

fn own(path: &Path, project: &ProjectSources) -> Option<Located> {
    let package = longest(&project.own, path)?;
    let shown = match path.strip_prefix(&project.root) {
        Ok(relative) => text(relative),
        Err(_) => format!("{}/{}", package.name, below(package, path)),
    };
    Some(Located::Own { package: package.name.clone(), path: shown })
}

fn of_dependency(package: &PackageSources, path: &Path) -> Located {
    let folder = match &package.version {
        Some(version) => format!("{}-{version}", package.name),
        None => package.name.clone(),
    };
    Located::Dependency { package: package.name.clone(), path: format!("{folder}/{}", below(package, path)) }
}

fn system_header(parts: &[&str]) -> Option<Located> {
    let include = parts.iter().position(|part| *part == "include")?;
    matches!(parts.first(), Some(&"usr" | &"opt"))
        .then(|| Located::SystemHeader { path: parts[include..].join("/") })
}

/// The package whose folder holds the path, the innermost one.
fn longest<'a>(packages: &'a [PackageSources], path: &Path) -> Option<&'a PackageSources> {
    let holding = packages.iter().filter(|package| path.starts_with(&package.directory));
    holding.max_by_key(|package| package.directory.as_os_str().len())
}

fn below(package: &PackageSources, path: &Path) -> String {
    path.strip_prefix(&package.directory).map_or_else(|_| last(path), text)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The file name of a path.
pub(super) fn last(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The part of an unknown path that may be shown: below the folder of its package's sources when there is one,
/// otherwise the bare name.
pub(super) fn shortened(raw: &str) -> String {
    let path: PathBuf = normal(raw);
    let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap_or("?")).collect();
    match parts.iter().rposition(|part| *part == "src") {
        Some(at) if at >= 2 => parts[at - 1..].join("/"),
        _ => last(&path),
    }
}

fn is_hex(text: &str, least: usize) -> bool {
    text.len() >= least && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `name` of `name-0123456789abcdef`.
fn without_hash(folder: &str) -> Option<&str> {
    let (name, hash) = folder.rsplit_once('-')?;
    (is_hex(hash, 16) && !name.is_empty()).then_some(name)
}

/// `name` of `name-1.2.3`, with or without a pre-release.
fn without_version(folder: &str) -> &str {
    let starts_version = |at: &usize| {
        let mut numbers = folder[at + 1..].splitn(3, '.');
        let numeric = |text: Option<&str>| {
            text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        };
        numeric(numbers.next())
            && numeric(numbers.next())
            && numbers.next().is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let dash = folder.match_indices('-').map(|(at, _)| at).find(starts_version);
    dash.filter(|&at| at > 0).map_or(folder, |at| &folder[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> ProjectSources {
        let package = |name: &str, version: Option<&str>, directory: &str| PackageSources {
            name: name.into(),
            version: version.map(Into::into),
            directory: directory.into(),
            crates: vec![name.replace('-', "_")],
        };
        ProjectSources {
            root: "/srv/me/shop".into(),
            own: vec![
                package("shop", None, "/srv/me/shop"),
                package("cart", None, "/srv/me/shop/crates/cart"),
            ],
            dependencies: vec![package("twin", Some("2.0.0"), "/srv/me/twin")],
            built: vec!["/srv/me/shop/target".into()],
            program: None,
        }
    }

    fn at(path: &str) -> Located {
        locate(path, &project())
    }

    fn dependency(package: &str, path: &str) -> Located {
        Located::Dependency { package: package.into(), path: path.into() }
    }

    #[test]
    fn own_files_are_relative_to_the_project_and_belong_to_the_innermost_package() {
        let cart = Located::Own { package: "cart".into(), path: "crates/cart/src/lib.rs".into() };
        assert_eq!(at("/srv/me/shop/crates/cart/src/lib.rs"), cart);
        assert_eq!(at("/srv/me/shop/./crates/x/../cart/src/lib.rs"), cart);
        assert_eq!(at("crates/cart/src/lib.rs"), cart);
        let shop = Located::Own { package: "shop".into(), path: "src/main.rs".into() };
        assert_eq!(at("/srv/me/shop/src/main.rs"), shop);
    }

    #[test]
    fn dependencies_are_told_by_the_folder_that_holds_them() {
        let index = "/srv/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
        assert_eq!(
            at(&format!("{index}/serde_json-1.0.140/src/de.rs")),
            dependency("serde_json", "serde_json-1.0.140/src/de.rs")
        );
        assert_eq!(
            at(&format!("{index}/rand-core-2-0.10.0-rc.1/src/lib.rs")),
            dependency("rand-core-2", "rand-core-2-0.10.0-rc.1/src/lib.rs")
        );
        assert_eq!(
            at("/srv/me/.cargo/git/checkouts/tool-0123456789abcdef/89abcde/src/x.rs"),
            dependency("tool", "tool/src/x.rs")
        );
        assert_eq!(at("/srv/me/shop/vendor/log/src/lib.rs"), dependency("log", "log/src/lib.rs"));
        assert_eq!(at("/srv/me/twin/src/lib.rs"), dependency("twin", "twin-2.0.0/src/lib.rs"));
    }

    #[test]
    fn files_that_build_scripts_wrote_belong_to_their_package() {
        let built = "/srv/me/shop/target/release/build";
        let cart = Located::Own { package: "cart".into(), path: "cart/out/tables.rs".into() };
        assert_eq!(at(&format!("{built}/cart-0123456789abcdef/out/tables.rs")), cart);
        assert_eq!(
            at(&format!("{built}/typenum-0123456789abcdef/out/consts.rs")),
            dependency("typenum", "typenum/out/consts.rs")
        );
    }

    #[test]
    fn the_standard_library_is_known_by_where_it_was_built_and_where_its_sources_are() {
        let std = Located::Std { path: "library/core/src/slice/mod.rs".into() };
        assert_eq!(at("/rustc/59807616e1a8a5c9cd4d4b4c8d1d8d5e0c5ad4cb/library/core/src/slice/mod.rs"), std);
        assert_eq!(
            at("/srv/me/.rustup/toolchains/x/lib/rustlib/src/rust/library/core/src/slice/mod.rs"),
            std
        );
        let hashbrown = Located::Std { path: "hashbrown-0.15.5/src/raw.rs".into() };
        assert_eq!(at("/rust/deps/hashbrown-0.15.5/src/raw.rs"), hashbrown);
    }

    #[test]
    fn what_is_not_known_is_not_guessed_and_shows_no_folder_of_the_machine() {
        assert_eq!(at("/build/glibc-2.36/string/memcpy.c"), Located::Elsewhere);
        assert_eq!(shortened("/build/glibc-2.36/string/memcpy.c"), "memcpy.c");
        assert_eq!(shortened("/srv/someone/lib/src/a/b.rs"), "lib/src/a/b.rs");
        let header = Located::SystemHeader { path: "include/c++/12/bits/stl_vector.h".into() };
        assert_eq!(at("/usr/include/c++/12/bits/stl_vector.h"), header);
    }
}
