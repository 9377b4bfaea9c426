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
/// target directories do, are left out; so are crates that `cargo vendor` wrote, which are not the project's own code.
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
    let vendored: Arc<Mutex<BTreeMap<PathBuf, usize>>> = Arc::default();
    let seen = Arc::clone(&vendored);
    builder.require_git(false).filter_entry(move |entry| {
        if entry.file_type().is_none_or(|kind| !kind.is_dir()) {
            return true;
        }
        let path = entry.path();
        let is_vendored = entry.depth() > 0 && path.join(".cargo-checksum.json").exists();
        if let (true, Some(folder)) = (is_vendored, path.parent()) {
            *seen.lock().unwrap_or_else(PoisonError::into_inner).entry(folder.to_owned()).or_default() += 1;
        }
        !(is_vendored || skip.iter().any(|folder| folder == path) || path.join("CACHEDIR.TAG").exists())
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
    for (folder, crates) in &*vendored.lock().unwrap_or_else(PoisonError::into_inner) {
        let path = within(request.root, folder).to_string_lossy().into_owned();
        let crates = if *crates == 1 { "one crate".to_owned() } else { format!("{crates} crates") };
        let reason = format!("{crates} that cargo vendored: not the project's own code");
        walked.unread.push(Unread { path, reason });
    }
    walked
}

fn within<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
