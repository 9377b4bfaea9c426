//! One large published project weighed by perfaudit, cargo-bloat and cargo-llvm-lines: what each says, how long it takes,
//! and where they differ.
//!
//! Each tool builds the project from nothing into a target directory of its own, with the same profile and dependencies
//! that were fetched before. What cargo-bloat built is then weighed by perfaudit once more: differences of crates are
//! those of the tools, not of two files.

mod beside;
mod tools;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::acceptance::fetch;
use crate::error::TaskError;
use crate::{child, perf, say};
use tools::{Said, Taken, Tools};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The published program, as NAME@VERSION
    #[arg(long = "crate", value_name = "NAME@VERSION", default_value = "mdbook@0.4.52", value_parser = named)]
    published: (String, String),
    /// The program that is weighed, unless it has the name of the crate
    #[arg(long, value_name = "NAME")]
    bin: Option<String>,
    /// The cargo-bloat to compare with
    #[arg(long, value_name = "FILE", default_value = "cargo-bloat")]
    bloat: PathBuf,
    /// The cargo-llvm-lines to compare with
    #[arg(long, value_name = "FILE", default_value = "cargo-llvm-lines")]
    llvm_lines: PathBuf,
    /// Use this executable instead of building one
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
    /// Folder for the crate and its builds, outside of every workspace; without it a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Ask only these, and take what the others said before from the folder of `--dir`: for machines that others
    /// need meanwhile
    #[arg(long = "part", value_enum, value_name = "PART", requires = "dir")]
    parts: Vec<Part>,
    /// Lines of each table
    #[arg(long, value_name = "N", default_value_t = 12)]
    rows: usize,
}

/// Something that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// perfaudit: size and LLVM IR
    Ours,
    /// cargo-bloat: crates
    Crates,
    /// cargo-bloat: functions, of the same build
    Functions,
    /// cargo-llvm-lines
    Lines,
}

impl Part {
    const ALL: [Self; 4] = [Self::Ours, Self::Crates, Self::Functions, Self::Lines];
}

/// How often a finished file is weighed.
const ANALYSES: usize = 5;
/// What weighing 10 MB may take.
const GOAL_S: f64 = 2.0;

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let temporary = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let folder = arguments.dir.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(folder).map_err(TaskError::file(folder))?;
    let (name, version) = &arguments.published;
    let project = fetch::fetch_named(&[(name, version)], folder)?.remove(0);
    let tools = Tools {
        perfaudit: child::release_binary(arguments.perfaudit.as_ref())?,
        bloat: arguments.bloat.clone(),
        llvm_lines: arguments.llvm_lines.clone(),
        bin: arguments.bin.clone().unwrap_or_else(|| name.clone()),
        folder: folder.canonicalize().map_err(TaskError::file(folder))?,
        project,
    };
    child::stdout(child::cargo().args(["fetch", "--locked"]).current_dir(&tools.project))?;
    let crates = tools.crates()?;
    say(&format!(
        "{name} {version}: {crates} crates without those of tests; {}; load of the machine before: {}",
        tools.versions()?,
        perf::load()
    ));
    let mut said = Vec::new();
    for part in Part::ALL {
        let is_asked = arguments.parts.is_empty() || arguments.parts.contains(&part);
        said.push(tools.asked(part, is_asked)?);
    }
    let [Some(ours), Some(crates), Some(functions), Some(lines)] = said.as_slice() else {
        say("some have not been asked yet: name the same folder with `--dir`, and them with `--part`");
        return Ok(());
    };
    tell(arguments, &tools, [ours, crates, functions, lines])
}

fn tell(arguments: &Arguments, tools: &Tools, said: [&Said; 4]) -> Result<(), TaskError> {
    let [of_ours, of_crates, of_functions, of_lines] = said;
    let ours = of_ours.ours()?;
    let (bloat, lines) = (of_crates.taken, of_lines.taken);
    let both = Taken { wall_s: bloat.wall_s + lines.wall_s, cpu_s: bloat.cpu_s + lines.cpu_s };
    say("");
    say("| | wall time | CPU time | CPU time beside both others |");
    say("|---|---|---|---|");
    let row = |what: &str, taken: Taken| {
        let ratio = taken.cpu_s / both.cpu_s;
        say(&format!("| {what} | {:.1} s | {:.1} s | {ratio:.2} |", taken.wall_s, taken.cpu_s));
    };
    row("perfaudit size --ir: both answers", of_ours.taken);
    row("of these, build and weigh", ours.size_stage);
    row("of these, LLVM IR of all crates", ours.ir_stage);
    row("cargo-bloat: build and weigh", bloat);
    row("cargo-llvm-lines: LLVM IR of the last crate", lines);
    row("both others", both);
    say("");
    let (weighed, analyses) = tools.weigh(&tools.built_by_bloat(), ANALYSES)?;
    speed(weighed.file_bytes, &analyses, of_functions.taken)?;
    say("");
    beside::crates(&weighed, &of_crates.crates()?, arguments.rows);
    beside::moves(&weighed, &of_functions.functions()?, arguments.rows);
    beside::lines(&ours.ir, &of_lines.lines()?, &tools.bin);
    Ok(())
}

/// How long a file that is built takes.
fn speed(file_bytes: u64, analyses: &[Taken], theirs: Taken) -> Result<(), TaskError> {
    let mut walls: Vec<f64> = analyses.iter().map(|taken| taken.wall_s).collect();
    walls.sort_by(f64::total_cmp);
    let median = walls[walls.len() / 2];
    #[expect(clippy::cast_precision_loss, reason = "files are shorter than 2^53 bytes")]
    let megabytes = file_bytes as f64 / 1e6;
    let scaled = median / megabytes * 10.0;
    say(&format!(
        "weighing the file of {megabytes:.1} MB: {median:.3} s (median of {}, worst {:.3} s), {scaled:.3} s for 10 MB, limit {GOAL_S} s; cargo-bloat with nothing to build: {:.3} s",
        walls.len(),
        walls[walls.len() - 1],
        theirs.wall_s
    ));
    if scaled < GOAL_S { Ok(()) } else { Err(TaskError::Failed(format!("10 MB take {scaled:.3} s"))) }
}

fn named(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('@').filter(|(name, version)| !name.is_empty() && !version.is_empty());
    parts
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .ok_or_else(|| format!("`{text}` is no crate with its version, as in `name@1.2.3`"))
}

/// The first line that a program says of its version.
fn version(program: &Path, arguments: &[&str]) -> Result<String, TaskError> {
    let said = child::stdout(Command::new(program).args(arguments))?;
    Ok(said.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_with_its_version() {
        assert_eq!(named("bat@0.26.0"), Ok(("bat".to_owned(), "0.26.0".to_owned())));
        for text in ["bat", "bat@", "@1.0.0", ""] {
            assert!(named(text).is_err(), "{text}");
        }
    }
}
