//! Which files there are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::{ScanRequest, Unread};

/// What a walk found.
pub(super) struct Walked {
    /// Relative to the root, sorted.
    pub(super) files: Vec<String>,
    pub(super) unread: Vec<Unread>,
}

/// All Rust files and manifests that are not ignored. Links are not followed, and folders that hold a `CACHEDIR.TAG`, as
/// target directories do, are left out; so are crates of others that the project carries, which are not its own code.
pub(super) fn walk(request: &ScanRequest<'_>) -> Walked {
    let mut walked = Walked { files: Vec::new(), unread: Vec::new() };
    let mut overrides = OverrideBuilder::new(request.root);
    for pattern in request.exclude {
        // An override ignores what it names behind a `!`.
        if let Err(error) = overrides.add(&format!("!{pattern}")) {
            walked.unread.push(Unread { path: pattern.clone(), reason: error.to_string() });
        }
    }
    let mut builder = WalkBuilder::new(request.root);
    if let Ok(overrides) = overrides.build() {
        builder.overrides(overrides);
    }
    let skip: Vec<_> = request.skip.to_vec();
    let own: Vec<PathBuf> =
        request.packages.iter().map(|package| request.root.join(&package.directory)).collect();
    let root = request.root.to_owned();
    let carried: Arc<Mutex<BTreeMap<(PathBuf, Carried), usize>>> = Arc::default();
    let seen = Arc::clone(&carried);
    builder.require_git(false).filter_entry(move |entry| {
        if entry.file_type().is_none_or(|kind| !kind.is_dir()) {
            return true;
        }
        let path = entry.path();
        if skip.iter().any(|folder| folder == path) || path.join("CACHEDIR.TAG").exists() {
            return false;
        }
        let why = if entry.depth() > 0 { carried_by(&root, path, &own) } else { None };
        if let (Some(why), Some(folder)) = (why, path.parent()) {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            *seen.entry((folder.to_owned(), why)).or_default() += 1;
        }
        why.is_none()
    });
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let name = entry.file_name().to_string_lossy();
                if !is_file || !(name.ends_with(".rs") || name == "Cargo.toml") {
                    continue;
                }
                let path = within(request.root, entry.path());
                match path.to_str() {
                    Some(path) => walked.files.push(path.replace('\\', "/")),
                    None => walked.unread.push(Unread {
                        path: path.to_string_lossy().into_owned(),
                        reason: "its name is not UTF-8".to_owned(),
                    }),
                }
            }
            Err(error) => walked.unread.push(Unread { path: String::new(), reason: error.to_string() }),
        }
    }
    walked.files.sort();
    for ((folder, why), crates) in &*carried.lock().unwrap_or_else(PoisonError::into_inner) {
        let path = within(request.root, folder).to_string_lossy().into_owned();
        let reason = match (why, crates) {
            (Carried::Vendored, 1) => "one crate that cargo vendored".to_owned(),
            (Carried::Vendored, crates) => format!("{crates} crates that cargo vendored"),
            (Carried::NoMember, 1) => "one crate that is no member of the workspace".to_owned(),
            (Carried::NoMember, crates) => format!("{crates} crates that are no members of the workspace"),
        };
        walked.unread.push(Unread { path, reason: format!("{reason}: not the project's own code") });
    }
    walked
}

/// How a crate of others is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Carried {
    /// By the file with checksums that `cargo vendor` writes into each crate.
    Vendored,
    /// By the name of a folder around it, and because it is none of the project's packages.
    NoMember,
}

/// The names of folders that hold code of others.
const OF_OTHERS: [&str; 6] = ["vendor", "vendored", "third_party", "third-party", "thirdparty", "3rdparty"];

/// Whether a folder is a crate of others. `own` are the folders of the project's packages.
fn carried_by(root: &Path, path: &Path, own: &[PathBuf]) -> Option<Carried> {
    if path.join(".cargo-checksum.json").exists() {
        return Some(Carried::Vendored);
    }
    // What lies in one of its packages is told by the folders within that package.
    let packages = own.iter().filter(|package| path.starts_with(package));
    let package = packages.max_by_key(|package| package.components().count());
    let around = within(package.map_or(root, PathBuf::as_path), path).parent()?;
    let is_of_others =
        around.iter().any(|folder| folder.to_str().is_some_and(|name| OF_OTHERS.contains(&name)));
    let holds_own = || own.iter().any(|package| package.starts_with(path));
    (is_of_others && path.join("Cargo.toml").exists() && !holds_own()).then_some(Carried::NoMember)
}

fn within<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
