//! Whose code a function is: by its source file first, by the crate that its name names second, by its module last.

mod path;
mod sources;

use perfaudit_result::{CodeOrigin, OriginKind};

pub use sources::{PackageSources, ProjectSources};

use super::frame::{COMPILER_CRATE, RawFunction};
use path::{Located, locate, shortened};

/// Crates of Rust's standard library, as symbols name them.
const STANDARD_CRATES: [&str; 10] = [
    COMPILER_CRATE,
    "alloc",
    "compiler_builtins",
    "core",
    "panic_abort",
    "panic_unwind",
    "proc_macro",
    "std",
    "std_detect",
    "test",
];

/// Where a function's code was loaded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loaded<'a> {
    /// From a program or library of the project.
    Built,
    /// From a library of the system, by file name.
    System(&'a str),
}

/// Whose code a function is, and its file without the folders of this machine.
pub(super) fn of_function(
    function: &RawFunction,
    loaded: Loaded<'_>,
    project: &ProjectSources,
) -> (CodeOrigin, Option<String>) {
    let origin = |kind, name: &str| CodeOrigin { kind, name: Some(name.to_owned()) };
    // Relative paths are those of the build: the project's, if it was built here, otherwise somebody else's.
    let tells = |file: &&str| loaded == Loaded::Built || file.starts_with('/');
    let located = function.file.as_deref().filter(tells).map(|file| locate(file, project));
    match located {
        Some(Located::Own { package, path }) => (origin(OriginKind::Own, &package), Some(path)),
        Some(Located::Dependency { package, path }) => (origin(OriginKind::Dependency, &package), Some(path)),
        Some(Located::Std { path }) => (origin(OriginKind::Std, "std"), Some(path)),
        Some(Located::SystemHeader { path }) => {
            let name = match loaded {
                Loaded::System(library) => Some(library.to_owned()),
                Loaded::Built => None,
            };
            (CodeOrigin { kind: OriginKind::System, name }, Some(path))
        }
        Some(Located::Elsewhere) | None => {
            let path = function.file.as_deref().map(|file| below_compiler(file, function.folder.as_deref()));
            (without_file(function, loaded, project), path)
        }
    }
}

fn without_file(function: &RawFunction, loaded: Loaded<'_>, project: &ProjectSources) -> CodeOrigin {
    let origin = |kind, name: &str| CodeOrigin { kind, name: Some(name.to_owned()) };
    if let Loaded::System(library) = loaded {
        return origin(OriginKind::System, library);
    }
    let Some(name) = function.crate_name.as_deref() else {
        return CodeOrigin { kind: OriginKind::Unknown, name: None };
    };
    if STANDARD_CRATES.contains(&name) {
        return origin(OriginKind::Std, "std");
    }
    let has = |package: &&PackageSources| package.crates.iter().any(|own| own == name);
    if let Some(package) = project.own.iter().find(has) {
        return origin(OriginKind::Own, &package.name);
    }
    // Nothing else than own packages, the standard library and dependencies goes into a program of the project.
    let known = project.dependencies.iter().find(has);
    origin(OriginKind::Dependency, known.map_or(name, |package| &package.name))
}

/// A path below the folder that the compiler ran in, or what may be shown of it.
fn below_compiler(file: &str, folder: Option<&str>) -> String {
    let below = folder.and_then(|folder| file.strip_prefix(folder)?.strip_prefix('/'));
    match below {
        Some(below) if !below.contains("..") => below.to_owned(),
        _ => shortened(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> ProjectSources {
        let package = |name: &str, crates: &[&str]| PackageSources {
            name: name.into(),
            version: None,
            directory: format!("/srv/me/{name}").into(),
            crates: crates.iter().map(|&name| name.to_owned()).collect(),
        };
        ProjectSources {
            root: "/srv/me/shop".into(),
            own: vec![package("shop", &["shop", "checkout_bench"])],
            ..ProjectSources::default()
        }
    }

    fn origin(
        crate_name: Option<&str>,
        file: Option<&str>,
        loaded: Loaded<'_>,
    ) -> (OriginKind, Option<String>) {
        let function = RawFunction {
            name: "f".into(),
            crate_name: crate_name.map(Into::into),
            file: file.map(Into::into),
            folder: Some("/build/glibc".into()),
            line: None,
        };
        let (origin, _) = of_function(&function, loaded, &project());
        (origin.kind, origin.name)
    }

    #[test]
    fn the_source_file_decides_before_the_symbol() {
        let file = "/srv/me/.cargo/registry/src/index-0/serde-1.0.0/src/ser.rs";
        let serde = (OriginKind::Dependency, Some("serde".to_owned()));
        assert_eq!(origin(Some("shop"), Some(file), Loaded::Built), serde);
    }

    #[test]
    fn without_a_file_the_crate_of_the_symbol_decides() {
        let own = (OriginKind::Own, Some("shop".to_owned()));
        assert_eq!(origin(Some("checkout_bench"), None, Loaded::Built), own);
        for standard in ["core", "__rustc"] {
            assert_eq!(
                origin(Some(standard), None, Loaded::Built),
                (OriginKind::Std, Some("std".to_owned()))
            );
        }
        let serde = (OriginKind::Dependency, Some("serde".to_owned()));
        assert_eq!(origin(Some("serde"), None, Loaded::Built), serde);
        assert_eq!(origin(None, None, Loaded::Built), (OriginKind::Unknown, None));
    }

    #[test]
    fn libraries_of_the_system_are_named_after_their_file() {
        let libc = (OriginKind::System, Some("libc.so.6".to_owned()));
        assert_eq!(origin(None, Some("/build/glibc/string/memcpy.c"), Loaded::System("libc.so.6")), libc);
        assert_eq!(origin(None, None, Loaded::System("libc.so.6")), libc);
    }

    #[test]
    fn a_relative_path_in_a_library_of_the_system_is_not_one_of_the_project() {
        let mut project = project();
        project.own[0].directory = project.root.clone();
        let function = RawFunction {
            name: "readdir".into(),
            crate_name: None,
            file: Some("../sysdeps/unix/readdir.c".into()),
            folder: Some("./dirent".into()),
            line: None,
        };
        let (origin, _) = of_function(&function, Loaded::System("libc.so.6"), &project);
        assert_eq!(origin.kind, OriginKind::System);
    }

    #[test]
    fn files_of_the_system_are_shown_below_the_folder_of_their_compiler() {
        assert_eq!(below_compiler("/build/glibc/string/memcpy.c", Some("/build/glibc")), "string/memcpy.c");
        assert_eq!(below_compiler("/build/glibc/../x.c", Some("/build/glibc")), "x.c");
        assert_eq!(below_compiler("/elsewhere/x.c", None), "x.c");
    }
}
