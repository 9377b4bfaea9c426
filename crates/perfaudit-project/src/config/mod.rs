//! `perfaudit.toml`: what a project says about how it is measured and what it must hold.
//!
//! Layers, low to high: built-in defaults, the user's file (only `[audit]`), the project's `perfaudit.toml` at the
//! workspace root, environment variables, the command line. A higher layer replaces a value as a whole, and every
//! value knows where it comes from. The file is untrusted: everything wrong with it is told at once, with places.

mod audit;
mod bench;
mod command;
mod document;
mod duration;
mod environment;
mod limit;
mod metric;
mod nearest;
mod origin;
mod pattern;
mod problem;
mod project_path;
mod prove;
mod section;
mod show;
mod slo;
mod source;
mod source_code;
mod template;
mod toml_text;
mod value;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use audit::{AuditSettings, ChosenStage, FloorSource};
pub use bench::BenchSettings;
pub use command::{
    AcceptedExit, CommandLine, CommandSpec, CommandWorkload, OutputUse, Parameter, Runs, Steps,
};
pub use duration::{DurationError, parse_duration};
pub use limit::{Dimension, Limit};
pub use metric::MetricKind;
pub use nearest::nearest;
pub use origin::{Location, Origin, Setting};
pub use pattern::WorkloadPattern;
pub use problem::{ConfigError, Place, Problem};
pub use project_path::ProjectPath;
pub use prove::ProveSettings;
pub use section::Keys;
pub use show::{ShownRow, ShownSection};
pub use slo::Slo;
pub use source_code::SourceSettings;
pub use template::template;

use document::Kind;
use problem::Complaint;

/// The name of the project's file, at the root of the workspace.
pub const FILE_NAME: &str = "perfaudit.toml";

/// The effective configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Defaults of the command line.
    pub audit: AuditSettings,
    /// Which benchmarks are measured.
    pub bench: BenchSettings,
    /// What is found in source, and how it is told.
    pub source: SourceSettings,
    /// What a patch must pass.
    pub prove: ProveSettings,
    /// What the workloads must hold.
    pub slos: Vec<Slo>,
    /// Commands that are measured.
    pub commands: Vec<CommandSpec>,
}

impl Config {
    /// The defaults with the text of a project's file over them; `path` is what places are shown with.
    ///
    /// # Errors
    /// With everything that is wrong with the text.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        document::apply(&mut config, text, path, Kind::Project)?;
        Ok(config)
    }

    /// All layers below the command line, for the project at `root`. `environment` tells variables by name; files that
    /// do not exist are no layer. See [`user_file`] and [`Setting::command_line`].
    ///
    /// # Errors
    /// With everything that is wrong with any layer.
    pub fn load(
        root: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
        user_file: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let mut error = ConfigError::default();
        let mut note = |layer: Result<(), ConfigError>| {
            if let Err(problems) = layer {
                error.append(problems);
            }
        };
        if let Some(path) = user_file {
            note(config.apply_file(path, path, Kind::User));
        }
        note(config.apply_file(&root.join(FILE_NAME), Path::new(FILE_NAME), Kind::Project));
        note(config.check_links(root));
        note(environment::apply(&mut config.audit, environment));
        error.unless_empty()?;
        Ok(config)
    }

    fn apply_file(&mut self, path: &Path, shown: &Path, kind: Kind) -> Result<(), ConfigError> {
        match source::read(path, shown)? {
            Some(text) => document::apply(self, &text, shown, kind),
            None => Ok(()),
        }
    }

    /// Refuses paths that lead out of the project through symbolic links.
    fn check_links(&self, root: &Path) -> Result<(), ConfigError> {
        let mut error = ConfigError::default();
        // A root that cannot be resolved has no links in it either.
        let Ok(root) = root.canonicalize() else { return Ok(()) };
        for command in &self.commands {
            let inputs = command.workloads.iter().filter_map(|workload| workload.steps.input.as_ref());
            let paths =
                std::iter::once(("directory", &command.directory)).chain(inputs.map(|path| ("input", path)));
            for (key, _) in paths.filter(|(_, path)| path.leaves(&root)) {
                let complaint = Complaint::new(format!("`{key}` is a link that leads out of the project"));
                error.push(complaint.at(Place::Location(command.keys.location(key).clone())));
            }
        }
        error.problems.sort();
        error.problems.dedup();
        error.unless_empty()
    }

    /// Every key with its value and where that comes from.
    #[must_use]
    pub fn show(&self) -> Vec<ShownSection> {
        let slos = self.slos.iter().map(show::slo);
        let commands = self.commands.iter().map(show::command);
        let settings = [
            show::audit(&self.audit),
            show::bench(&self.bench),
            show::source(&self.source),
            show::prove(&self.prove),
        ];
        settings.into_iter().chain(slos).chain(commands).collect()
    }
}

/// Where the user's own file is: `perfaudit/config.toml` in `$XDG_CONFIG_HOME`, else in `~/.config` (XDG Base
/// Directory Specification: a relative path there counts for nothing).
#[must_use]
pub fn user_file(environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let directory = |variable| environment(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let configuration = directory("XDG_CONFIG_HOME").or_else(|| Some(directory("HOME")?.join(".config")))?;
    Some(configuration.join("perfaudit/config.toml"))
}
