//! Which files there are.

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
/// target directories do, are left out.
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
    builder.require_git(false).filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        !is_folder
            || !(skip.iter().any(|folder| folder == entry.path())
                || entry.path().join("CACHEDIR.TAG").exists())
    });
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let name = entry.file_name().to_string_lossy();
                if !is_file || !(name.ends_with(".rs") || name == "Cargo.toml") {
                    continue;
                }
                let path = entry.path().strip_prefix(request.root).unwrap_or(entry.path());
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
    walked
}
