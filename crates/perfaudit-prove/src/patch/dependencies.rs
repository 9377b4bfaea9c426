//! The runtime dependencies that a patch adds.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Table;

use super::{Change, PatchPath};

/// A manifest that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` cannot be read with the patch: {message}")]
pub struct ManifestError {
    /// The manifest.
    pub path: PatchPath,
    /// What is wrong with it.
    pub message: String,
}

/// The dependencies that programs have after changes and did not have before, as `name (manifest)`. Those for building
/// and for tests do not count, nor do packages of the tree itself, nor another version of what was there.
///
/// # Errors
/// When a manifest is no TOML afterwards.
pub fn new_dependencies(changes: &[Change], root: &Path) -> Result<Vec<String>, ManifestError> {
    let manifests = changes.iter().filter(|change| change.path.is_manifest());
    let manifests: Vec<_> =
        manifests.filter_map(|change| change.after.as_ref().map(|after| (change, after))).collect();
    let parsed = |path: &PatchPath, text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.parse::<Table>()
            .map_err(|error| ManifestError { path: path.clone(), message: error.message().to_owned() })
    };
    let mut of_tree = BTreeSet::new();
    if !manifests.is_empty() {
        let patched = manifests.iter().find(|(change, _)| change.path.as_str() == "Cargo.toml");
        let workspace = match patched {
            Some((change, after)) => parsed(&change.path, after)?,
            None => std::fs::read_to_string(root.join("Cargo.toml"))
                .ok()
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
        };
        of_tree = paths_of_workspace(&workspace);
    }
    let mut added = Vec::new();
    for (change, after) in manifests {
        // What was no TOML before had no dependencies that anybody could use.
        let before =
            change.before.as_deref().and_then(|text| parsed(&change.path, text).ok()).unwrap_or_default();
        let after = parsed(&change.path, after)?;
        let before = runtime(&before, &of_tree);
        added.extend(
            runtime(&after, &of_tree).difference(&before).map(|name| format!("{name} ({})", change.path)),
        );
    }
    Ok(added)
}

/// What a workspace shares that lies in the tree.
fn paths_of_workspace(manifest: &Table) -> BTreeSet<String> {
    let shared = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let shared = shared.and_then(|shared| shared.as_table()).into_iter().flatten();
    shared.filter(|(_, how)| how.get("path").is_some()).map(|(name, _)| name.clone()).collect()
}

/// The names of the dependencies of a manifest, of all platforms.
fn runtime(manifest: &Table, of_tree: &BTreeSet<String>) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(|targets| targets.as_table()).into_iter().flatten();
    let tables = targets.map(|(_, target)| target.get("dependencies"));
    let tables = std::iter::once(manifest.get("dependencies")).chain(tables).flatten();
    let all = tables.filter_map(|table| table.as_table()).flatten();
    let foreign = all.filter(|(name, how)| {
        let is_shared = how.get("workspace").is_some() && of_tree.contains(*name);
        how.get("path").is_none() && !is_shared
    });
    foreign.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(before: &str, after: &str) -> Result<Vec<String>, ManifestError> {
        let path = PatchPath::new(b"Cargo.toml").unwrap();
        let change =
            Change { path, before: Some(before.into()), after: Some(after.into()), executable: None };
        new_dependencies(&[change], Path::new("/nonexistent"))
    }

    #[test]
    fn a_dependency_of_programs_counts_and_one_of_tests_does_not() {
        let before = "[dependencies]\nserde = \"1\"\n[dev-dependencies]\nrand = \"0.9\"\n";
        let of_programs = "[dependencies]\nserde = { version = \"1.1\" }\nrand = \"0.9\"\n";
        assert_eq!(added(before, of_programs).unwrap(), ["rand (Cargo.toml)"]);
        let of_tests = format!("{before}proptest = \"1\"\n[build-dependencies]\ncc = \"1\"\n");
        assert_eq!(added(before, &of_tests).unwrap(), Vec::<String>::new());
        let of_platform = format!("{before}[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n");
        assert_eq!(added(before, &of_platform).unwrap(), ["libc (Cargo.toml)"]);
    }

    #[test]
    fn packages_of_the_tree_are_no_new_dependencies() {
        let after = "[workspace.dependencies]\na = { path = \"a\" }\nb = \"1\"\n[dependencies]\na.workspace = true\nb.workspace = true\nc = { path = \"c\" }\n";
        assert_eq!(added("", after).unwrap(), ["b (Cargo.toml)"]);
    }

    #[test]
    fn a_manifest_that_is_no_toml_is_told() {
        assert!(added("", "[dependencies").unwrap_err().to_string().contains("`Cargo.toml` cannot be read"));
    }
}
