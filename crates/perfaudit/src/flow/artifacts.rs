//! What cargo compiles and says of it, where nothing is timed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use perfaudit_exec::{Command, OutputLimit};
use perfaudit_project::{CargoPackage, CargoProject};
use serde::Deserialize;

/// Cargo names every artifact of every dependency.
const OUTPUT: OutputLimit = OutputLimit(64 * 1024 * 1024);
/// After this long a build is ended.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// A call of cargo that compiles all selected packages, and names on standard output what it makes. What an earlier
/// compilation knows is made again.
pub(super) fn compile(project: &CargoProject, subcommand: &str, profile: &str, target: &Path) -> Command {
    project
        .cargo
        .command_into(subcommand, target)
        .args(["--message-format", "json-render-diagnostics", "--profile", profile])
        .args(project.packages.iter().flat_map(CargoPackage::arguments))
        .env("CARGO_INCREMENTAL", "0")
        .time_limit(LONGEST)
        .output_limit(OUTPUT)
}

/// What cargo says of something that it made.
#[derive(Debug, Deserialize)]
pub(super) struct Artifact {
    pub(super) target: Target,
    pub(super) filenames: Vec<PathBuf>,
    pub(super) executable: Option<PathBuf>,
}

/// The target that it was made of.
#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
}

/// What cargo's messages tell of.
pub(super) fn artifacts(messages: &str) -> impl Iterator<Item = Artifact> {
    messages.lines().filter_map(|line| serde_json::from_str::<Artifact>(line).ok())
}
