//! What the compiler hands to LLVM: one more compilation of the whole project, in which every crate for the target also
//! writes its intermediate representation.
//!
//! Nothing is linked and LLVM optimises nothing: cargo is asked to check with the profile of what is shipped, and this
//! program, which cargo calls in place of the compiler, adds what makes it write. Build scripts and procedural macros
//! are compiled as ever.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use perfaudit_binary::{IrFile, count_ir};
use perfaudit_exec::{Command, Interrupt, Stream, run};
use perfaudit_result::{Ir, Stage, StageName, StageState};
use perfaudit_run::RunDirectory;

use super::Plan;
use super::artifacts::{self, Artifact};
use super::record::Recorder;
use crate::progress::Progress;

/// Tells this program that cargo calls it in place of the compiler.
const ASKED: &str = "PERFAUDIT_WRITES_IR";
/// The rows of each list that a result keeps.
const ROWS: usize = 200;

/// Runs the compiler when cargo calls this program in its place: `PROGRAM RUSTC ARGUMENTS...`.
pub(crate) fn compile_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    std::env::var_os(ASKED)?;
    let (_, words) = arguments.split_first()?;
    let (rustc, words) = words.split_first()?;
    // A unit that is only checked is one for the target; whatever is linked runs in the build.
    let is_checked = words.iter().any(|word| {
        word.to_str().is_some_and(|word| {
            word.strip_prefix("--emit=").is_some_and(|kinds| !kinds.split(',').any(|kind| kind == "link"))
        })
    });
    let more: &[&str] = if is_checked { &["--emit=llvm-ir", "-Cno-prepopulate-passes"] } else { &[] };
    let status = std::process::Command::new(rustc).args(words).args(more).status();
    Some(match status {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            crate::output::note(&format!("the compiler cannot be started: {error}"));
            ExitCode::FAILURE
        }
    })
}

/// Compiles and counts; what is compiled is removed.
pub(super) fn ir_stage(
    plan: &Plan,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> (Option<Ir>, Stage) {
    let recorder = Recorder::begin(StageName::Ir, Some(directory));
    let (ir, state, message) = match compile(plan, interrupt, progress) {
        Ok(ir) => (Some(ir), StageState::Done, None),
        Err(why) => (None, StageState::Failed, Some(why)),
    };
    (ir, recorder.end(directory, state, message))
}

/// A target directory that is removed.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed before the next compilation.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn compile(plan: &Plan, interrupt: &Interrupt, progress: &Progress) -> Result<Ir, String> {
    let this = std::env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
    let target = Scratch(plan.work.path.join("ir"));
    let _ = std::fs::remove_dir_all(&target.0);
    progress.say("compile for LLVM IR".to_owned());
    let finished = run(&command(plan, &this, &target.0), interrupt, &mut |line| {
        if let (Stream::Stderr, Some(name)) = (line.stream, line.text.trim_start().strip_prefix("Checking "))
        {
            progress.say(format!("compile for LLVM IR: {name}"));
        }
    });
    let finished = finished.map_err(|error| error.to_string())?;
    if !finished.ending.is_success() {
        let stderr = finished.stderr.text();
        let error = stderr.lines().find(|line| line.starts_with("error"));
        let why = error.map_or_else(|| finished.ending.describe(), str::to_owned);
        return Err(format!("the project could not be compiled for LLVM IR: {why}"));
    }
    progress.say("count lines of LLVM IR".to_owned());
    let files = written(&finished.stdout.text());
    if files.is_empty() {
        return Err("the compiler wrote no LLVM IR".to_owned());
    }
    Ok(count_ir(&files, Some(ROWS)))
}

fn command(plan: &Plan, this: &Path, target: &Path) -> Command {
    let project = &plan.project;
    let command = artifacts::compile(project, "check", &plan.config.bench.shipped_profile.value, target)
        .env("RUSTC_WRAPPER", this)
        .env(ASKED, "1")
        .args(plan.selection.features.cargo_arguments());
    if project.copied.is_none() { command.arg("--locked") } else { command }
}

/// The files that the crates wrote: beside `libNAME-HASH.rmeta` there is `NAME-HASH.ll`, or one for each unit of code.
/// A program that has the name of a library is told apart from it.
fn written(messages: &str) -> Vec<IrFile> {
    let all: Vec<Artifact> = artifacts::artifacts(messages).collect();
    let is_program = |artifact: &Artifact| artifact.target.kind.iter().any(|kind| kind == "bin");
    let libraries: BTreeSet<String> =
        all.iter().filter(|artifact| !is_program(artifact)).map(crate_name).collect();
    let mut compiled: BTreeMap<PathBuf, Vec<(String, String)>> = BTreeMap::new();
    for artifact in &all {
        for file in artifact.filenames.iter().filter(|file| file.extension() == Some(OsStr::new("rmeta"))) {
            let stem = file.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.strip_prefix("lib"));
            if let (Some(stem), Some(folder)) = (stem, file.parent()) {
                let name = crate_name(artifact);
                let is_second = is_program(artifact) && libraries.contains(&name);
                let name = if is_second { format!("{name} (program)") } else { name };
                compiled.entry(folder.to_owned()).or_default().push((stem.to_owned(), name));
            }
        }
    }
    let mut found = Vec::new();
    for (folder, crates) in compiled {
        let crates: BTreeMap<String, String> = crates.into_iter().collect();
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let name = path.file_name().and_then(OsStr::to_str).and_then(|name| name.strip_suffix(".ll"));
            let stem = name.map(|name| name.split('.').next().unwrap_or(name));
            if let Some(compiled) = stem.and_then(|stem| crates.get(stem)) {
                found.push(IrFile { compiled: compiled.clone(), path });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn crate_name(artifact: &Artifact) -> String {
    artifact.target.name.replace('-', "_")
}
