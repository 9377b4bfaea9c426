//! How cargo is called to build and to test.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::timed::OutputUse;
use perfaudit_exec::{Command, Ending, Finished, OutputLimit, OutputLine, run};
use perfaudit_project::{Cargo, CargoPackage, CargoProject, Selection};
use perfaudit_result::WorkloadState;

use super::Delivery;
use super::plan::DeliveryPart;
use crate::command::{CommandLine, CommandSpec, Runs};
use crate::message;

/// After this long a build is ended.
pub(super) const LONGEST_BUILD: Duration = Duration::from_secs(60 * 60);
/// After this long a run of tests is ended, if the command line allows no more.
pub(super) const LONGEST_TESTS: Duration = Duration::from_secs(10 * 60);
/// Cargo names every artifact of every dependency.
const OUTPUT: OutputLimit = OutputLimit(64 * 1024 * 1024);
/// The lines of an error that fit into a row.
const ERROR_LINES: usize = 30;

/// Why workloads have no figures.
#[derive(Debug, Clone)]
pub(super) struct Hindrance {
    pub(super) state: WorkloadState,
    pub(super) message: String,
}

impl Hindrance {
    pub(super) fn new(state: WorkloadState, message: impl Into<String>) -> Self {
        Self { state, message: message.into() }
    }
}

impl Delivery<'_> {
    /// A call of cargo for the selected packages, or for one of them, with a target directory of our own.
    pub(super) fn cargo(
        &self,
        place: &Cargo,
        subcommand: &str,
        target_directory: &Path,
        only: Option<&str>,
    ) -> Command {
        let Self { request, .. } = self;
        cargo(request.project, request.selection, place, subcommand, target_directory, only)
    }

    /// A build with a profile. It may not use the network, so that the network is not measured: dependencies are
    /// fetched before.
    pub(super) fn build(&self, cargo: &Cargo, target_directory: &Path, profile: &str) -> Command {
        self.cargo(cargo, "build", target_directory, None)
            .args(["--profile", profile])
            .env("CARGO_NET_OFFLINE", "true")
            .time_limit(LONGEST_BUILD)
    }

    /// Fetches the dependencies. If that fails, what was fetched earlier may do; if not, the build says so.
    pub(super) fn fetch(&mut self) -> Result<(), Hindrance> {
        if std::mem::replace(&mut self.is_fetched, true) {
            return Ok(());
        }
        let project = self.request.project;
        let mut command = project.cargo.command("fetch").time_limit(LONGEST_BUILD);
        if project.copied.is_none() {
            command = command.arg("--locked");
        }
        self.attend("fetch dependencies", &command).map(drop)
    }

    /// Runs something that is not timed. Only an interrupt, a spent budget and a program that cannot be started are
    /// hindrances.
    pub(super) fn attend(&mut self, what: &str, command: &Command) -> Result<Finished, Hindrance> {
        self.attend_hearing(what, command, &mut |_| {})
    }

    fn attend_hearing(
        &mut self,
        what: &str,
        command: &Command,
        hear: &mut dyn FnMut(OutputLine<'_>),
    ) -> Result<Finished, Hindrance> {
        if self.left() == Some(Duration::ZERO) {
            return Err(Hindrance::new(WorkloadState::NotRun, message::out_of_budget(self.request.budget)));
        }
        (self.observe)(super::DeliveryEvent::Preparing { what });
        let finished = run(command, self.interrupt, hear)
            .map_err(|error| Hindrance::new(WorkloadState::BuildFailed, error.to_string()))?;
        self.strays += finished.strays;
        match finished.ending {
            Ending::Interrupted => Err(Hindrance::new(WorkloadState::NotRun, message::interrupted())),
            _ => Ok(finished),
        }
    }

    /// Runs a build that is not timed, and must succeed.
    pub(super) fn attend_build(&mut self, what: &str, command: &Command) -> Result<Finished, Hindrance> {
        self.attend_build_hearing(what, command, &mut |_| {})
    }

    /// The same, with what it says line by line.
    pub(super) fn attend_build_hearing(
        &mut self,
        what: &str,
        command: &Command,
        hear: &mut dyn FnMut(OutputLine<'_>),
    ) -> Result<Finished, Hindrance> {
        let finished = self.attend_hearing(what, command, hear)?;
        if finished.ending.is_success() {
            Ok(finished)
        } else {
            Err(Hindrance::new(WorkloadState::BuildFailed, why_not_built(&finished)))
        }
    }

    /// A call of cargo as something that is timed.
    pub(super) fn spec(&self, part: DeliveryPart, name: &str, command: &Command) -> CommandSpec {
        let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
        let directory = command.working_directory().unwrap_or(&self.request.project.build_root);
        CommandSpec {
            family: part.family(),
            source: "Cargo.toml".to_owned(),
            environment: command.environment().map(|(name, value)| (text(name), text(value))).collect(),
            warmup: 0,
            runs: Runs::Fixed(part.runs(self.request.mode)),
            timeout: Some(LONGEST_BUILD),
            output: OutputUse::Discarded,
            ..CommandSpec::new(name, CommandLine::Argv(command.argv()), directory.to_owned())
        }
    }
}

/// A call of cargo, in its place, for the packages of a project, or for one of them.
pub(super) fn cargo(
    project: &CargoProject,
    selection: &Selection,
    place: &Cargo,
    subcommand: &str,
    target_directory: &Path,
    only: Option<&str>,
) -> Command {
    let mut command = place
        .command_into(subcommand, target_directory)
        .args(selection.features.cargo_arguments())
        .output_limit(OUTPUT);
    if project.copied.is_none() {
        command = command.arg("--locked");
    }
    let packages = project.packages.iter();
    let packages = packages.filter(|package| only.is_none_or(|only| only == package.name));
    command.args(packages.flat_map(CargoPackage::arguments))
}

/// What cargo said, from its first error on.
pub(super) fn why_not_built(finished: &Finished) -> String {
    let stderr = finished.stderr.text();
    let text = stderr.find("error").map_or(stderr.as_str(), |start| &stderr[start..]);
    let lines: Vec<&str> = text.trim().lines().collect();
    let mut why = vec![format!("cargo: {}", finished.ending.describe())];
    why.extend(lines.iter().take(ERROR_LINES).map(|&line| line.to_owned()));
    if lines.len() > ERROR_LINES {
        why.push(format!("[{} more lines]", lines.len() - ERROR_LINES));
    }
    why.join("\n")
}
