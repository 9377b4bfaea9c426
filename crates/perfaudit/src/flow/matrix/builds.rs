//! Builds into an empty target directory: how long they take, and how large what they make is.

use std::fs;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perfaudit_bench::{
    BenchExecutable, BuildFailureReason, BuildRequest, CommandLine, build, median_estimate,
};
use perfaudit_binary::{Detail, weigh};
use perfaudit_exec::{FileLock, Interrupt, LockError, OutputLimit, run};
use perfaudit_project::{CargoProject, ProjectRoot, Selection};
use perfaudit_result::{
    BinarySize, BuildOutcome, ConfidenceLevel, Estimate, Figure, Interval, Method, Of, SectionKind, Unit,
};
use perfaudit_stats::Sample;

use super::allocators;
use super::cells::Hindrance;
use super::folders::Folders;
use crate::error::CommandError;
use crate::progress::Progress;

/// After this long a build is ended.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How much of what a build says is kept.
const SAID: OutputLimit = OutputLimit(16 * 1024);

/// How the project is built.
pub(super) struct Building<'a> {
    pub(super) folders: Folders,
    pub(super) selection: Selection,
    pub(super) offline: bool,
    /// The line that builds it; none where its benchmarks are built.
    pub(super) line: Option<&'a str>,
    pub(super) profile: String,
    /// How often.
    pub(super) builds: NonZeroU32,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a Progress,
}

/// What came of one build.
pub(super) struct Built {
    took: Duration,
    programs: Vec<PathBuf>,
}

impl Building<'_> {
    /// Builds a copy of the project; `name` is what people know it by. Beside what comes of it stands what keeps an
    /// allocator from being preloaded into its programs. The inner error is the project's own.
    pub(super) fn outcome(
        &self,
        folder: &Path,
        name: &str,
    ) -> Result<Result<(BuildOutcome, Option<Hindrance>), String>, CommandError> {
        let waiting = || self.progress.note("another perfaudit measures: waiting for it");
        let _lock = match FileLock::for_measuring(self.interrupt, waiting) {
            Err(LockError::Interrupted) => return Ok(Err("interrupted".to_owned())),
            lock => lock?,
        };
        let project = match self.line {
            Some(_) => None,
            None => {
                let place = ProjectRoot::locate(folder, self.interrupt)?;
                let discovered =
                    CargoProject::discover_own(place, folder, &self.selection, self.offline, self.interrupt);
                Some(discovered?)
            }
        };
        let mut times = Vec::new();
        let mut programs = Vec::new();
        for number in 1..=self.builds.get() {
            self.progress.say(format!("time  build {number} of {}: {name}", self.builds));
            self.folders.empty_target()?;
            let built = match (&project, self.line) {
                (Some(project), _) => self.benchmarks(project)?.map(|(took, executables)| Built {
                    took,
                    programs: executables.into_iter().map(|one| one.path).collect(),
                }),
                (None, line) => self.by_line(folder, line.unwrap_or_default())?,
            };
            match built {
                Ok(built) => {
                    times.push(built.took.as_secs_f64() * 1e9);
                    programs = built.programs;
                }
                Err(why) => return Ok(Err(why)),
            }
        }
        let mut weighed = Vec::new();
        for program in &programs {
            weighed.push(weigh(program, "program", Detail { inlined: false, rows: Some(0) })?);
        }
        let outcome = BuildOutcome { size: size(&weighed), build_time: self.build_time(times) };
        let no_preloading = programs.iter().find_map(|program| allocators::hindrance(program));
        self.folders.empty_target()?;
        Ok(Ok((outcome, no_preloading)))
    }

    /// How long building the benchmarks takes, and what comes of it.
    pub(super) fn benchmarks(
        &self,
        project: &CargoProject,
    ) -> Result<Result<(Duration, Vec<BenchExecutable>), String>, CommandError> {
        let target = self.folders.target.to_string_lossy().into_owned();
        let request = BuildRequest {
            project,
            selection: &self.selection,
            target_directory: &self.folders.target,
            environment: &[("CARGO_INCREMENTAL", "0"), ("CARGO_BUILD_BUILD_DIR", &target)],
        };
        let began = Instant::now();
        let built = build(request, self.interrupt, &mut |_| {})?;
        let took = began.elapsed();
        if built.interrupted {
            return Ok(Err("interrupted".to_owned()));
        }
        let failed = built.failures.iter().find_map(|failure| match &failure.reason {
            BuildFailureReason::Failed(said) => Some(said.clone()),
            BuildFailureReason::MissingFeatures(_) | BuildFailureReason::Interrupted => None,
        });
        Ok(match failed {
            Some(said) => Err(said),
            None => Ok((took, built.executables)),
        })
    }

    pub(super) fn by_line(&self, folder: &Path, line: &str) -> Result<Result<Built, String>, CommandError> {
        let target = &self.folders.target;
        let command = CommandLine::Line(line.to_owned())
            .command()
            .directory(folder)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_BUILD_BUILD_DIR", target)
            .env("CARGO_INCREMENTAL", "0")
            .time_limit(LONGEST)
            .output_limit(SAID);
        let began = Instant::now();
        let finished = run(&command, self.interrupt, &mut |_| {})?;
        let took = began.elapsed();
        if !finished.ending.is_success() {
            let said = finished.stderr.text();
            let error = said.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            return Ok(Err(format!("{} {error}", finished.ending.describe()).trim_end().to_owned()));
        }
        let products = target.join(if self.profile == "dev" { "debug" } else { &self.profile });
        let programs =
            programs(&products).map_err(|source| CommandError::Read { path: products.clone(), source })?;
        Ok(Ok(Built { took, programs }))
    }

    fn build_time(&self, times: Vec<f64>) -> Figure {
        let n = times.len() as u64;
        let estimate = match Sample::new(times) {
            Ok(sample) if n == 1 => Estimate::WithoutInterval {
                value: sample.median(),
                reason: "a single build has no spread: `--builds 6` gives an interval".to_owned(),
            },
            Ok(sample) => median_estimate(&sample, "builds"),
            Err(error) => Estimate::NotEstimable { reason: error.to_string() },
        };
        let what = match self.line {
            Some(line) => format!("`{line}`"),
            None => format!("all benchmark targets with the profile `{}`", self.profile),
        };
        let method = format!(
            "median wall time of building {what} into an empty target directory, dependencies fetched before, one after the other"
        );
        Figure { estimate, unit: Unit::Nanoseconds, n, method: Method(method.into()), of: Of::Process }
    }
}

/// The programs that lie in a folder.
fn programs(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file()
            && metadata.permissions().mode() & 0o111 != 0
            && entry.path().extension().is_none()
        {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// What is loaded, or needed to load it: with names and debug information left out, which profiles strip or not.
fn size(programs: &[BinarySize]) -> Figure {
    let is_needed = |kind: SectionKind| !matches!(kind, SectionKind::Names | SectionKind::Debug);
    let sections = programs.iter().flat_map(|program| &program.sections);
    let bytes: u64 = sections.filter(|section| is_needed(section.kind)).map(|section| section.bytes).sum();
    #[expect(clippy::cast_precision_loss, reason = "files are shorter than 2^53 bytes")]
    let value = bytes as f64;
    let estimate = match Interval::new(value, value) {
        Ok(interval) if !programs.is_empty() => {
            Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 }
        }
        _ => Estimate::NotEstimable { reason: "the build made no program".to_owned() },
    };
    let files = match programs.len() {
        1 => "the file of the program".to_owned(),
        number => format!("the files of {number} programs together"),
    };
    let method = format!("exact: {files}, without debug information and symbol names");
    Figure {
        estimate,
        unit: Unit::Bytes,
        n: programs.len() as u64,
        method: Method(method.into()),
        of: Of::File,
    }
}
