//! What earlier scans found, by the content of files.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::FileAnalysis;

/// How the cache was used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Files whose content an earlier scan had read.
    pub hits: u64,
    /// Files that were read.
    pub misses: u64,
    /// Why the results could not be kept, if they could not.
    pub problem: Option<String>,
}

/// The first 16 bytes of the SHA-256 of a file.
pub(super) type Digest = u128;

pub(super) fn digest(content: &[u8]) -> Digest {
    let hash = Sha256::digest(content);
    Digest::from_be_bytes(hash[..16].try_into().expect("a hash has 32 bytes"))
}

/// Results by path. Those of another version of the rules count for nothing.
#[derive(Debug, Default)]
pub(super) struct Cache {
    files: HashMap<String, (Digest, FileAnalysis)>,
}

#[derive(Deserialize)]
struct Record {
    made_by: String,
    files: HashMap<String, (String, FileAnalysis)>,
}

/// [`Record`] as it is written, without a copy of anything.
#[derive(Serialize)]
struct Written<'a> {
    made_by: &'a str,
    files: BTreeMap<&'a str, (String, &'a FileAnalysis)>,
}

/// The code of the analysis itself: its hash is made when this crate is built.
const MADE_BY: &str = env!("PERFAUDIT_ANALYSIS");

impl Cache {
    /// What a file holds; a file that is not there, damaged, or of another version holds nothing.
    pub(super) fn load(path: &Path) -> Self {
        let record = fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
        let Some(record) = record.filter(|record| record.made_by == MADE_BY) else { return Self::default() };
        let files = record.files.into_iter().filter_map(|(path, (digest, analysis))| {
            Some((path, (Digest::from_str_radix(&digest, 16).ok()?, analysis)))
        });
        Self { files: files.collect() }
    }

    /// Whether what this file holds is known.
    pub(super) fn has(&self, path: &str, digest: Digest) -> bool {
        self.files.get(path).is_some_and(|(known, _)| *known == digest)
    }

    /// What a file holds, which nobody asks for twice.
    pub(super) fn take(&mut self, path: &str) -> Option<FileAnalysis> {
        self.files.remove(path).map(|(_, analysis)| analysis)
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }
}

/// Written beside and moved into place, so that no other process reads half of it.
pub(super) fn save<'a>(
    path: &Path,
    files: impl Iterator<Item = (&'a str, Digest, &'a FileAnalysis)>,
) -> io::Result<()> {
    let files = files.map(|(path, digest, analysis)| (path, (format!("{digest:x}"), analysis))).collect();
    let json = serde_json::to_vec(&Written { made_by: MADE_BY, files }).map_err(io::Error::other)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&beside, json)?;
    fs::rename(&beside, path)
}
