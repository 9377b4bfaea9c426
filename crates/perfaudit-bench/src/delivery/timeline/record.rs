//! What stand-ins of the compiler write down, one file for each compilation.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use perfaudit_result::BuildUnitKind;
use serde::{Deserialize, Serialize};

/// One call of the compiler. Moments are in nanoseconds since 1970: several processes tell them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Compilation {
    pub(super) package: String,
    pub(super) version: String,
    pub(super) crate_name: String,
    pub(super) kind: BuildUnitKind,
    /// The name of the files that it makes, without `lib` and what follows a dot.
    pub(super) stem: String,
    /// The folder of its package.
    pub(super) folder: String,
    /// What the build script of its package wrote into, if it has one.
    pub(super) out_dir: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) began: u64,
    /// When its metadata was written.
    pub(super) metadata: Option<u64>,
    pub(super) links: Vec<Span>,
    pub(super) ended: u64,
    pub(super) cpu_ns: u64,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) began: u64,
    pub(super) ended: u64,
}

/// A crate that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dependency {
    /// As [`Compilation::stem`].
    pub(super) stem: String,
    /// Whether its metadata will do.
    pub(super) is_metadata: bool,
}

/// A build script that has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScriptRun {
    /// What it wrote into.
    pub(super) out_dir: String,
    /// When cargo said so.
    pub(super) ended: u64,
}

/// Now, in nanoseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Everything that was written into a folder, by its beginning. What is cut short is left out.
pub(super) fn read(folder: &Path) -> io::Result<Vec<Compilation>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json")
            && let Ok(one) = serde_json::from_slice(&fs::read(&path)?)
        {
            all.push(one);
        }
    }
    all.sort_by_key(|one: &Compilation| (one.began, one.ended));
    Ok(all)
}

/// `name-HASH` of `libname-HASH.rmeta`.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = name.strip_prefix("lib").unwrap_or(name);
    name.split('.').next().unwrap_or(name)
}
