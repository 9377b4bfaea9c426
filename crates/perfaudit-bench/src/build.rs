//! Building the benchmark targets of a project in a target directory of our own.
//!
//! The project's profile stays as it is but for two settings, given through the environment: limited debug information,
//! so that later stages can name functions, inlined ones included, and source lines, and no stripping. Neither changes
//! what the compiler optimises. Line tables alone have no full names of inlined functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Artifact, CompilerMessage, Message, TargetKind, diagnostic::DiagnosticLevel};
use perfaudit_exec::{Command, Ending, Finished, Interrupt, OutputLimit, RunError, Stream, run};
use perfaudit_project::{BenchTarget, CargoPackage, CargoProject, Selection};

use crate::executable::BenchExecutable;

/// The debug information that perfaudit's builds carry.
pub const DEBUG: &str = "limited";
/// What perfaudit's builds strip.
pub const STRIP: &str = "none";

/// Cargo's messages name every artifact of every dependency.
const MESSAGES_LIMIT: OutputLimit = OutputLimit(64 * 1024 * 1024);
/// The lines of a compiler error that fit into a row.
const ERROR_LINES: usize = 30;

/// How the compiler says that it is not a nightly one.
const UNSTABLE: &str = "error[E0554]";

/// What came of building.
#[derive(Debug, Default)]
pub struct Built {
    /// The targets that were built.
    pub executables: Vec<BenchExecutable>,
    /// The targets that were not.
    pub failures: Vec<BuildFailure>,
    /// What the compiler and cargo said.
    pub log: String,
    /// The commands, as `(environment, argv)`.
    pub commands: Vec<BuildCommand>,
    /// The identifiers of packages with a path that cargo did not build at all: it took an earlier build of them as up
    /// to date.
    pub fresh: Vec<String>,
    /// True when the user interrupted.
    pub interrupted: bool,
}

/// A command that built something.
#[derive(Debug, Clone)]
pub struct BuildCommand {
    /// `NAME=value` pairs that were set for it.
    pub environment: Vec<String>,
    /// Program and arguments.
    pub argv: Vec<String>,
}

/// A target that has no executable.
#[derive(Debug, Clone)]
pub struct BuildFailure {
    /// The package.
    pub package: String,
    /// The target.
    pub target: BenchTarget,
    /// Why.
    pub reason: BuildFailureReason,
}

/// Why a target has no executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildFailureReason {
    /// It needs features that are not enabled; it was not tried.
    MissingFeatures(Vec<String>),
    /// The compiler or cargo failed, with the beginning of what it said.
    Failed(String),
    /// The user interrupted before it was built.
    Interrupted,
}

/// What to build, and where.
#[derive(Debug, Clone, Copy)]
pub struct BuildRequest<'a> {
    /// The project.
    pub project: &'a CargoProject,
    /// Features and profile.
    pub selection: &'a Selection,
    /// The target directory.
    pub target_directory: &'a Path,
    /// Variables that are set for cargo besides those of the profile.
    pub environment: &'a [(&'a str, &'a str)],
}

/// Builds all benchmark targets that the selection names. `compiling` is told the crate that is being compiled.
///
/// # Errors
/// When cargo cannot be started. What the project itself does wrong is a [`BuildFailure`].
pub fn build(
    request: BuildRequest<'_>,
    interrupt: &Interrupt,
    compiling: &mut dyn FnMut(&str),
) -> Result<Built, RunError> {
    let mut built = Built::default();
    for package in &request.project.packages {
        for target in package.benches.iter().filter(|target| !target.missing_features.is_empty()) {
            built.failures.push(BuildFailure {
                package: package.name.clone(),
                target: target.clone(),
                reason: BuildFailureReason::MissingFeatures(target.missing_features.clone()),
            });
        }
    }
    for batch in batches(&request.project.packages) {
        // After an interrupt cargo is ended at once, and what it has not built becomes a row all the same.
        build_batch(request, &batch, interrupt, compiling, &mut built)?;
    }
    Ok(built)
}

/// Packages that one cargo command can build: `--bench NAME` counts for all of them, and cargo refuses the whole
/// command when a target of that name lacks features in any.
fn batches(packages: &[CargoPackage]) -> Vec<Vec<&CargoPackage>> {
    let with_benches = packages.iter().filter(|package| buildable(package).next().is_some());
    let wanted: BTreeSet<&str> =
        packages.iter().flat_map(buildable).map(|target| target.name.as_str()).collect();
    let (alone, together): (Vec<_>, Vec<_>) = with_benches.partition(|package| {
        package
            .benches
            .iter()
            .any(|target| !target.missing_features.is_empty() && wanted.contains(target.name.as_str()))
    });
    let together = (!together.is_empty()).then_some(together);
    together.into_iter().chain(alone.into_iter().map(|package| vec![package])).collect()
}

fn buildable(package: &CargoPackage) -> impl Iterator<Item = &BenchTarget> {
    package.benches.iter().filter(|target| target.missing_features.is_empty())
}

fn build_batch(
    request: BuildRequest<'_>,
    packages: &[&CargoPackage],
    interrupt: &Interrupt,
    compiling: &mut dyn FnMut(&str),
    built: &mut Built,
) -> Result<(), RunError> {
    let (command, environment) = command(request, packages);
    built.commands.push(BuildCommand { environment, argv: command.argv() });
    let mut messages = Messages::default();
    let finished = run(&command, interrupt, &mut |line| match line.stream {
        Stream::Stdout => {}
        Stream::Stderr => {
            if let Some(name) = line.text.trim_start().strip_prefix("Compiling ") {
                compiling(name);
            }
        }
    })?;
    for message in Message::parse_stream(finished.stdout.text().as_bytes()).filter_map(Result::ok) {
        messages.take(message);
    }
    // What a first command built, a second one finds up to date.
    if built.commands.len() == 1 {
        built.fresh.append(&mut messages.fresh);
    }
    let stderr = finished.stderr.text();
    built.log.push_str(&messages.rendered);
    built.log.push_str(&stderr);
    built.interrupted |= finished.ending == Ending::Interrupted;
    for package in packages {
        for target in buildable(package) {
            let key = (package.id.repr.clone(), target.name.clone());
            match messages.executables.remove(&key) {
                Some(path) => {
                    let mut library_paths = messages.library_paths.clone();
                    library_paths.extend(path.parent().map(Path::to_owned));
                    library_paths.push(request.project.toolchain.standard_library.clone());
                    built.executables.push(BenchExecutable {
                        package: package.name.clone(),
                        version: package.version.clone(),
                        directory: package.directory.clone(),
                        target: target.name.clone(),
                        source: target.source.clone(),
                        standard_harness: target.standard_harness,
                        path,
                        library_paths,
                    });
                }
                None => built.failures.push(BuildFailure {
                    package: package.name.clone(),
                    target: target.clone(),
                    reason: messages.reason(&key, finished.ending, &stderr),
                }),
            }
        }
    }
    Ok(())
}

fn command(request: BuildRequest<'_>, packages: &[&CargoPackage]) -> (Command, Vec<String>) {
    let mut environment: Vec<(String, &str)> = profile_variables(request.selection);
    environment.extend(request.environment.iter().map(|&(variable, value)| (variable.to_owned(), value)));
    let mut command = request
        .project
        .cargo
        .command("bench")
        .args(["--no-run", "--no-fail-fast", "--message-format", "json"])
        .arg("--target-dir")
        .arg(request.target_directory)
        .args(request.selection.features.cargo_arguments())
        .output_limit(MESSAGES_LIMIT);
    if request.project.copied.is_none() {
        command = command.arg("--locked");
    }
    if let Some(profile) = &request.selection.profile {
        command = command.args(["--profile", profile]);
    }
    for package in packages {
        command = command.args(["--package", &package.id.repr]);
    }
    let names: BTreeSet<&str> =
        packages.iter().flat_map(|package| buildable(package)).map(|target| target.name.as_str()).collect();
    for name in names {
        command = command.args(["--bench", name]);
    }
    for (variable, value) in &environment {
        command = command.env(variable, value);
    }
    (command, environment.into_iter().map(|(variable, value)| format!("{variable}={value}")).collect())
}

/// The command that built an executable, which builds it again where it is gone.
pub(crate) fn command_of(request: BuildRequest<'_>, executable: &BenchExecutable) -> Option<Command> {
    let mut batches = batches(&request.project.packages).into_iter();
    let batch = batches.find(|batch| batch.iter().any(|package| package.name == executable.package))?;
    Some(command(request, &batch).0)
}

/// The lines that the compiler printed beside its messages.
///
/// # Errors
/// Why the executable was not built, in words.
pub(crate) fn outcome_of(
    finished: &Finished,
    request: BuildRequest<'_>,
    executable: &BenchExecutable,
) -> Result<Vec<String>, String> {
    let mut messages = Messages::default();
    let mut lines = Vec::new();
    for message in Message::parse_stream(finished.stdout.text().as_bytes()).filter_map(Result::ok) {
        match message {
            Message::TextLine(line) => lines.push(line),
            message => messages.take(message),
        }
    }
    let package = request.project.packages.iter().find(|package| package.name == executable.package);
    let id = package.map_or_else(String::new, |package| package.id.repr.clone());
    let key = (id, executable.target.clone());
    let is_built = finished.ending.is_success() && messages.executables.contains_key(&key);
    if is_built { Ok(lines) } else { Err(messages.why(&key, finished.ending, &finished.stderr.text())) }
}

/// What is set for the profile, whatever the project says.
fn profile_variables(selection: &Selection) -> Vec<(String, &'static str)> {
    let profile = selection.profile.as_deref().unwrap_or("bench");
    let prefix = format!("CARGO_PROFILE_{}", profile.to_uppercase().replace('-', "_"));
    vec![(format!("{prefix}_DEBUG"), DEBUG), (format!("{prefix}_STRIP"), STRIP)]
}

/// What cargo said, sorted by what it is about.
#[derive(Default)]
struct Messages {
    executables: BTreeMap<(String, String), PathBuf>,
    errors: BTreeMap<(String, String), String>,
    first_error: Option<String>,
    library_paths: Vec<PathBuf>,
    fresh: Vec<String>,
    rendered: String,
}

impl Messages {
    fn take(&mut self, message: Message) {
        match message {
            Message::CompilerArtifact(artifact) => self.take_artifact(artifact),
            Message::CompilerMessage(message) => self.take_diagnostic(message),
            Message::BuildScriptExecuted(script) => {
                // `native=DIR` and the like: the kind comes first.
                self.library_paths.extend(script.linked_paths.iter().map(|path| {
                    let path = path.as_str();
                    PathBuf::from(path.split_once('=').map_or(path, |(_, path)| path))
                }));
            }
            _ => {}
        }
    }

    fn take_artifact(&mut self, artifact: Artifact) {
        if artifact.fresh && artifact.package_id.repr.starts_with("path+") {
            self.fresh.push(artifact.package_id.repr.clone());
        }
        if let (Some(path), true) = (artifact.executable, artifact.target.kind.contains(&TargetKind::Bench)) {
            self.executables
                .insert((artifact.package_id.repr, artifact.target.name), path.into_std_path_buf());
        }
    }

    fn take_diagnostic(&mut self, message: CompilerMessage) {
        let rendered = message.message.rendered.unwrap_or(message.message.message);
        self.rendered.push_str(&rendered);
        if matches!(message.message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice) {
            self.first_error.get_or_insert_with(|| rendered.clone());
            let key = (message.package_id.repr, message.target.name);
            self.errors.entry(key).or_default().push_str(&rendered);
        }
    }

    /// An error that the compiler told before an interrupt is an error all the same.
    fn reason(&self, key: &(String, String), ending: Ending, stderr: &str) -> BuildFailureReason {
        if ending == Ending::Interrupted && self.first_error.is_none() {
            return BuildFailureReason::Interrupted;
        }
        BuildFailureReason::Failed(self.why(key, ending, stderr))
    }

    /// The compiler's error in the target itself, else the first in what it depends on, else what cargo said.
    fn why(&self, key: &(String, String), ending: Ending, stderr: &str) -> String {
        let said = self.errors.get(key).or(self.first_error.as_ref()).map(String::as_str);
        let text = said.unwrap_or_else(|| stderr.find("error").map_or(stderr, |start| &stderr[start..]));
        let lines: Vec<&str> = text.trim().lines().collect();
        let mut why = match lines.len() {
            0 => format!("cargo: {}", ending.describe()),
            n if n <= ERROR_LINES => lines.join("\n"),
            n => format!(
                "{}\n[{} more lines in the build log]",
                lines[..ERROR_LINES].join("\n"),
                n - ERROR_LINES
            ),
        };
        if text.contains(UNSTABLE) {
            why.push_str("\n`#[bench]` needs a nightly toolchain: `cargo +nightly perfaudit audit`");
        }
        why
    }
}
