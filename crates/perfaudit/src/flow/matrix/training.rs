//! Optimising by a profile: a build whose programs write down where they go, runs that train it, and one profile of them
//! all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use perfaudit_bench::{
    BenchExecutable, CommandLine, GatherRequest, Pace, ProfileRequest, list, profiled_process,
};
use perfaudit_exec::{FileLock, LockError, OutputLimit, run};
use perfaudit_project::{CargoProject, ProjectRoot};
use perfaudit_result::{Mode, Workload, WorkloadKind, WorkloadState};
use perfaudit_run::{RunDirectory, sha256};
use regex::Regex;

use super::builds::Building;
use super::cells::Hindrance;
use super::profdata::{Merger, PROFILE_VARIABLE};
use crate::error::CommandError;

/// All benchmarks together are trained for so long.
const ALL: Duration = Duration::from_secs(60);
/// Each of them for no less, and no more.
const LEAST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_millis(500);
/// How much of what a process says is kept.
const SAID: OutputLimit = OutputLimit(16 * 1024);
/// What stands where a program was trained on what it is measured on.
const KNOWN_WORK: &str = "it was trained on what it is measured on, which flatters it: other work gains less, and may lose (`--train` names other work to train on)";

/// What trains a program.
pub(super) struct Trainer<'a> {
    pub(super) merger: &'a Merger,
    /// The benchmarks that are measured.
    pub(super) measured: Option<&'a Regex>,
    /// What is measured where that is a command.
    pub(super) line: Option<&'a str>,
    /// What trains instead: a filter of benchmarks, or a line.
    pub(super) other: Option<&'a str>,
    /// How long one process may take.
    pub(super) patience: Duration,
}

/// What came of it.
pub(super) struct Trained {
    pub(super) profile: PathBuf,
    /// What it was trained by.
    pub(super) told: String,
    /// What training like that risks.
    pub(super) risk: Option<&'static str>,
}

/// What was run, in words, and whether any of it is measured, too.
struct Ran {
    told: String,
    is_measured: bool,
}

/// Whether `--train` is a filter of benchmarks, where it has to be one.
pub(super) fn unreadable(train: Option<&str>, is_of_benchmarks: bool) -> Option<Hindrance> {
    let error = Regex::new(train.filter(|_| is_of_benchmarks)?).err()?;
    Some(Hindrance {
        reason: format!("`--train` is no filter of benchmarks: {error}"),
        remedy: "give a regular expression, as `--filter` takes it".to_owned(),
    })
}

impl Building<'_> {
    /// Builds, trains and merges. The folder is configured to build instrumented programs, which write to `trained` when
    /// they are told to. The inner error is the project's own.
    pub(super) fn train(
        &self,
        folder: &Path,
        name: &str,
        trained: &Path,
        trainer: &Trainer<'_>,
        directory: &mut RunDirectory,
    ) -> Result<Result<Trained, String>, CommandError> {
        let waiting = || self.progress.note("another perfaudit measures: waiting for it");
        let _lock = match FileLock::for_measuring(self.interrupt, waiting) {
            Err(LockError::Interrupted) => return Ok(Err("interrupted".to_owned())),
            lock => lock?,
        };
        self.progress.say(format!("build instrumented: {name}"));
        self.folders.empty_target()?;
        let ran = match self.line {
            None => {
                let place = ProjectRoot::locate(folder, self.interrupt)?;
                let (selection, offline) = (&self.selection, self.offline);
                let project = CargoProject::discover_own(place, folder, selection, offline, self.interrupt)?;
                match self.benchmarks(&project)? {
                    Ok((_, executables)) => self.train_benchmarks(&executables, trained, trainer, directory),
                    Err(why) => Err(why),
                }
            }
            Some(line) => match self.by_line(folder, line)? {
                Ok(_) => self.train_command(folder, trained, trainer)?,
                Err(why) => Err(why),
            },
        };
        let profile = match &ran {
            Ok(_) => self.merge(trained, trainer.merger)?,
            Err(why) => Err(why.clone()),
        };
        self.folders.empty_target()?;
        Ok(ran.and_then(|ran| {
            Ok(Trained {
                profile: profile?,
                told: format!("trained by {}", ran.told),
                risk: ran.is_measured.then_some(KNOWN_WORK),
            })
        }))
    }

    fn train_benchmarks(
        &self,
        executables: &[BenchExecutable],
        trained: &Path,
        trainer: &Trainer<'_>,
        directory: &mut RunDirectory,
    ) -> Result<Ran, String> {
        let other = trainer.other.map(Regex::new).transpose().map_err(|error| error.to_string())?;
        let mut listed = |filter: Option<&Regex>| -> Vec<Workload> {
            let request = GatherRequest {
                executables,
                filter,
                pace: Pace::new(Mode::Quick, None),
                seed: 0,
                patience: trainer.patience,
                earlier: None,
                spent: Duration::ZERO,
                is_followed: false,
                refines: false,
                width: &|_, _| 0.0,
            };
            list(&request, directory, self.interrupt, &mut |_| {}).workloads
        };
        let is_benchmark =
            |row: &&Workload| row.state == WorkloadState::NotRun && row.kind != WorkloadKind::BenchTarget;
        let measured = listed(trainer.measured);
        let training = match &other {
            Some(filter) => listed(Some(filter)),
            None => measured.clone(),
        };
        let benchmarks: Vec<&Workload> = training.iter().filter(is_benchmark).collect();
        let count = u32::try_from(benchmarks.len()).unwrap_or(u32::MAX).max(1);
        let time = (ALL / count).clamp(LEAST, MOST);
        let known: BTreeSet<_> = measured.iter().filter(is_benchmark).map(|row| &row.id).collect();
        let (mut ran, mut is_measured, mut failure) = (0, false, None);
        for benchmark in &benchmarks {
            self.progress.say(format!("train {}", benchmark.id));
            let of_target =
                |one: &&BenchExecutable| one.package == benchmark.package && one.target == benchmark.target;
            let Some(executable) = executables.iter().find(of_target) else { continue };
            match self.train_one(executable, benchmark, &training, time, trained, trainer) {
                Ok(()) => {
                    ran += 1;
                    is_measured |= known.contains(&benchmark.id);
                }
                Err(_) if self.interrupt.is_set() => return Err("interrupted".to_owned()),
                Err(why) => failure = Some(format!("{}: {why}", benchmark.id)),
            }
        }
        if ran == 0 {
            return Err(failure.unwrap_or_else(|| "there is no benchmark to train it".to_owned()));
        }
        let of = match failure {
            None => String::new(),
            Some(why) => format!(" (of {}: {why})", benchmarks.len()),
        };
        let plural = if ran == 1 { "benchmark" } else { "benchmarks" };
        let told = format!("{ran} {plural}, each for {:.1} s{of}", time.as_secs_f64());
        Ok(Ran { told, is_measured })
    }

    fn train_one(
        &self,
        executable: &BenchExecutable,
        workload: &Workload,
        all: &[Workload],
        time: Duration,
        trained: &Path,
        trainer: &Trainer<'_>,
    ) -> Result<(), String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let request = ProfileRequest {
            executable,
            workload,
            median_ns: None,
            all,
            time,
            home: home.path(),
            limit: trainer.patience,
        };
        let command = profiled_process(request)?.command.env(PROFILE_VARIABLE, written_to(trained));
        let finished = run(&command, self.interrupt, &mut |_| {}).map_err(|error| error.to_string())?;
        if finished.ending.is_success() { Ok(()) } else { Err(finished.ending.describe()) }
    }

    fn train_command(
        &self,
        folder: &Path,
        trained: &Path,
        trainer: &Trainer<'_>,
    ) -> Result<Result<Ran, String>, CommandError> {
        let line = trainer.other.or(trainer.line).unwrap_or_default();
        self.progress.say(format!("train {line}"));
        let command = CommandLine::Line(line.to_owned())
            .command()
            .directory(folder)
            .env("CARGO_TARGET_DIR", &self.folders.target)
            .env(PROFILE_VARIABLE, written_to(trained))
            .time_limit(trainer.patience)
            .output_limit(SAID);
        let ending = run(&command, self.interrupt, &mut |_| {})?.ending;
        if !ending.is_success() {
            return Ok(Err(format!("the run that trains it: {}", ending.describe())));
        }
        let is_measured = trainer.other.is_none_or(|other| Some(other) == trainer.line);
        Ok(Ok(Ran { told: format!("one run of `{line}`"), is_measured }))
    }

    /// One profile of all that was written. Its name is that of its content: cargo takes what was built by another
    /// profile of the same name as up to date.
    fn merge(&self, trained: &Path, merger: &Merger) -> Result<Result<PathBuf, String>, CommandError> {
        let unread = |source| CommandError::Read { path: trained.to_owned(), source };
        let mut raw = Vec::new();
        for entry in fs::read_dir(trained).map_err(unread)? {
            raw.push(entry.map_err(unread)?.path());
        }
        if raw.is_empty() {
            return Ok(Err(
                "its programs wrote no profile: other flags for the compiler hide `-Cprofile-generate`, as those of a `[target]` in `.cargo/config.toml`"
                    .to_owned(),
            ));
        }
        let merged = self.folders.profiles.join("merged.profdata");
        match merger.merge(&raw, &merged, self.interrupt) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => return Ok(Err(format!("its profiles cannot be merged: {why}"))),
            Err(error) => return Ok(Err(error.to_string())),
        }
        let content = fs::read(&merged).map_err(unread)?;
        let named = self.folders.profiles.join(format!("{}.profdata", sha256(&content)));
        fs::rename(&merged, &named).map_err(|source| CommandError::Write { path: named.clone(), source })?;
        Ok(Ok(named))
    }
}

/// One file for each program, to which all its processes add.
fn written_to(folder: &Path) -> PathBuf {
    folder.join("%m.profraw")
}
