//! Which tool wrote a file.

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::ImportError;
use crate::{json, readers};

/// What can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A file.
    File(FileFormat),
    /// A folder that Criterion wrote: `GROUP[/FUNCTION][/VALUE]/new/{benchmark,sample}.json`. Criterion does not
    /// record the unit of a custom measurement, so every workload says that nanoseconds are assumed.
    CriterionFolder,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(format) => format.fmt(f),
            Self::CriterionFolder => f.write_str("Criterion"),
        }
    }
}

/// A file that a tool wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// `hyperfine --export-json`, of hyperfine 1 and 2.
    Hyperfine,
    /// `--benchmark_out_format=json` of google-benchmark, from 1.5 on.
    GoogleBenchmark,
    /// `--benchmark-json` or `--benchmark-save` of pytest-benchmark, the latter with or without `--benchmark-save-data`.
    PytestBenchmark,
    /// What pyperf writes with `-o`, format 1.0.
    Pyperf,
    /// A result of `asv run`, format 2, with samples if `--record-samples` was given.
    Asv,
    /// The text of `go test -bench`, which is the Go benchmark data format (golang.org/design/14313-benchmark-format).
    GoBench,
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hyperfine => "hyperfine",
            Self::GoogleBenchmark => "google-benchmark",
            Self::PytestBenchmark => "pytest-benchmark",
            Self::Pyperf => "pyperf",
            Self::Asv => "asv",
            Self::GoBench => "go test",
        })
    }
}

/// The keys that tell formats apart.
#[derive(Deserialize)]
struct Keys {
    context: Option<IgnoredAny>,
    machine_info: Option<IgnoredAny>,
    commit_info: Option<IgnoredAny>,
    version: Option<IgnoredAny>,
    result_columns: Option<IgnoredAny>,
    commit_hash: Option<IgnoredAny>,
    benchmarks: Option<IgnoredAny>,
    results: Option<IgnoredAny>,
    #[serde(rename = "Action")]
    action: Option<IgnoredAny>,
}

impl FileFormat {
    /// Which tool wrote this content; `file` is what errors call it.
    ///
    /// # Errors
    /// When it is not text, is JSON that cannot be parsed, or is of no known format.
    pub fn detect(file: &str, bytes: &[u8]) -> Result<Self, ImportError> {
        text(file, bytes)?;
        match bytes.trim_ascii_start().first() {
            None => Err(unrecognised(file, "an empty file")),
            Some(b'{') => Self::detect_json(file, bytes),
            _ if readers::go_bench::looks_like(bytes) => Ok(Self::GoBench),
            _ => Err(unrecognised(file, "neither a JSON object nor a line of a Go benchmark")),
        }
    }

    fn detect_json(file: &str, bytes: &[u8]) -> Result<Self, ImportError> {
        // `go test -json` writes one object a line.
        let first = bytes.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or(bytes);
        if serde_json::from_slice::<Keys>(first).is_ok_and(|keys| keys.action.is_some()) {
            return Err(unrecognised(
                file,
                "the events of `go test -json`: run `go test -bench` without `-json`",
            ));
        }
        let keys: Keys = json::parse(file, bytes, "one JSON object")?;
        match keys {
            Keys { result_columns: Some(_), .. } | Keys { commit_hash: Some(_), results: Some(_), .. } => {
                Ok(Self::Asv)
            }
            Keys { results: Some(_), .. } => Ok(Self::Hyperfine),
            Keys { context: Some(_), benchmarks: Some(_), .. } => Ok(Self::GoogleBenchmark),
            Keys { machine_info: Some(_), benchmarks: Some(_), .. }
            | Keys { commit_info: Some(_), benchmarks: Some(_), .. } => Ok(Self::PytestBenchmark),
            Keys { version: Some(_), benchmarks: Some(_), .. } => Ok(Self::Pyperf),
            Keys { benchmarks: Some(_), .. } => Ok(Self::GoogleBenchmark),
            _ => Err(unrecognised(file, "a JSON object without `results` and without `benchmarks`")),
        }
    }
}

fn unrecognised(file: &str, found: &str) -> ImportError {
    ImportError::Unrecognised { file: file.to_owned(), found: found.to_owned() }
}

/// Refuses what is not text, with the remedy for the usual cases.
fn text(file: &str, bytes: &[u8]) -> Result<(), ImportError> {
    let refused = |found, remedy| Err(ImportError::NotText { file: file.to_owned(), found, remedy });
    if bytes.starts_with(b"\x1F\x8B") {
        return refused("compressed with gzip", "unpack it with `gzip -d` first");
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return refused("text in UTF-16", "save it as UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)");
    }
    Ok(())
}
