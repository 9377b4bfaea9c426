//! Everything that is read of a project's source: files, what they hold, and what rules find in them.

mod allow;
mod analysis;
mod blocking;
mod cache;
mod place;
mod project;
mod walk;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::SourceError;
use crate::manifest::Manifest;
use crate::rules::{ALL, Check, Hit};
pub(crate) use analysis::analyse;
pub use analysis::{AsyncCounts, COMPLEX, FileAnalysis, LineCounts, LongFunction};
pub use cache::CacheUse;
pub use place::Place;
pub use project::{AsyncModule, ModuleImport, ProjectFacts};

/// What to read.
#[derive(Debug)]
pub struct ScanRequest<'a> {
    /// The root of the project.
    pub root: &'a Path,
    /// The packages, by which files are told apart.
    pub packages: &'a [PackageRoot],
    /// Folders that are left out, such as target directories.
    pub skip: &'a [PathBuf],
    /// Patterns of paths that are left out, relative to the root, as in `.gitignore`.
    pub exclude: &'a [String],
    /// Where the results of an earlier scan are, and those of this one are kept; none to read everything.
    pub cache: Option<&'a Path>,
}

/// A package of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRoot {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the root.
    pub directory: PathBuf,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannedFile {
    /// Relative to the root, with forward slashes.
    pub path: String,
    /// The package that it belongs to, an index into the request's; none outside of all.
    pub package: Option<usize>,
    /// What kind of code it is.
    pub place: Place,
    /// What it holds.
    pub analysis: FileAnalysis,
}

/// A file that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Relative to the root, with forward slashes.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The files, by path.
    pub files: Vec<ScannedFile>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// How the cache was used.
    pub cache: CacheUse,
}

/// Threads of the scan need room to parse what is nested deeply.
const STACK: usize = 64 * 1024 * 1024;

/// Reads all Rust source below a folder, in parallel.
///
/// # Errors
/// When no thread can be started. What is wrong with single files is in the result.
pub fn scan(request: &ScanRequest<'_>) -> Result<Scan, SourceError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .map_err(|error| SourceError::Thread(std::io::Error::other(error)))?;
    Ok(pool.install(|| scan_in_pool(request)))
}

fn scan_in_pool(request: &ScanRequest<'_>) -> Scan {
    let walked = walk::walk(request);
    let mut cache = request.cache.map(cache::Cache::load).unwrap_or_default();
    let read: Vec<(String, Result<ReadFile, String>)> = walked
        .files
        .into_par_iter()
        .map(|path| {
            let read = one(&request.root.join(&path), &path, &cache);
            (path, read)
        })
        .collect();
    let was_known = cache.len();
    let mut unread = walked.unread;
    let mut files = Vec::with_capacity(read.len());
    let mut digests = Vec::with_capacity(read.len());
    let mut used = CacheUse::default();
    for (path, outcome) in read {
        match outcome {
            Ok((digest, fresh)) => {
                let analysis = if let Some(analysis) = fresh {
                    used.misses += 1;
                    analysis
                } else {
                    used.hits += 1;
                    cache.take(&path).expect("a file that was not read is in the cache")
                };
                digests.push(digest);
                files.push(file(request, path, analysis));
            }
            Err(reason) => unread.push(Unread { path, reason }),
        }
    }
    // A scan without a change leaves the cache as it is.
    if let Some(path) = request.cache
        && (used.misses > 0 || files.len() != was_known)
    {
        let known = files.iter().zip(&digests);
        let known = known.map(|(file, digest)| (file.path.as_str(), *digest, &file.analysis));
        used.problem = cache::save(path, known).err().map(|error| error.to_string());
    }
    unread.sort_by(|a, b| a.path.cmp(&b.path));
    place::spread_tests(&mut files);
    blocking::through_helpers(&mut files);
    Scan { files, unread, cache: used }
}

/// The digest of a file's content, and what it holds unless the cache has that.
type ReadFile = (cache::Digest, Option<FileAnalysis>);

fn one(full: &Path, path: &str, cache: &cache::Cache) -> Result<ReadFile, String> {
    let text = crate::tree::read(full).map_err(|error| error.reason())?;
    let digest = cache::digest(text.as_bytes());
    if cache.has(path, digest) {
        return Ok((digest, None));
    }
    let analysis = if path.ends_with("Cargo.toml") { analyse_manifest(&text)? } else { analyse_text(&text)? };
    Ok((digest, Some(analysis)))
}

/// What a text of Rust holds.
pub(crate) fn analyse_text(text: &str) -> Result<FileAnalysis, String> {
    analyse(text).map_err(|deep| format!("line {}: nested too deeply to be parsed", deep.line))
}

fn analyse_manifest(text: &str) -> Result<FileAnalysis, String> {
    let manifest = Manifest::parse(text)?;
    let mut analysis = FileAnalysis { imports: manifest.dependencies.clone(), ..FileAnalysis::default() };
    for rule in ALL {
        let Check::Manifest(check) = rule.check else { continue };
        let mut found = Vec::new();
        check(&manifest, &mut found);
        analysis.hits.extend(found.into_iter().map(|hit| Hit {
            rule: rule.id.into(),
            line: hit.line,
            column: 1,
            end_line: hit.line,
            cost: Vec::new(),
            function: None,
            symbol: hit.symbol,
            message: hit.message,
            confidence: hit.confidence,
            is_test: false,
            allowed: None,
            question: None,
            is_guess: false,
            is_confirmed: false,
            only_from: None,
            saves_lines: false,
        }));
    }
    Ok(analysis)
}

fn file(request: &ScanRequest<'_>, path: String, analysis: FileAnalysis) -> ScannedFile {
    let package = request
        .packages
        .iter()
        .enumerate()
        .filter(|(_, package)| Path::new(&path).starts_with(&package.directory))
        .max_by_key(|(_, package)| package.directory.components().count())
        .map(|(at, _)| at);
    let within = package.map_or(path.as_str(), |at| {
        let folder = request.packages[at].directory.to_string_lossy();
        path.strip_prefix(folder.as_ref()).unwrap_or(&path).trim_start_matches('/')
    });
    let place = place::of(&path, within, analysis.is_generated);
    ScannedFile { path, package, place, analysis }
}

#[cfg(test)]
mod tests;
