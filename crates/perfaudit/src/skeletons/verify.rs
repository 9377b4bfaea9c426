//! Only what compiles and runs is kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use perfaudit_bench::{CompileError, Compiled, TrialRequest, compile_trial, run_trial};
use perfaudit_exec::Interrupt;
use perfaudit_project::{CargoPackage, CargoProject};
use perfaudit_source::skeleton::{Attempt, BenchFile, FileOptions, REFUSED, Skeleton};

use super::NAME;
use super::survey::{Candidate, Dropped, Survey, bench_file};
use crate::error::CommandError;
use crate::progress::Progress;

/// Each call of a function happens once; what takes longer is no benchmark to begin with.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Rounds of compiling; each drops or changes at least one function, and the compiler tells most at once.
const MOST_ROUNDS: usize = 40;

/// Compiles and runs the candidates of one package in a copy of the project.
pub(super) struct Verification<'a> {
    pub(super) project: &'a CargoProject,
    pub(super) package: &'a CargoPackage,
    pub(super) target_directory: &'a Path,
    pub(super) options: FileOptions,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a Progress,
}

impl Verification<'_> {
    /// The text of the file with all that work; the others are dropped with the reason. None when nothing works.
    pub(super) fn run(&self, survey: &mut Survey) -> Result<Option<String>, CommandError> {
        let mut tried = vec![false; survey.candidates.len()];
        for _ in 0..MOST_ROUNDS {
            if survey.candidates.is_empty() {
                return Ok(None);
            }
            let (file, executable) = match self.compile(survey)? {
                (file, Compiled::Executable(path)) => (file, path),
                (file, Compiled::Errors(errors)) => {
                    self.after_errors(survey, &mut tried, &file, &errors)?;
                    continue;
                }
            };
            if self.try_all(survey, &mut tried, &executable)? {
                return Ok(Some(file.text));
            }
        }
        Err(CommandError::Skeletons("they do not compile after many attempts; please report this".to_owned()))
    }

    fn compile(&self, survey: &Survey) -> Result<(BenchFile, Compiled), CommandError> {
        let count = survey.candidates.len();
        self.progress.say(format!("compile {count} benchmarks of {}", self.package.name));
        let file =
            BenchFile::new(&self.options, survey.candidates.iter().map(|candidate| &candidate.skeleton));
        let path = self.package.directory.join(bench_file());
        let write = |source| CommandError::Write { path: path.clone(), source };
        fs::create_dir_all(path.parent().expect("the file lies in a folder")).map_err(write)?;
        fs::write(&path, &file.text).map_err(write)?;
        let request = TrialRequest {
            project: self.project,
            package: self.package,
            target: NAME,
            source: &path,
            target_directory: self.target_directory,
        };
        let compiled = compile_trial(request, self.interrupt)?;
        Ok((file, compiled))
    }

    fn after_errors(
        &self,
        survey: &mut Survey,
        tried: &mut Vec<bool>,
        file: &BenchFile,
        errors: &[CompileError],
    ) -> Result<(), CommandError> {
        let mut messages: Vec<Option<&str>> = vec![None; survey.candidates.len()];
        for error in errors {
            // The first line is the place itself; another one counts where that is a helper or a macro.
            if let Some(at) = error.lines.iter().find_map(|&line| file.function_at(line)) {
                messages[at].get_or_insert(&error.message);
            }
        }
        if messages.iter().all(Option::is_none) {
            let first = errors.first().map_or("", |error| error.message.as_str());
            return Err(CommandError::Skeletons(format!("the compiler refuses the file itself: {first}")));
        }
        let reasons = messages.into_iter().map(|message| {
            message.map(|message| {
                (format!("does not compile: {message}"), Attempt::after_compiling as fn(Attempt) -> _)
            })
        });
        self.change_or_drop(survey, tried, reasons.collect());
        Ok(())
    }

    /// Runs what has not run yet. True when nothing had to be changed.
    fn try_all(
        &self,
        survey: &mut Survey,
        tried: &mut Vec<bool>,
        executable: &Path,
    ) -> Result<bool, CommandError> {
        let mut reasons: Vec<Option<Failure>> = Vec::new();
        let count = survey.candidates.len();
        for (at, candidate) in survey.candidates.iter().enumerate() {
            if tried[at] {
                reasons.push(None);
                continue;
            }
            let path = &candidate.skeleton.path;
            self.progress.say(format!("try {}/{count}: {path}", at + 1));
            let outcome = run_trial(executable, &self.package.directory, path, TIME_LIMIT, self.interrupt)?;
            tried[at] = outcome.is_ok();
            // Input that is refused, by an error or a panic, may be replaced by another; a function that hangs is left alone.
            reasons.push(outcome.err().map(|reason| {
                let next: fn(Attempt) -> Option<Attempt> =
                    if reason.starts_with("panics") { Attempt::after_running } else { |_| None };
                let reason = if reason.contains(REFUSED) { "it returns an error".to_owned() } else { reason };
                (format!("with synthetic input: {reason}"), next)
            }));
        }
        let sound = reasons.iter().all(Option::is_none);
        self.change_or_drop(survey, tried, reasons);
        Ok(sound)
    }

    /// Tries the next attempt for each function that failed, and drops it when there is none.
    fn change_or_drop(&self, survey: &mut Survey, tried: &mut Vec<bool>, failures: Vec<Option<Failure>>) {
        let candidates = std::mem::take(&mut survey.candidates);
        let before = std::mem::take(tried);
        for ((candidate, failure), was_tried) in candidates.into_iter().zip(failures).zip(before) {
            let kept = match failure {
                None => Some((candidate, was_tried)),
                Some((reason, next)) => {
                    if let Some(changed) = changed(survey, &candidate, next) {
                        Some((changed, false))
                    } else {
                        let dropped = Dropped::new(&candidate.function, &self.project.build_root, reason);
                        survey.left_out.push(dropped);
                        None
                    }
                }
            };
            if let Some((candidate, was_tried)) = kept {
                survey.candidates.push(candidate);
                tried.push(was_tried);
            }
        }
    }
}

/// Why a function does not work, and what may be tried next.
type Failure = (String, fn(Attempt) -> Option<Attempt>);

/// The next attempt that gives other code.
fn changed(
    survey: &Survey,
    candidate: &Candidate,
    next: fn(Attempt) -> Option<Attempt>,
) -> Option<Candidate> {
    let mut attempt = candidate.attempt;
    while let Some(later) = next(attempt) {
        attempt = later;
        let skeleton: Option<Skeleton> = survey.source.skeleton(&candidate.function, attempt).ok();
        if let Some(skeleton) = skeleton.filter(|skeleton| *skeleton != candidate.skeleton) {
            return Some(Candidate { function: candidate.function.clone(), attempt, skeleton });
        }
    }
    None
}

/// The lockfile that fits the benchmarks, if the project has one that changed.
pub(super) fn lockfile(project: &CargoProject) -> Result<Option<(PathBuf, String)>, CommandError> {
    let path = project.root.join("Cargo.lock");
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|source| CommandError::Read { path: path.to_owned(), source })
    };
    if !path.is_file() {
        return Ok(None);
    }
    let text = read(&project.build_root.join("Cargo.lock"))?;
    Ok((read(&path)? != text).then_some((path, text)))
}
