//! What building, testing and shipping a project costs: builds from nothing, builds after a change, the test suite,
//! the size of what is shipped. Nothing of it is measured unless an objective names it: builds are dear.
//!
//! Builds and tests are commands that are timed as [`crate::measure_commands`] does it. What is not timed is made sure
//! of before: dependencies are fetched, and timed builds may not use the network; for a build after a change everything
//! is built once and built once more after a first change; tests are built, and run once to see whether they pass,
//! since the time of tests that fail says nothing.
//!
//! - A clean build is `cargo build` of the selected packages with the profile of `[bench] shipped-profile` into a directory of
//!   ours that is removed before each.
//! - A build after a change happens in a copy of the tree; see [`crate::SourceChange`] for what is changed. One package
//!   is changed at a time, and all selected ones are built, so that what depends on it counts.
//! - The whole test suite is `cargo test --no-fail-fast` with everything built. Examples in documentation are part of
//!   it, as they are for everybody who types that, and cargo builds them each time.
//! - What is shipped is built with the project's own profile, without the debug information that perfaudit adds for
//!   benchmarks.
//! - What the compiler hands to LLVM is counted in one more compilation with that profile; see [`project_ir`].

mod binary;
mod builds;
mod cargo;
mod figures;
mod ir;
mod plan;
mod suite;
mod timeline;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perfaudit_exec::Interrupt;
use perfaudit_exec::timed::Launcher;
use perfaudit_project::{CargoProject, Selection};
use perfaudit_result::{
    BuildTimeline, Ir, Mode, Workload, WorkloadId, WorkloadKind, WorkloadState, WorkloadTarget,
};
use perfaudit_run::RunDirectory;

use crate::command::{CommandEvent, CommandRequest, CommandSpec, MeasuredCommands, measure_commands};
use crate::gather::GatherError;
use crate::message;
use cargo::Hindrance;

pub use figures::delivery_metrics;
pub use ir::{IrError, IrRequest, ProjectIr, compile_ir_if_asked, ir_method, project_ir};
pub use plan::{DeliveryPart, DeliveryPlan, Goal};
pub use timeline::compile_timed_if_asked;

/// What to measure, and how.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryRequest<'a> {
    /// The project.
    pub project: &'a CargoProject,
    /// Features.
    pub selection: &'a Selection,
    /// What of it.
    pub plan: &'a DeliveryPlan,
    /// The profile of clean builds and of what is shipped.
    pub profile: &'a str,
    /// The profile of builds after a change.
    pub incremental_profile: &'a str,
    /// Where builds go: a directory of ours.
    pub work: &'a Path,
    /// How much is made of each.
    pub mode: Mode,
    /// How long all measuring of the run may take.
    pub budget: Option<Duration>,
    /// How much of that was gone before.
    pub spent: Duration,
    /// Decides the order of runs.
    pub seed: u64,
    /// Whether each build is made once more to tell what it does with its time.
    pub looks_into_builds: bool,
    /// How long a run of tests may take at least before it is ended.
    pub patience: Duration,
}

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum DeliveryEvent<'a> {
    /// Something is done that is not timed.
    Preparing {
        /// In words.
        what: &'a str,
    },
    /// Something is timed.
    Timing(CommandEvent<'a>),
}

/// Measures, part by part. What was built for measuring alone is removed when it is dropped.
pub struct Delivery<'a> {
    request: DeliveryRequest<'a>,
    launcher: &'a mut Launcher,
    directory: &'a mut RunDirectory,
    interrupt: &'a Interrupt,
    observe: &'a mut dyn FnMut(DeliveryEvent<'_>),
    started: Instant,
    is_fetched: bool,
    strays: usize,
    scratch: Scratch,
    timelines: Vec<BuildTimeline>,
    /// Builds that were to be looked into, and why they were not.
    unseen: Vec<(WorkloadId, String)>,
    ir: Option<Ir>,
}

/// What was found beside the figures of workloads.
#[derive(Debug, Default)]
pub struct DeliveryDetails {
    /// What builds did with their time.
    pub timelines: Vec<BuildTimeline>,
    /// Builds of which that is not known, and why.
    pub unseen: Vec<(WorkloadId, String)>,
    /// What the compiler hands to LLVM.
    pub ir: Option<Ir>,
}

/// A directory for builds that nobody needs once they are measured.
struct Scratch(PathBuf);

impl Scratch {
    /// The target directory of clean builds.
    fn clean(&self) -> PathBuf {
        self.0.join("clean")
    }

    /// Where times of compilations are written down.
    fn times(&self) -> PathBuf {
        self.0.join("times")
    }

    /// The target directory of builds after a change.
    fn changed(&self) -> PathBuf {
        self.0.join("changed")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is removed before the next build.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl<'a> Delivery<'a> {
    /// Nothing is done yet.
    pub fn new(
        request: DeliveryRequest<'a>,
        launcher: &'a mut Launcher,
        directory: &'a mut RunDirectory,
        interrupt: &'a Interrupt,
        observe: &'a mut dyn FnMut(DeliveryEvent<'_>),
    ) -> Self {
        Self {
            scratch: Scratch(request.work.join("delivery")),
            request,
            launcher,
            directory,
            interrupt,
            observe,
            started: Instant::now(),
            is_fetched: false,
            strays: 0,
            timelines: Vec::new(),
            unseen: Vec::new(),
            ir: None,
        }
    }

    /// What was found beside figures, as far as measured up to now.
    #[must_use]
    pub fn into_details(self) -> DeliveryDetails {
        DeliveryDetails { timelines: self.timelines, unseen: self.unseen, ir: self.ir }
    }

    /// The run directory, between parts.
    #[must_use]
    pub fn directory(&self) -> &RunDirectory {
        self.directory
    }

    /// Measures the workloads of one part.
    ///
    /// # Errors
    /// When the run directory cannot be written. Whatever a build or a test does is a row.
    pub fn measure(&mut self, part: DeliveryPart) -> Result<MeasuredCommands, GatherError> {
        let measured = match self.hindered() {
            Some(hindrance) => Ok(Err(hindrance)),
            None => match part {
                DeliveryPart::CleanBuild => self.clean_build(),
                DeliveryPart::IncrementalBuild => self.incremental_builds(),
                DeliveryPart::TestSuite => self.test_suite(),
                DeliveryPart::BinarySize => Ok(self.binaries()),
                DeliveryPart::IrLines => Ok(self.ir()),
            },
        }?;
        let mut measured = measured.unwrap_or_else(|hindrance| {
            let names = self.request.plan.names(part);
            let rows = names.iter().map(|name| unmeasured(part, name, &hindrance));
            MeasuredCommands { workloads: rows.collect(), ..MeasuredCommands::default() }
        });
        measured.interrupted |= self.interrupt.is_set();
        let is_left_out = measured.workloads.iter().any(|row| row.state == WorkloadState::NotRun);
        measured.out_of_budget |= is_left_out && !measured.interrupted;
        measured.strays += std::mem::take(&mut self.strays);
        Ok(measured)
    }

    /// What keeps everything from being measured. Commands are kept as text, and a path that is none would become
    /// another one.
    fn hindered(&self) -> Option<Hindrance> {
        let is_text = |path: &Path| path.to_str().is_some();
        if is_text(self.request.work) && is_text(&self.request.project.build_root) {
            None
        } else {
            let message = "the path of the project is not UTF-8: move it to one that is";
            Some(Hindrance::new(WorkloadState::Unsupported, message))
        }
    }

    fn spent(&self) -> Duration {
        self.request.spent + self.started.elapsed()
    }

    fn left(&self) -> Option<Duration> {
        self.request.budget.map(|budget| budget.saturating_sub(self.spent()))
    }

    fn keep(&mut self, build: WorkloadId, looked: Result<BuildTimeline, Hindrance>) {
        match looked {
            Ok(timeline) => self.timelines.push(timeline),
            Err(hindrance) => self.unseen.push((build, hindrance.message)),
        }
    }

    fn time(&mut self, label: &'static str, specs: &[CommandSpec]) -> Result<MeasuredCommands, GatherError> {
        let request = CommandRequest {
            specs,
            mode: self.request.mode,
            budget: self.request.budget,
            spent: self.spent(),
            seed: self.request.seed,
            patience: self.request.patience,
            // Builds and tests are timed anew: the machine and what it has cached are no longer those of the earlier run.
            earlier: None,
            label,
        };
        let observe = &mut *self.observe;
        measure_commands(&request, self.launcher, self.directory, self.interrupt, &mut |event| {
            observe(DeliveryEvent::Timing(event));
        })
    }
}

/// A row without figures.
fn unmeasured(part: DeliveryPart, name: &str, hindrance: &Hindrance) -> Workload {
    Workload { message: Some(hindrance.message.clone()), ..row(part, name, hindrance.state) }
}

fn row(part: DeliveryPart, name: &str, state: WorkloadState) -> Workload {
    let family = part.family();
    let target = WorkloadTarget { package: family.word, target: "", source: "Cargo.toml" };
    Workload::new(family.kind, &target, name, state)
}

/// A build that fails is no command that fails.
fn told_as_builds(measured: &mut MeasuredCommands) {
    for row in &mut measured.workloads {
        let is_build = matches!(row.kind, WorkloadKind::CleanBuild | WorkloadKind::IncrementalBuild);
        if is_build && row.state == WorkloadState::Failed {
            row.state = WorkloadState::BuildFailed;
            row.message = row.message.take().map(|text| message::as_cargo_says(&text));
        }
    }
}
