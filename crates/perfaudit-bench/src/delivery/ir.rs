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

use cargo_metadata::{Artifact, Message, TargetKind};
use perfaudit_binary::{CountedIr, IrCount, IrFile, count_ir};
use perfaudit_exec::{Command, Interrupt, OutputLine, RunError, run};
use perfaudit_project::{CargoProject, Selection};
use perfaudit_result::{
    ConfidenceLevel, Direction, Estimate, Figure, Interval, Ir, Method, Metric, MetricName, Of, Unit,
    Workload, WorkloadState,
};

use super::cargo::{Hindrance, LONGEST_BUILD, cargo, why_not_built};
use super::plan::DeliveryPart;
use super::{Delivery, row, unmeasured};
use crate::command::MeasuredCommands;
use crate::stand_in::stand_in;

/// Tells this program that cargo calls it in place of the compiler.
const ASKED: &str = "PERFAUDIT_WRITES_IR";
/// The rows of each list that a result keeps.
const ROWS: usize = 200;
const PART: DeliveryPart = DeliveryPart::IrLines;

/// Runs the compiler when cargo calls this program in its place: `PROGRAM RUSTC ARGUMENTS...`. To be asked before
/// anything else is done with the arguments, of which the first is the program's name.
pub fn compile_ir_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    std::env::var_os(ASKED)?;
    // A unit that is only checked is one for the target; whatever is linked runs in the build.
    let is_checked = arguments.iter().any(|word| {
        word.to_str().is_some_and(|word| {
            word.strip_prefix("--emit=").is_some_and(|kinds| !kinds.split(',').any(|kind| kind == "link"))
        })
    });
    stand_in(arguments, if is_checked { &["--emit=llvm-ir", "-Cno-prepopulate-passes"] } else { &[] })
}

/// What to compile.
#[derive(Debug, Clone, Copy)]
pub struct IrRequest<'a> {
    /// The project, of which all packages are compiled.
    pub project: &'a CargoProject,
    /// Features.
    pub selection: &'a Selection,
    /// The profile: its parts of code decide how many copies there are.
    pub profile: &'a str,
    /// Where it is compiled; nothing is there, and nothing is left there.
    pub target: &'a Path,
}

/// What the compiler hands to LLVM of a project.
#[derive(Debug, Clone)]
pub struct ProjectIr {
    /// By crate, function and generic function.
    pub ir: Ir,
    /// By package of the project: everything that is compiled with its library and programs, whoever wrote it. A
    /// package of which nothing is compiled for the target is not in it.
    pub packages: BTreeMap<String, IrCount>,
}

/// Why lines of LLVM IR are not known.
#[derive(Debug, thiserror::Error)]
pub enum IrError {
    /// This program cannot be put in the place of the compiler.
    #[error("this program, which stands in for the compiler, cannot be found: {0}")]
    Program(std::io::Error),
    /// cargo cannot be started.
    #[error(transparent)]
    Start(#[from] RunError),
    /// The project does not compile.
    #[error("the project could not be compiled for LLVM IR: {0}")]
    Failed(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// Nothing was written.
    #[error("the compiler wrote no LLVM IR")]
    Nothing,
}

/// Compiles a project and counts. `hear` gets what cargo says.
///
/// # Errors
/// When it does not compile.
pub fn project_ir(
    request: IrRequest<'_>,
    interrupt: &Interrupt,
    hear: &mut dyn FnMut(OutputLine<'_>),
) -> Result<ProjectIr, IrError> {
    let scratch = Scratch::empty(request.target);
    let command = command(request).map_err(IrError::Program)?;
    let finished = run(&command, interrupt, hear)?;
    if interrupt.is_set() {
        return Err(IrError::Interrupted);
    }
    if !finished.ending.is_success() {
        return Err(IrError::Failed(why_not_built(&finished)));
    }
    let counted = counted(&finished.stdout.text(), request.project);
    drop(scratch);
    counted
}

impl Delivery<'_> {
    /// Compiles once more, and counts the lines of the packages that are wanted.
    pub(super) fn ir(&mut self) -> Result<MeasuredCommands, Hindrance> {
        self.fetch()?;
        let request = self.request;
        let target = request.work.join("ir");
        let scratch = Scratch::empty(&target);
        let ir_request = IrRequest {
            project: request.project,
            selection: request.selection,
            profile: request.profile,
            target: &target,
        };
        let unsupported = |error: IrError| Hindrance::new(WorkloadState::Unsupported, error.to_string());
        let command = command(ir_request).map_err(|error| unsupported(IrError::Program(error)))?;
        let finished = self.attend_build("compile for LLVM IR", &command)?;
        let counted = counted(&finished.stdout.text(), request.project).map_err(unsupported)?;
        drop(scratch);
        let mut measured = MeasuredCommands::default();
        for name in &request.plan.ir {
            measured.workloads.push(match counted.packages.get(name) {
                Some(count) => Workload {
                    metrics: metrics(*count, request.profile),
                    ..row(PART, name, WorkloadState::Measured)
                },
                None => {
                    let why = "nothing of it was compiled: it may require features that are not enabled";
                    unmeasured(PART, name, &Hindrance::new(WorkloadState::Unsupported, why))
                }
            });
        }
        self.ir = Some(counted.ir);
        Ok(measured)
    }
}

/// A target directory that is removed.
struct Scratch<'a>(&'a Path);

impl<'a> Scratch<'a> {
    fn empty(target: &'a Path) -> Self {
        // What cannot be removed is compiled into once more.
        let _ = std::fs::remove_dir_all(target);
        Self(target)
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is removed before the next compilation.
        let _ = std::fs::remove_dir_all(self.0);
    }
}

fn command(request: IrRequest<'_>) -> std::io::Result<Command> {
    Ok(cargo(request.project, request.selection, &request.project.cargo, "check", request.target, None)
        .args(["--message-format", "json-render-diagnostics", "--profile", request.profile])
        .env("RUSTC_WRAPPER", std::env::current_exe()?)
        .env("CARGO_INCREMENTAL", "0")
        .env(ASKED, "1")
        .time_limit(LONGEST_BUILD))
}

fn counted(messages: &str, project: &CargoProject) -> Result<ProjectIr, IrError> {
    let artifacts: Vec<Artifact> = Message::parse_stream(messages.as_bytes())
        .filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) => Some(artifact),
            _ => None,
        })
        .collect();
    let written = written(&artifacts, project);
    if written.is_empty() {
        return Err(IrError::Nothing);
    }
    let (files, packages): (Vec<IrFile>, Vec<Option<&str>>) = written.into_iter().unzip();
    let CountedIr { ir, files } = count_ir(&files, Some(ROWS));
    let mut by_package: BTreeMap<String, Option<IrCount>> = BTreeMap::new();
    for (package, count) in packages.into_iter().zip(files) {
        let Some(package) = package else { continue };
        let of_package = by_package.entry(package.to_owned()).or_insert(Some(IrCount::default()));
        // A part that could not be read makes the sum unknown.
        *of_package = of_package.zip(count).map(|(mut sum, count)| {
            sum.add(count);
            sum
        });
    }
    let packages = by_package.into_iter().filter_map(|(name, count)| Some((name, count?))).collect();
    Ok(ProjectIr { ir, packages })
}

/// The files that the crates wrote, with the package of the project that each belongs to: beside `libNAME-HASH.rmeta`
/// there is `NAME-HASH.ll`, or one for each unit of code. A program that has the name of a library is told apart from
/// it.
fn written<'a>(artifacts: &[Artifact], project: &'a CargoProject) -> Vec<(IrFile, Option<&'a str>)> {
    let is_program = |artifact: &Artifact| artifact.target.kind.contains(&TargetKind::Bin);
    let libraries: BTreeSet<String> =
        artifacts.iter().filter(|artifact| !is_program(artifact)).map(crate_name).collect();
    let package = |artifact: &Artifact| {
        let package = project.packages.iter().find(|package| package.id == artifact.package_id);
        package.map(|package| package.name.as_str())
    };
    let mut compiled: BTreeMap<PathBuf, BTreeMap<String, (String, Option<&str>)>> = BTreeMap::new();
    for artifact in artifacts {
        let files = artifact.filenames.iter().map(|file| file.as_std_path());
        for file in files.filter(|file| file.extension() == Some(OsStr::new("rmeta"))) {
            let stem = file.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.strip_prefix("lib"));
            if let (Some(stem), Some(folder)) = (stem, file.parent()) {
                let name = crate_name(artifact);
                let is_second = is_program(artifact) && libraries.contains(&name);
                let name = if is_second { format!("{name} (program)") } else { name };
                let crates = compiled.entry(folder.to_owned()).or_default();
                crates.insert(stem.to_owned(), (name, package(artifact)));
            }
        }
    }
    let mut found = Vec::new();
    for (folder, crates) in compiled {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let name = path.file_name().and_then(OsStr::to_str).and_then(|name| name.strip_suffix(".ll"));
            let stem = name.map(|name| name.split('.').next().unwrap_or(name));
            if let Some((compiled, package)) = stem.and_then(|stem| crates.get(stem)) {
                found.push((IrFile { compiled: compiled.clone(), path }, *package));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    found
}

fn crate_name(artifact: &Artifact) -> String {
    artifact.target.name.replace('-', "_")
}

/// Exact figures: intervals without width.
fn metrics(count: IrCount, profile: &str) -> Vec<Metric> {
    let metric = |name: MetricName, count: u64, what: &str| Metric {
        name,
        direction: Direction::LowerIsBetter,
        figure: exact(count, &ir_method(what, profile)),
    };
    vec![
        metric(MetricName::IR_LINES, count.lines, "lines of instructions"),
        metric(MetricName::IR_COPIES, count.copies, "functions, each copy of a generic one,"),
    ]
}

/// How the metrics of a package are counted.
#[must_use]
pub fn ir_method(what: &str, profile: &str) -> String {
    format!(
        "exact: {what} in the intermediate representation that the compiler hands to LLVM for the library and the programs of the package, before any pass of LLVM, with the profile `{profile}`; generic code of other crates that is compiled with them is in it"
    )
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 lines")]
fn exact(count: u64, method: &str) -> Figure {
    let value = count as f64;
    let interval = Interval::new(value, value).expect("a count is finite");
    Figure {
        estimate: Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        unit: Unit::Count,
        n: 1,
        method: Method(method.to_owned().into()),
        of: Of::Compilation,
    }
}
