//! Published crates, fetched by cargo.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tree;
use crate::error::TaskError;
use crate::{child, workspace};

/// A published crate that ships Criterion benchmarks which build from its package alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Published {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The version of Criterion that its lockfile names.
    pub(crate) criterion: &'static str,
    /// Features that its benchmarks need.
    pub(crate) features: &'static [&'static str],
    /// Whether a benchmark of this title runs none of the crate's own code in its routine, by its source.
    pub(crate) is_hollow: fn(&str) -> bool,
}

/// Sound benchmarks alone.
fn none(_: &str) -> bool {
    false
}

/// `itoa` beside the standard library.
fn formats_by_std(title: &str) -> bool {
    title.ends_with("/std::fmt")
}

/// `matchit` beside other routers.
fn another_router(title: &str) -> bool {
    !title.ends_with("/matchit")
}

const fn published(name: &'static str, version: &'static str, criterion: &'static str) -> Published {
    Published { name, version, criterion, features: &[], is_hollow: none }
}

/// What is audited unless asked otherwise: every supported version of Criterion, small builds.
pub(crate) const USUAL: [Published; 6] = [
    Published { is_hollow: formats_by_std, ..published("itoa", "1.0.18", "0.8.2") },
    published("semver", "1.0.28", "0.8.2"),
    published("crc32fast", "1.5.4", "0.8.2"),
    published("prost", "0.14.1", "0.6.0"),
    published("smol_str", "0.3.7", "0.7.0"),
    Published { is_hollow: another_router, ..published("matchit", "0.9.2", "0.5.1") },
];

/// More, or slower, benchmarks; long titles, threads, a harness of its own, groups that set their own times.
pub(crate) const OPTIONAL: [Published; 5] = [
    published("half", "2.7.1", "0.5.1"),
    published("base64", "0.23.1", "0.7.0"),
    published("hashbrown", "0.17.1", "0.7.0"),
    published("arc-swap", "1.9.3", "0.7.0"),
    Published { features: &["alloc", "real_blackbox"], ..published("tinyvec", "1.13.3", "0.8.2") },
];

/// Fetches the crates and returns the folder of each, as it was published.
pub(crate) fn fetch(crates: &[Published], folder: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let named: Vec<_> = crates.iter().map(|published| (published.name, published.version)).collect();
    fetch_named(&named, folder)
}

/// Fetches crates by name and version and returns the folder of each, as it was published.
pub(crate) fn fetch_named(crates: &[(&str, &str)], folder: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let sources = registry_sources(crates, &folder.join("fetch"))?;
    crates
        .iter()
        .map(|&(name, version)| {
            let source = sources
                .get(&(name.to_owned(), version.to_owned()))
                .ok_or_else(|| TaskError::Failed(format!("cargo did not fetch {name} {version}")))?;
            let copy = folder.join(format!("{name}-{version}"));
            // An unchanged copy stays, so that its build can be used again.
            if !copy.is_dir() || tree::digest(&copy)? != tree::digest(source)? {
                tree::replace(source, &copy)?;
            }
            copy.canonicalize().map_err(TaskError::file(&copy))
        })
        .collect()
}

/// Lets cargo resolve a package that depends on all of them; `cargo metadata` then tells where it unpacked each.
fn registry_sources(
    crates: &[(&str, &str)],
    scratch: &Path,
) -> Result<BTreeMap<(String, String), PathBuf>, TaskError> {
    let dependencies: String =
        crates.iter().map(|(name, version)| format!("{name} = \"={version}\"\n")).collect();
    let manifest = scratch.join("Cargo.toml");
    let head = "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n";
    // A lockfile of another choice of crates would only be in the way.
    let lock = scratch.join("Cargo.lock");
    if lock.is_file() {
        fs::remove_file(&lock).map_err(TaskError::file(&lock))?;
    }
    workspace::write(&manifest, &format!("{head}{dependencies}"))?;
    workspace::write(&scratch.join("src/lib.rs"), "")?;
    let arguments = ["metadata", "--format-version", "1", "--manifest-path"];
    let text = child::stdout(child::cargo().args(arguments).arg(&manifest))?;
    let metadata: Value = serde_json::from_str(&text).map_err(TaskError::json("cargo metadata"))?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(packages
        .iter()
        .filter_map(|package| {
            let text = |key: &str| package[key].as_str().map(str::to_owned);
            let folder = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
            Some(((text("name")?, text("version")?), folder))
        })
        .collect())
}
