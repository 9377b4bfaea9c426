//! Trying a benchmark target: does it compile, and does a benchmark of it run at all? Nothing is measured.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cargo_metadata::diagnostic::{DiagnosticLevel, DiagnosticSpan};
use cargo_metadata::{CompilerMessage, Message, TargetKind};
use perfaudit_exec::{Command, Ending, Interrupt, OutputLimit, RunError, run};
use perfaudit_project::{CargoPackage, CargoProject};

use crate::build::{DEBUG, STRIP};

/// Cargo's messages name every artifact of every dependency.
const MESSAGES_LIMIT: OutputLimit = OutputLimit(64 * 1024 * 1024);
/// The lines of an error that are told.
const ERROR_LINES: usize = 20;

/// The target to try.
#[derive(Debug, Clone, Copy)]
pub struct TrialRequest<'a> {
    /// The project, in a copy.
    pub project: &'a CargoProject,
    /// The package.
    pub package: &'a CargoPackage,
    /// The name of the target.
    pub target: &'a str,
    /// Its source file.
    pub source: &'a Path,
    /// The target directory.
    pub target_directory: &'a Path,
}

/// What the compiler made of a target.
#[derive(Debug)]
pub enum Compiled {
    /// This executable.
    Executable(PathBuf),
    /// Nothing, because of errors in its source file.
    Errors(Vec<CompileError>),
}

/// An error in the source file of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// Its lines, from 1: of the place itself, and of everything else that the compiler points at.
    pub lines: Vec<usize>,
    /// What the compiler says, in one line.
    pub message: String,
}

/// Why a target could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// Cargo or the compiler failed for a reason that is not in the target.
    #[error("the benchmarks cannot be built:\n{0}")]
    Build(String),
    /// A dependency is not there, and the network must not be used.
    #[error(
        "the benchmarks cannot be built without the network, since a dependency was never downloaded; call it once without `--offline`:\n{0}"
    )]
    Offline(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// A program could not be started.
    #[error(transparent)]
    Start(#[from] RunError),
}

/// Compiles a target as `cargo bench` does.
///
/// # Errors
/// When what is wrong is not in the target's own source.
pub fn compile_trial(request: TrialRequest<'_>, interrupt: &Interrupt) -> Result<Compiled, TrialError> {
    let command = request
        .project
        .cargo
        .command("bench")
        .args(["--no-run", "--message-format", "json", "--package", &request.package.id.repr])
        .args(["--bench", request.target, "--target-dir"])
        .arg(request.target_directory)
        .env("CARGO_PROFILE_BENCH_DEBUG", DEBUG)
        .env("CARGO_PROFILE_BENCH_STRIP", STRIP)
        .output_limit(MESSAGES_LIMIT);
    let finished = run(&command, interrupt, &mut |_| {})?;
    if finished.ending == Ending::Interrupted {
        return Err(TrialError::Interrupted);
    }
    let mut errors = Vec::new();
    let mut elsewhere = None;
    for message in Message::parse_stream(finished.stdout.text().as_bytes()).filter_map(Result::ok) {
        match message {
            Message::CompilerArtifact(artifact)
                if artifact.target.kind.contains(&TargetKind::Bench)
                    && artifact.target.name == request.target =>
            {
                if let (Some(path), true) = (artifact.executable, finished.ending.is_success()) {
                    return Ok(Compiled::Executable(path.into_std_path_buf()));
                }
            }
            Message::CompilerMessage(message) => match error_in(&message, request.source) {
                Some(Ok(error)) => errors.push(error),
                Some(Err(text)) => {
                    elsewhere.get_or_insert(text);
                }
                None => {}
            },
            _ => {}
        }
    }
    if !errors.is_empty() {
        return Ok(Compiled::Errors(errors));
    }
    let said = elsewhere.unwrap_or_else(|| {
        let text = finished.stderr.text();
        text.find("error").map_or(text.clone(), |start| text[start..].to_owned())
    });
    let lines: Vec<&str> = said.trim().lines().take(ERROR_LINES).collect();
    let said = lines.join("\n");
    Err(if said.contains("--offline") || said.contains("offline mode") {
        TrialError::Offline(said)
    } else {
        TrialError::Build(said)
    })
}

/// An error with its lines in `source`, or what the compiler says of another file; None for warnings and summaries.
fn error_in(message: &CompilerMessage, source: &Path) -> Option<Result<CompileError, String>> {
    let diagnostic = &message.message;
    if !matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice) {
        return None;
    }
    let mut lines: Vec<usize> = Vec::new();
    let (primary, others): (Vec<_>, Vec<_>) = diagnostic.spans.iter().partition(|span| span.is_primary);
    for span in primary.into_iter().chain(others) {
        lines.extend(line_in(span, source));
    }
    if lines.is_empty() && diagnostic.spans.is_empty() && diagnostic.code.is_none() {
        // "aborting due to 2 previous errors"
        return None;
    }
    Some(if lines.is_empty() {
        Err(diagnostic.rendered.clone().unwrap_or_else(|| diagnostic.message.clone()))
    } else {
        let code = diagnostic.code.as_ref().map_or_else(String::new, |code| format!("{}: ", code.code));
        Ok(CompileError { lines, message: format!("{code}{}", diagnostic.message.replace('\n', " ")) })
    })
}

/// The line of a span in `source`, or of the macro call there that it comes from.
fn line_in(span: &DiagnosticSpan, source: &Path) -> Option<usize> {
    let mut span = Some(span);
    while let Some(at) = span {
        if source.ends_with(&at.file_name) {
            return Some(at.line_start);
        }
        span = at.expansion.as_ref().map(|expansion| &expansion.span);
    }
    None
}

/// Runs one benchmark once, as Criterion's `--test` does, with its name as it was given to Criterion. `Err` is why it does
/// not run, in one line.
///
/// # Errors
/// When it cannot be started, and on an interrupt.
pub fn run_trial(
    executable: &Path,
    directory: &Path,
    benchmark: &str,
    time_limit: Duration,
    interrupt: &Interrupt,
) -> Result<Result<(), String>, TrialError> {
    let scratch = executable.with_extension("trial");
    let command = Command::new(executable)
        .args(["--bench", "--test"])
        .arg(format!("^{benchmark}(/|$)"))
        .directory(directory)
        .env("CRITERION_HOME", &scratch)
        .env("CARGO_MANIFEST_DIR", directory)
        .env("RUST_BACKTRACE", "0")
        .time_limit(time_limit);
    let finished = run(&command, interrupt, &mut |_| {})?;
    // A courtesy: Criterion makes it, and nothing reads it.
    let _ = std::fs::remove_dir_all(&scratch);
    let stderr = finished.stderr.text();
    Ok(match finished.ending {
        Ending::Interrupted => return Err(TrialError::Interrupted),
        Ending::TimedOut => Err(format!("one call takes longer than {} s", time_limit.as_secs())),
        ending if ending.is_success() => {
            if finished.stdout.text().contains("Success") {
                Ok(())
            } else {
                Err("Criterion did not run it".to_owned())
            }
        }
        ending => Err(panic_message(&stderr).unwrap_or_else(|| ending.describe())),
    })
}

/// What a panic says: it stands on the line below its place.
fn panic_message(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines().skip_while(|line| !line.contains("panicked at"));
    let place = lines.next()?;
    let message = lines.next().unwrap_or_default().trim();
    Some(if message.is_empty() || message.starts_with("note:") {
        place.trim().to_owned()
    } else {
        format!("panics: {message}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_by_its_message() {
        let stderr = "\nthread 'main' (1) panicked at src/lib.rs:1:2:\nno such thing\nnote: run with `RUST_BACKTRACE=1`";
        assert_eq!(panic_message(stderr).unwrap(), "panics: no such thing");
        assert_eq!(panic_message("killed"), None);
    }
}
