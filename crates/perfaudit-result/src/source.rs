//! What the project's source holds.

use serde::{Deserialize, Serialize};

use crate::finding::CodeKind;

/// The source of the project, and what was found in it; the findings themselves are in `findings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// What matters, in one line.
    pub answer: String,
    /// Whether the compiler was asked, and what it answered.
    pub oracle: OracleUse,
    /// Files that an earlier scan had read with the same content.
    pub cache_hits: u64,
    /// Files that were read.
    pub cache_misses: u64,
    /// Files of Rust by what they are for.
    pub files: Vec<FilesOfKind>,
    /// All lines.
    pub lines: u64,
    /// Lines of code that ships.
    pub source_code: u64,
    /// Lines of code of tests, benchmarks and examples, tests within source files included.
    pub test_code: u64,
    /// Lines that hold nothing but a comment.
    pub comments: u64,
    /// Functions with a body.
    pub functions: u64,
    /// How many functions that ship have a complexity of 10 or more.
    pub complex_functions: u64,
    /// The most complex of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub most_complex: Vec<ComplexFunction>,
    /// Async code by file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asynchronous: Vec<AsyncModule>,
    /// Which packages use which of the workspace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<PackageDependency>,
    /// Which modules import which of the same package.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<ModuleImport>,
    /// Files that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadFile>,
    /// What each rule found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleCount>,
}

/// Whether the compiler was asked about types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OracleUse {
    /// True when findings were checked against the types that the compiler knows.
    pub used: bool,
    /// What was asked, or why nothing was.
    pub detail: String,
    /// Findings that the compiler bore out.
    pub confirmed: u64,
    /// Places that looked like findings and are none, by their types.
    pub refuted: u64,
}

/// How many files there are of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilesOfKind {
    /// What they are for.
    pub kind: CodeKind,
    /// How many.
    pub files: u64,
}

/// A function with many paths through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComplexFunction {
    /// Its name with its type.
    pub symbol: String,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// Its cyclomatic complexity (McCabe, 1976); `?` is not counted.
    pub complexity: u32,
}

/// Async code of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AsyncModule {
    /// The file.
    pub file: String,
    /// `async fn`s.
    pub functions: u32,
    /// Those that never await.
    pub never_await: u32,
    /// `.await`s.
    pub awaits: u32,
    /// Calls that make the thread wait.
    pub blocking: u32,
    /// Locks held across an await.
    pub locks_across_await: u32,
}

/// A package of the workspace uses another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PackageDependency {
    /// The package that depends.
    pub package: String,
    /// The package that it depends on.
    pub on: String,
}

/// One module imports another of the same package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModuleImport {
    /// The package.
    pub package: String,
    /// The module that imports: the first name below the crate's root, or `crate`.
    pub from: String,
    /// The module that is imported.
    pub to: String,
    /// How many files do so.
    pub files: u32,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadFile {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// What one rule found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleCount {
    /// The rule.
    pub rule: String,
    /// Findings that take at least a hundredth of the CPU time or the bytes of a workload.
    pub hot: u64,
    /// Findings that were measured and take less.
    pub cold: u64,
    /// Findings in code that no profile shows.
    pub not_measured: u64,
    /// Findings in tests, benchmarks, examples, build scripts and generated code.
    pub elsewhere: u64,
    /// Findings that a comment allows.
    pub allowed: u64,
}
