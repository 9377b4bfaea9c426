//! What was audited.

use serde::{Deserialize, Serialize};

/// The language of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// A cargo workspace or package.
    Rust,
    /// No project: commands were measured in a folder. Toolchain and profile are empty.
    None,
}

/// The audited project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// The name of the root package, else of the root directory.
    pub name: String,
    /// Its language.
    pub language: Language,
    /// The packages in scope.
    pub packages: Vec<Package>,
    /// The revision, where the project is under version control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs: Option<Vcs>,
    /// What it is built with.
    pub toolchain: Toolchain,
    /// The profile its benchmarks are built with.
    pub profile: BuildProfile,
}

/// One package of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its directory, relative to the project's root; empty for the root itself.
    pub path: String,
    /// The names of its benchmark targets.
    pub bench_targets: Vec<String>,
}

/// The state of the working tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Vcs {
    /// The commit that is checked out.
    pub commit: String,
    /// True when tracked files differ from it.
    pub dirty: bool,
}

/// The compiler and the build tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Toolchain {
    /// What `rustc --version` prints.
    pub rustc: String,
    /// What `cargo --version` prints.
    pub cargo: String,
    /// The host triple.
    pub host: String,
}

/// The settings a build was made with, as the manifest, the configuration files and the environment give them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildProfile {
    /// The name of the profile.
    pub name: String,
    /// `opt-level`.
    pub opt_level: String,
    /// `lto`.
    pub lto: String,
    /// `codegen-units`.
    pub codegen_units: String,
    /// `panic`.
    pub panic: String,
    /// `debug`, as perfaudit sets it for the build.
    pub debug: String,
    /// `strip`, as perfaudit sets it for the build.
    pub strip: String,
}
