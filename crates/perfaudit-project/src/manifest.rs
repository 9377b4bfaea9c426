//! What manifests say that `cargo metadata` does not tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::error::ProjectError;

/// Reads a manifest or a configuration file.
pub(crate) fn read_toml(path: &Path) -> Result<Table, ProjectError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ProjectError::Path { path: path.to_owned(), source })?;
    text.parse().map_err(|error: toml::de::Error| ProjectError::Manifest {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })
}

/// For each `[[bench]]` of a manifest: whether it is linked with the standard test harness. Targets that cargo
/// finds on its own are.
pub(crate) fn harness_by_bench(manifest: &Table) -> BTreeMap<String, bool> {
    manifest
        .get("bench")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|bench| {
            let name = bench.get("name")?.as_str()?.to_owned();
            Some((name, bench.get("harness").and_then(Value::as_bool).unwrap_or(true)))
        })
        .collect()
}

/// The directories of all path dependencies of a manifest, joined to `folder` and with `..` resolved by name.
pub(crate) fn path_dependencies(manifest: &Table, folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut tables: Vec<&Table> = vec![manifest];
    tables.extend(manifest.get("workspace").and_then(Value::as_table));
    if let Some(targets) = manifest.get("target").and_then(Value::as_table) {
        tables.extend(targets.values().filter_map(Value::as_table));
    }
    for table in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies", "replace"] {
            found.extend(paths_of(table.get(kind)));
        }
    }
    if let Some(patches) = manifest.get("patch").and_then(Value::as_table) {
        for registry in patches.values() {
            found.extend(paths_of(Some(registry)));
        }
    }
    found.into_iter().map(|path| resolved(&folder.join(path))).collect()
}

fn paths_of(dependencies: Option<&Value>) -> Vec<&str> {
    dependencies
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values)
        .filter_map(|dependency| dependency.get("path")?.as_str())
        .collect()
}

/// Resolves `.` and `..` by name alone, as cargo does.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_has_the_standard_harness_unless_it_says_otherwise() {
        let manifest: Table =
            "[[bench]]\nname = 'a'\nharness = false\n[[bench]]\nname = 'b'".parse().unwrap();
        let harness = harness_by_bench(&manifest);
        assert!(!harness["a"]);
        assert!(harness["b"]);
    }

    #[test]
    fn a_path_is_resolved_by_name() {
        assert_eq!(resolved(Path::new("/ws/package/../suite.rs")), Path::new("/ws/suite.rs"));
    }

    #[test]
    fn path_dependencies_are_found_in_every_table_that_may_hold_them() {
        let manifest: Table = "
            [dependencies]
            a = { path = '../a' }
            registry = '1'
            [dev-dependencies.b]
            path = 'b/../c'
            [target.'cfg(unix)'.dependencies]
            d = { path = '/d' }
            [workspace.dependencies]
            e = { path = './e' }
            [patch.crates-io]
            f = { path = 'f' }"
            .parse()
            .unwrap();
        let mut found = path_dependencies(&manifest, Path::new("/ws/base"));
        found.sort();
        assert_eq!(found, ["/d", "/ws/a", "/ws/base/c", "/ws/base/e", "/ws/base/f"].map(PathBuf::from));
    }
}
